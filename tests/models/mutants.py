# SPDX-License-Identifier: Apache-2.0
# Would the search see it? One place of a real source is broken at a time: the scenario that speaks of
# it must fail, and say what does not hold.
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

LEDGER = "preload/ledger/"
# Name, file, what stands there once, what stands there instead, the sources to compile again, and
# scenario.
MUTANTS = [
    ("key before value", LEDGER + "live_table.h",
     "  record.value.store(value, std::memory_order_relaxed);\n"
     "  record.key.store(key, std::memory_order_release);",
     "  record.key.store(key, std::memory_order_release);\n"
     "  record.value.store(value, std::memory_order_relaxed);",
     [LEDGER + "live_table.cc", "tests/models/live_table_model.cc"], "one slot"),
    ("a slot claimed in two steps", LEDGER + "live_table.h",
     "return record.key.compare_exchange_strong(expected, kBusyKey, std::memory_order_acquire);",
     "return expected == 0 && (record.key.store(kBusyKey), true);",
     [LEDGER + "live_table.cc", "tests/models/live_table_model.cc"], "one slot"),
    ("the keeper looks at the key alone", "preload/life/stream.cc",
     "from.value.load(std::memory_order_acquire) == value &&", "true &&",
     ["tests/models/copies.cc"], "to another block and back"),
    ("overflows counted in two steps", LEDGER + "live_table.cc",
     "  while (now != kMany && !overflow.compare_exchange_weak(now, now + 1,",
     "  if (now != kMany) overflow.store(static_cast<std::uint8_t>(now + 1));\n"
     "  while (false && !overflow.compare_exchange_weak(now, now + 1,",
     [LEDGER + "live_table.cc"], "full home group"),
    ("who comes second grows it again", LEDGER + "live_table.cc",
     "  newest.compare_exchange_strong(last, last + 1, std::memory_order_release);",
     "  newest.fetch_add(1);", [LEDGER + "live_table.cc"], "two find it full"),
    ("a record of before its piece got dense not looked for", LEDGER + "live_table.cc",
     "before-- > 0;", "before-- > density;", [LEDGER + "live_table.cc"], "two blocks in one place"),
    ("a level guessed in two steps", LEDGER + "live_table.cc",
     "  while (!guess.compare_exchange_weak(",
     "  guess.store(static_cast<std::uint8_t>((now >> kLevelBits << kLevelBits) | level));\n"
     "  while (false && !guess.compare_exchange_weak(",
     [LEDGER + "live_table.cc"], "a piece gets dense"),
    ("the filter counts in two steps", LEDGER + "sample_filter.cc",
     "  while (now != kStuck && !counter.compare_exchange_weak(now, static_cast<std::uint8_t>(now + 1),",
     "  counter.store(static_cast<std::uint8_t>(now + 1));\n"
     "  while (false && !counter.compare_exchange_weak(now, static_cast<std::uint8_t>(now + 1),",
     [LEDGER + "sample_filter.cc"], "sample filter"),
    ("a version looked at once", "preload/life/stream.cc",
     " && from.version.load(std::memory_order_relaxed) == before", "",
     ["tests/models/copies.cc"], "copies a slot"),
    ("a free slot not looked at again", LEDGER + "resource_table.cc",
     "    if (record.kind != Kind::none) continue;  // another thread was faster\n", "",
     [LEDGER + "resource_table.cc"], "same free slot"),
    ("a reference dropped before the record is taken out", LEDGER + "resource_table.cc",
     "    if (--content->size == 0)\n", "    record.size = --content->size;\n    if (content->size == 0)\n",
     [LEDGER + "resource_table.cc"], "references dropped"),
    ("a head that came back is not told apart", LEDGER + "last_stacks.cc",
     "  return ((now >> 32) + 1) << 32 | first;", "  return (now >> 32) << 32 | first;",
     [LEDGER + "last_stacks.cc"], "a head that came back"),
    ("a child's own stack is free", LEDGER + "last_stacks.cc",
     "      if (at(number) != mine) push(number);", "      push(number);",
     [LEDGER + "last_stacks.cc"], "a fork in the middle"),
    ("a shard taken in two steps", LEDGER + "shards.cc",
     "!taken.compare_exchange_weak(now, now | bit_of_shard(shard), std::memory_order_acquire)",
     "(taken.store(now | bit_of_shard(shard)), false)", [LEDGER + "shards.cc"], "shards"),
    ("a request taken in two steps", "preload/life/waiting_requests.cc",
     "    if (oldest->compare_exchange_strong(word, 0))\n", "    oldest->store(0);\n",
     ["preload/life/waiting_requests.cc"], "waiting requests"),
    ("an id put over another one", LEDGER + "id_index.cc",
     "at.compare_exchange_strong(seen, word, std::memory_order_release)",
     "(at.store(word), true)", [LEDGER + "id_index.cc"], "id index"),
    ("growth counted by each", LEDGER + "segment.cc",
     "    if (!extent.committed.compare_exchange_weak(have, to, std::memory_order_release)) continue;\n",
     "    extent.committed.store(to);\n", [LEDGER + "segment.cc"], "two commit"),
]


def build(options, folder, mutant):
    """The path of a program with one place broken, or what is wrong with the mutant."""
    _, path, old, new, sources, _ = mutant
    for part in ("preload", "unwind", "tests/models"):
        shutil.copytree(os.path.join(options.root, part), os.path.join(folder, part))
    broken = os.path.join(folder, path)
    with open(broken, encoding="utf-8") as file:
        text = file.read()
    if text.count(old) != 1:
        return None, f"{path} has {text.count(old)} times: {old}"
    with open(broken, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))
    program = os.path.join(folder, "models")
    machine_folders = [f"-I{part}/{options.machine}" for part in
                       ("unwind", "preload/base", "preload/ledger", "preload/life")]
    done = subprocess.run([*options.compiler.split(), "-std=c++20", "-O1", "-Iunwind",
                           *machine_folders, "-include", "tests/models/explored_atomic.h", *sources,
                           options.tables, options.explorer, "-o", program],
                          cwd=folder, capture_output=True, text=True, check=False)
    return (program, "") if done.returncode == 0 else (None, done.stderr)


def survives(options, mutant):
    """Empty, or why nobody noticed."""
    with tempfile.TemporaryDirectory() as folder:
        program, error = build(options, folder, mutant)
        if not program:
            return error
        done = subprocess.run([program, mutant[5]], capture_output=True, text=True, check=False)
    print(f"{mutant[0]}:\n{done.stdout}", end="", flush=True)
    if done.returncode == 1 and "does not hold: " in done.stdout:
        return ""
    return f"status {done.returncode}: {done.stdout}{done.stderr}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--machine", required=True, help="its folders have this name")
    parser.add_argument("--tables", required=True, help="archive of the real ones")
    parser.add_argument("--explorer", required=True)
    options = parser.parse_args()
    options.tables, options.explorer = map(os.path.abspath, (options.tables, options.explorer))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        unseen = [(mutant[0], why) for mutant, why in zip(
            MUTANTS, pool.map(lambda mutant: survives(options, mutant), MUTANTS)) if why]
    for name, why in unseen:
        print(f"not noticed: {name}: {why}")
    print(f"{len(MUTANTS) - len(unseen)} of {len(MUTANTS)} noticed")
    sys.exit(1 if unseen or not MUTANTS else 0)


if __name__ == "__main__":
    main()
