# SPDX-License-Identifier: Apache-2.0
# Is what was seen with the library what was seen without it? Takes observations apart into named
# components, and tells which of them differ.
import os
import re
import signal
import subprocess
from collections import Counter

# Signals for which the library has a handler of its own where the program left the default action.
OURS = (signal.SIGUSR2, signal.SIGURG, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
VIEW = ("when", "program", "descriptors", "blocked", "ignored", "caught", "handlers", "threads",
        "heap", "allocator")
STATE = ("descriptors", "blocked", "ignored", "caught", "handlers", "threads", "heap", "allocator")
# The numbers of what others have, too: of inodes, and of terminals.
NUMBERED = re.compile(r"((?:pipe|socket|anon_inode):)\[\d+\]|(/dev/pts/)\d+")
OUTPUT = ("status", "stdout", "stderr", "files", "left")
LONGEST_EXCERPT = 300
# Python's small-object allocator calls malloc for a table of 128 KiB (with its header 33 pages) for
# each 16 GiB of addresses in which it has memory (arena_map_bot_t of CPython's obmalloc.c): how many
# there are depends on where the system puts its mappings.
PYTHON_ADDRESS_TABLE = 33 * 4096
HOLDS_PYTHON = re.compile("python|gdb")  # names of programs begin so


def masked(text, masks):
    """What is left to compare of an output: sed scripts take out what no two runs have in common."""
    if not masks:
        return text
    arguments = [word for mask in masks for word in ("-e", mask)]
    return subprocess.run(["sed", "-E", *arguments], input=text, text=True, check=True,
                          errors="surrogateescape", capture_output=True).stdout


def caught_by_program(mask, handlers):
    """SigCgt without the handlers that the program, when it asks, does not see."""
    bits = int(mask, 16)
    for number in OURS:
        if handlers[number - 1] == "D":
            bits &= ~(1 << (number - 1))
    return f"{bits:016x}"


def heap_of(fields):
    """What `mallinfo2` tells, without what depends on addresses alone."""
    if not HOLDS_PYTHON.match(os.path.basename(fields["program"])):
        return fields["heap"]
    arena, mapped, used = fields["heap"].split()
    return f"{arena} {int(mapped) % PYTHON_ADDRESS_TABLE} {used}"


def view(line):
    """{name: text} of one line of the witness."""
    fields = dict(zip(VIEW, line.split("|")))
    if len(fields) != len(VIEW):
        return {}
    fields["descriptors"] = NUMBERED.sub(r"\1\2", fields["descriptors"])
    fields["blocked"], fields["ignored"] = fields["blocked"].strip(), fields["ignored"].strip()
    fields["heap"] = heap_of(fields)
    fields["caught"] = caught_by_program(fields["caught"].strip(), fields["handlers"])
    return fields


def state(lines):
    """{component: sorted texts} of all processes of a run, at their start and their end."""
    views = list(filter(None, map(view, lines)))
    parts = {"processes": sorted(f"{one['when']} {one['program']}" for one in views)}
    for name in STATE:
        parts[name] = sorted(f"{one['when']} {one['program']}: {one[name]}" for one in views)
    return parts


def output(seen, masks):
    """{component: value} of what any user sees."""
    return {"status": seen.status, "stdout": masked(seen.stdout, masks),
            "stderr": masked(seen.stderr, masks), "files": seen.files, "left": seen.left}


def steady_files(*trees):
    """What is the same in all of them: {path: (kind, digest or None)}."""
    first = trees[0]
    return {path: (first[path][0], first[path][1] if all(
        tree[path][1] == first[path][1] for tree in trees) else None)
        for path in first if all(tree.get(path, ("", ""))[0] == first[path][0] for tree in trees)}


def files_differ(bares, other):
    """Sentences about files. Names that come and go between bare runs count as their number."""
    steady = steady_files(*bares)
    for path, (kind, digest) in sorted(steady.items()):
        if path not in other:
            yield f"{path} is not there"
        elif other[path][0] != kind:
            yield f"{path} is {other[path][0]}, not {kind}"
        elif digest is not None and other[path][1] != digest:
            yield f"{path} has other contents"
    counts = {len(tree) for tree in bares}
    if len(other) not in counts:
        more = sorted(set(other) - set(bares[0]))
        yield f"{len(other)} files, not {len(bares[0])}: {more[:5]}"


def excerpt(first, second):
    """Where two values begin to differ."""
    if isinstance(first, list) and isinstance(second, list):
        less, more = Counter(first) - Counter(second), Counter(second) - Counter(first)
        return f"bare {list(less)[:3]}, with the library {list(more)[:3]}"[:LONGEST_EXCERPT * 2]
    if isinstance(first, str) and isinstance(second, str):
        lines = zip(first.splitlines() + [""], second.splitlines() + [""])
        for one, two in lines:
            if one != two:
                return f"bare {one[:LONGEST_EXCERPT]!r}, with the library {two[:LONGEST_EXCERPT]!r}"
        return f"bare {len(first)} characters, with the library {len(second)}"
    return f"bare {first}, with the library {second}"


def output_differences(bares, other, line):
    """{component: sentence} of one run against several bare ones."""
    found = {}
    seen, ours = [output(bare, line.masks) for bare in bares], output(other, line.masks)
    for name in ("status",) if line.status_only else OUTPUT:
        if name == "files":
            sentences = list(files_differ([one["files"] for one in seen], ours["files"]))
            if sentences:
                found[name] = "; ".join(sentences[:3])
        elif all(one[name] != ours[name] for one in seen):
            found[name] = excerpt(seen[0][name], ours[name])
    return found


def unsteady_outputs(bares, line):
    """Components of the output that differ between bare runs though the line does not say so."""
    seen = [output(bare, line.masks) for bare in bares]
    names = ("status",) if line.status_only else ("status", "stdout", "stderr", "left")
    return [name for name in names if any(one[name] != seen[0][name] for one in seen)]


def unsteady_states(bares):
    parts = [state(bare.views) for bare in bares]
    return {name for name in parts[0] if any(one[name] != parts[0][name] for one in parts)}


def state_differences(bares, other):
    """{component: sentence}; what bare runs do not agree on is not compared."""
    unsteady = unsteady_states(bares)
    first, ours = state(bares[0].views), state(other.views)
    return {name: excerpt(first[name], ours[name]) for name in first
            if name not in unsteady and first[name] != ours[name]}
