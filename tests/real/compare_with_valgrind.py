#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Is everything that leakhook calls lost in real programs lost for valgrind too? Takes minutes; by hand.
#
# The same work, with leakhook at the end of each process and under valgrind. NAME... are definitions
# programs/reach_*.py. A stack agrees when valgrind lost blocks below the same functions; runs in other
# processes of the program count, as pids differ. Prints the table of the table of docs/REACHABILITY.md.
import argparse
import glob
import importlib
import os
import re
import shutil
import sys
import xml.etree.ElementTree as xml

import reach
import real_program as real

WORDS = {"Leak_DefinitelyLost": "definite", "Leak_IndirectlyLost": "indirect", "Leak_PossiblyLost": "possible",
         "Leak_StillReachable": "reachable"}
COMPARED = 3  # innermost functions


def with_leakhook(program, setup):
    """{heap profile: [Lost]} of every dump. Raises Failure."""
    side = real.Side(setup, True, program.env)
    try:
        program.prepare(side)
        program.work(side)
        return {os.path.basename(path): reach.lost(path)
                for path in sorted(glob.glob(os.path.join(side.profiles, "*.heap.pb.gz")))}
    finally:
        side.end()


def under_valgrind(program, setup):
    """{XML file: [Lost]} of every process, of all words. Raises Failure."""
    side = real.Side(setup, False, program.env)
    side.launcher = ["valgrind", "--leak-check=full", "--show-leak-kinds=all", "--num-callers=60",
                     "--undef-value-errors=no", "--run-libc-freeres=no", "--run-cxx-freeres=no",
                     "--read-inline-info=yes", "--soname-synonyms=somalloc=*jemalloc*", "--xml=yes",
                     f"--xml-file={side.profiles}/%p.xml"]
    try:
        program.prepare(side)
        program.work(side)
        found = {os.path.basename(path): list(records(path))
                 for path in sorted(glob.glob(os.path.join(side.profiles, "*.xml")))}
        if not any(found.values()):
            raise real.Failure("valgrind wrote nothing")
        return found
    finally:
        side.end()


def records(path):
    """Of a file that may have lost its beginning in a forked child."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    for part in re.findall(r"<error>.*?</error>", text, re.DOTALL):
        error = xml.fromstring(part)
        word = WORDS.get(error.findtext("kind"))
        if word is None:
            continue  # not about leaks
        what = error.find("xwhat")
        functions = [frame.findtext("fn") or "" for frame in error.iter("frame")]
        yield reach.Lost(word, int(what.findtext("leakedblocks")), int(what.findtext("leakedbytes")), functions)


def by_block(found, *wanted):
    """{(stack, bytes of a block): words} of what is one of these words in any process."""
    words = {}
    for lost in found.values():
        for one in lost:
            if one.word in wanted:
                words.setdefault((tuple(one.own()[:COMPARED]), one.size // one.count), set()).add(one.word)
    return words


def text_of(block, ours, theirs):
    def said(words):
        return ", ".join(sorted(words.get(block, ["not lost"])))
    return f"{block[1]} bytes of {' < '.join(block[0])}: leakhook {said(ours)}, valgrind {said(theirs)}"


def compare(name, setup):
    """(row, complaints)"""
    program = importlib.import_module(name).PROGRAM
    profiles, files = with_leakhook(program, setup), under_valgrind(program, setup)
    ours, theirs = by_block(profiles, *reach.LOST), by_block(files, *reach.LOST)
    theirs_at_most = by_block(files, *reach.LOST, "possible")
    for block in sorted({*ours, *theirs}):
        print(f"{name}: {text_of(block, ours, theirs_at_most)}")
    complaints = [f"{text_of(block, ours, theirs_at_most)}, and "
                  f"{sorted(by_block(files, 'reachable').get(block, ['not there']))}"
                  for block in sorted(set(ours) - set(theirs_at_most))]
    blocks = sum(one.count for lost in files.values() for one in lost)
    row = (f"| {program.name.partition(':')[0]} | {len(profiles)} | {len(ours)} | {len(ours) - len(complaints)} "
           f"| {len(files)}, {blocks} blocks | {len(set(theirs) - set(ours))} |")
    return row, complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", required=True)
    parser.add_argument("--command", required=True)
    parser.add_argument("names", nargs="*", default=["reach_redis", "reach_nginx", "reach_postgresql"])
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed")
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs"))
    setup = real.running.Setup(os.path.abspath(options.library), os.path.abspath(options.command))
    failed = False
    print("| program | dumps | kinds of lost blocks | of them lost for valgrind | processes under valgrind "
          "| lost for valgrind alone |\n| --- | --- | --- | --- | --- | --- |")
    for name in options.names:
        row, complaints = compare(name, setup)
        print(row, flush=True)
        for complaint in complaints:
            print(f"{name}: {complaint}", file=sys.stderr)
        failed = failed or bool(complaints)
    sys.exit(failed)


if __name__ == "__main__":
    main()
