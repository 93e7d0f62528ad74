#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Do real programs behave with the library as without, and do their profiles tell what they must?
# NAME... runs these definitions of programs/ and prints a row each of the table in the README.
import argparse
import glob
import importlib
import os
import re
import shutil
import sys
import time

import real_program as real

SKIPPED = 77
HEAD = ("| program | bare | with leakhook | output identical |\n"
        "|---|---|---|---|")
HERE = os.path.dirname(os.path.abspath(__file__))


def definitions():
    return sorted(os.path.basename(path)[:-3] for path in glob.glob(f"{HERE}/programs/*.py"))


def definition(name):
    sys.path.insert(0, os.path.join(HERE, "programs"))
    return importlib.import_module(name).PROGRAM


def check_profiles(program, side):
    """Sentences about the files that the run with the library left."""
    files = sorted(os.listdir(side.profiles))
    for name in files:
        path = os.path.join(side.profiles, name)
        if not name.endswith(".pb.gz"):
            yield f"a file that is no profile: {name}"
            continue
        for text in real.profile_check.check_file(path)[:3]:
            yield f"{name}: {text}"
    for profile, pattern in program.must_name.items():
        named = set()
        for dump in side.busy:
            named |= real.functions(dump[profile]) if profile in dump else set()
        if not any(re.search(pattern, function) for function in named):
            yield f"no function of the {profile} profiles matches {pattern}: {sorted(named)[:20]}"
    if not side.busy and not program.at_exit:
        yield "nothing was dumped"
    if program.at_exit and not any(f".{program.at_exit}." in name and ".heap." in name
                                   for name in files):
        yield f"no profile of {program.at_exit} at its end, only {files[:10]}"


def one_side(program, setup, is_hooked, keep):
    """(output, seconds, complaints) of one run."""
    side = real.Side(setup, is_hooked, program.env)
    try:
        program.prepare(side)
        begin = time.monotonic()
        output = program.run(side)
        seconds = time.monotonic() - begin
        complaints = list(check_profiles(program, side)) if is_hooked else []
        if is_hooked and keep:
            target = os.path.join(keep, "real-" + re.sub(r"\W+", "_", program.name))
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(side.profiles, target)
        return output, seconds, complaints
    except (real.Failure, TimeoutError, RuntimeError, OSError,
            real.subprocess.TimeoutExpired) as error:
        return None, 0, [f"{'with the library' if is_hooked else 'bare'}: {error}", tail(side)]
    finally:
        side.end()


def tail(side):
    """The last lines that the program logged."""
    try:
        with open(side.path("log"), "rb") as file:
            return "log: " + file.read()[-1500:].decode("utf-8", "replace")
    except OSError:
        return "no log"


def run(name, setup, keep):
    """(row, complaints) of one definition."""
    program = definition(name)
    bare, bare_seconds, complaints = one_side(program, setup, False, keep)
    hooked, seconds, more = one_side(program, setup, True, keep)
    complaints += more
    is_same = bare is not None and bare == hooked
    if bare is not None and hooked is not None and not is_same:
        texts = str(bare), str(hooked)
        at = max(0, len(os.path.commonprefix(texts)) - 100)  # where they part
        complaints.append("output differs:\n  bare …{}\n  with …{}".format(
            *(text[at:at + 1000] for text in texts)))
    how = "FAILED" if complaints else "ok"
    row = (f"| {program.name} | {bare_seconds:.1f} s | {seconds:.1f} s, {how} "
           f"| {'yes' if is_same else 'NO'} |")
    return row, complaints


def main():
    parser = argparse.ArgumentParser()
    for option in ("library", "command", "plugins"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("--keep", help="folder for the profiles made")
    parser.add_argument("names", nargs="*", help="definitions; all when none is named")
    options = parser.parse_args()
    setup = real.running.Setup(*(os.path.abspath(path) for path in
                                 (options.library, options.command, options.plugins)))
    names = options.names or definitions()
    failed = skipped = 0
    print(HEAD)
    for name in names:
        lacks = definition(name).missing()
        if lacks:
            print(f"| {definition(name).name} | skipped: needs {', '.join(lacks)} | | |")
            skipped += 1
            continue
        row, complaints = run(name, setup, options.keep)
        print(row, flush=True)
        for complaint in complaints:
            print(f"{name}: {complaint}", file=sys.stderr)
        failed += bool(complaints)
    return 1 if failed else SKIPPED if skipped == len(names) else 0


if __name__ == "__main__":
    sys.exit(main())
