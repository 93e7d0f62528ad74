#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Do installed programs behave with the library as without it? Runs the command lines of
# programs.list bare and in each mode; status 1 when anything differs without a reason.
import argparse
import concurrent.futures
import multiprocessing
import os
import pickle
import re
import shutil
import sys
import tempfile
import time

import program_list
import run_line
import table
import trial

AT_ONCE = 2
SKIPPED = 77


def attempt(line, modes, setup, exceptions, folder):
    """In a worker process; its runs always stand in the same folder, whose path outputs may show."""
    own = f"{folder}/{multiprocessing.current_process()._identity[0]:03}"
    os.makedirs(own, mode=0o755, exist_ok=True)
    begin = time.monotonic()
    result = trial.attempt(line, modes, setup, f"{own}/run", exceptions)
    return result, time.monotonic() - begin


def report(result, seconds):
    if result.missing:
        print(f"skip {result.name}: needs {', '.join(result.missing)}", flush=True)
        return
    print(f"{'ok  ' if result.is_good() else 'FAIL'} {result.name} ({seconds:.1f} s)", flush=True)
    for text in result.wrong:
        print(f"     {text}")
    for mode, differences in result.differences.items():
        for component, sentence in differences.items():
            print(f"     {mode}: {component}: {sentence}")


def run_all(lines, modes, setup, exceptions, kept):
    """Tells and keeps each result as it comes."""
    folder = tempfile.mkdtemp(prefix="leakhook-transparency-")
    os.chmod(folder, 0o755)
    try:
        with concurrent.futures.ProcessPoolExecutor(
                AT_ONCE, initializer=run_line.become_subreaper) as pool:
            jobs = [pool.submit(attempt, line, modes, setup, exceptions, folder) for line in lines]
            for job in concurrent.futures.as_completed(jobs):
                result, seconds = job.result()
                kept.add(result)
                report(result, seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Kept:
    """Results by name; those of earlier runs too, where a file keeps them."""

    def __init__(self, path):
        self._path = path
        self._results = {}
        if path and os.path.exists(path):
            with open(path, "rb") as file:
                self._results = pickle.load(file)

    def add(self, result):
        self._results[result.name] = result
        if self._path:
            with open(self._path + ".new", "wb") as file:
                pickle.dump(self._results, file)
            os.replace(self._path + ".new", self._path)

    def in_order(self, lines):
        return [self._results[line.name] for line in lines if line.name in self._results]


def chosen(lines, options):
    return [line for line in lines
            if re.search(options.only, line.name) and (line.is_short or not options.short)]


def main():
    parser = argparse.ArgumentParser()
    for option in ("library", "command", "built"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("--only", default="", metavar="REGEX", help="lines whose names match")
    parser.add_argument("--mode", action="append", choices=program_list.MODES)
    parser.add_argument("--short", action="store_true", help="only lines that are marked so")
    parser.add_argument("--results", metavar="FILE",
                        help="keep results there, and tell of those that lie there from before, too")
    parser.add_argument("--table", metavar="FILE", help="write the page of results there")
    options = parser.parse_args()
    setup = run_line.Setup(*(os.path.abspath(path) for path in
                             (options.library, options.command, options.built)))
    book = program_list.read()
    modes = options.mode or list(program_list.MODES)
    lines = chosen(book.lines, options)
    if not lines:
        print(f"no line matches {options.only}", file=sys.stderr)
        return 2
    kept = Kept(options.results)
    run_all(lines, modes, setup, book.exceptions, kept)
    results = kept.in_order(book.lines)
    if options.table:
        with open(options.table, "w", encoding="utf-8") as file:
            file.write(table.page(results, book, modes))
    bad = [result.name for result in results if not result.is_good()]
    skipped = [result.name for result in results if result.missing]
    print(table.summary(results))
    return 1 if bad else SKIPPED if len(skipped) == len(results) else 0


if __name__ == "__main__":
    sys.exit(main())
