#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Does a test program behave as without the library, and do its profiles tell its verdict?
# Exit status: 0 yes, 1 no, 77 the machine lacks what the program needs.
import argparse
import ctypes.util
import os
import re
import shutil
import sys

import judgement
import pprof_file
import profile_check
import running
import verdict as verdicts

SKIPPED = 77


def missing_needs(needs):
    """Words of `// needs:` that this machine does not fulfil."""
    fulfilled = {"root": lambda: os.geteuid() == 0,
                 "libmimalloc": lambda: ctypes.util.find_library("mimalloc") is not None,
                 "32-bit-loader": lambda: os.path.exists("/lib/ld-linux.so.2"),
                 "userns": lambda: os.path.exists("/proc/self/ns/user")}
    return [need for need in needs
            if not fulfilled.get(need, lambda need=need: shutil.which(need) is not None)()]


def compare(bare, hooked, verdict):
    """What the library changed that a user could see."""
    if bare.status != verdict.exit:
        yield f"the bare run ended with {bare.status} instead of {verdict.exit}: {bare.stderr}"
    if hooked.status != bare.status:
        yield f"exit status {hooked.status}, bare {bare.status}"
    if hooked.stdout != bare.stdout:
        yield f"output differs:\n  bare {bare.stdout[:800]!r}\n  with {hooked.stdout[:800]!r}"
    rest = hooked.stderr.splitlines()
    for line in bare.stderr.splitlines():
        if line in rest:
            rest.remove(line)
        elif verdict.output == "same":
            yield f"missing on stderr: {line!r}"
    for line in rest if verdict.output == "same" else []:
        if not line.startswith("leakhook"):
            yield f"added on stderr: {line!r}"
    for pattern in verdict.stderr:
        if not re.search(pattern, hooked.stderr, re.MULTILINE):
            yield f"no line on stderr matches {pattern!r}: {hooked.stderr[:800]!r}"


def load(files, main, pid):
    """({profile name: profile}, complaints) of the files of one dump, each strictly checked."""
    profiles, complaints = {}, []
    for name, path in files.items():
        try:
            profiles[name] = pprof_file.read(path)
            found = profile_check.complaints(profiles[name], name, main, pid)
            complaints += [f"{os.path.basename(path)}: {text}" for text in found[:5]]
        except pprof_file.Malformed as error:
            complaints.append(f"{os.path.basename(path)}: malformed: {error}")
    missing = set(running.ALWAYS) - set(files)
    if missing:
        complaints.append(f"profiles missing: {', '.join(sorted(missing))}")
    return profiles, complaints


def judged_numbers(verdict, asked, numbers):
    """(numbers of the dumps to judge, complaint or None)"""
    at_exit = [number for number in numbers if number > asked]
    wanted = []
    if verdict.dumps in ("usr2", "both"):
        wanted += [asked] if asked and asked in numbers else []
        if not wanted:
            return [], f"no dump {asked} on request, only {sorted(numbers)}"
    if verdict.dumps in ("exit", "both"):
        if len(at_exit) != 1:
            return wanted, f"{len(at_exit)} dumps at exit instead of 1"
        wanted += at_exit
    return wanted, None


def examine(run, verdict, main):
    """Sentences about the files of a run."""
    dumps = run.dumps()
    complaints = [f"a file that is no profile: {name}" for name in run.strangers()]
    if verdict.dumps == "none":
        return complaints + [f"unexpected profiles of process {pid}" for pid in dumps]
    if len(dumps) != verdict.processes:
        complaints.append(f"profiles of {len(dumps)} processes instead of {verdict.processes}")
    for pid, numbered in dumps.items():
        is_child = pid != run.pid
        judged, complaint = [max(numbered)], None
        if not is_child:
            judged, complaint = judged_numbers(verdict, run.asked.get(pid, 0), numbered)
        complaints += [complaint] if complaint else []
        for number, files in numbered.items():
            profiles, found = load(files, main, pid)
            complaints += found
            if number in judged:
                complaints += [f"dump {number} of {pid}: {text}"
                               for text in judgement.judge(profiles, verdict, is_child)]
    if run.pid not in dumps:
        complaints.append("no profile of the program itself")
    return complaints


def keep_profiles(run, keep, name):
    """Copies the profiles to where the pprof test finds them."""
    target = os.path.join(keep, name)
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    paths = [path for numbered in run.dumps().values() for files in numbered.values()
             for path in files.values()]
    for path in paths[:64]:
        shutil.copy(path, target)


class Skip(Exception):
    """The program itself found that the machine lacks something: status 77 of the bare run, or any
    but the wanted one in another system, whose ways are not ours to judge."""


def test_program(program, verdict, setup, keep=None):
    """Runs both ways; the complaints. Raises Skip."""
    runs = [running.run_program([program, *verdict.args], setup, is_hooked, verdict.seconds,
                                verdict.env, verdict.preload, verdict.asks)
            for is_hooked in (False, True)]
    bare, hooked = runs
    try:
        if bare.status == SKIPPED or (setup.wrapper and bare.status != verdict.exit):
            raise Skip(bare.stderr)
        complaints = [f"bare: {text}" for text in bare.complaints] + hooked.complaints
        complaints += compare(bare, hooked, verdict)
        complaints += examine(hooked, verdict, os.path.basename(program))
        if keep:
            keep_profiles(hooked, keep, os.path.basename(program))
        if complaints:
            complaints.append(f"stderr was: {hooked.stderr[-1500:]}")
        return complaints
    finally:
        running.forget(bare)
        running.forget(hooked)


def main():
    parser = argparse.ArgumentParser()
    for name in ("library", "command", "plugins", "source", "program"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--keep", help="folder for the profiles made")
    parser.add_argument("--wrapper", default="", help="words before the program that bring it into "
                        "another system, where our command cannot run: {preload}, {folder}")
    options = parser.parse_args()
    verdict = verdicts.of_file(options.source)
    missing = missing_needs(verdict.needs)
    if missing:
        print(f"skipped: needs {', '.join(missing)}")
        return SKIPPED
    setup = running.Setup(*(os.path.abspath(path) for path in
                            (options.library, options.command, options.plugins)),
                          tuple(options.wrapper.split()))
    try:
        complaints = test_program(os.path.abspath(options.program), verdict, setup, options.keep)
    except Skip as reason:
        print(f"skipped: {reason}")
        return SKIPPED
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
