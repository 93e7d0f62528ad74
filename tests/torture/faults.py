#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# What does a service notice when system calls of its library fail, and does anybody hear of what was
# lost by that?
#
# Each call that the library makes is refused, all of that number, from its birth on or from the
# moment on in which the service runs; and each that the exporter makes, one at a time and all. The
# service must do the same as ever, and what its profiles lack must be counted in them, or said.
import errno
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import calls
import places
import raw_dumps
import table

import judgement
import run_service
import running
import verdict as verdicts
from supervisor import KILL, Supervisor

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = "goes_on_without"
VERDICT = verdicts.of_file(os.path.join(HERE, PROGRAM + ".c"))
ERRORS = ("EPERM", "ENOMEM", "ENOSYS", "ENOSPC")
LOSS = re.compile(r"^([a-z_]+): \d+ \(")
# Of an exporter that libc gives up before its main, or within.
LIBCS_LINE = re.compile(r"cannot set up thread-local storage|cannot allocate TLS data structures|error while loading shared libraries|futex facility")
USUAL_LINE = re.compile(r"leakhook: (dump \d+|last state) of ")
SECONDS = 90
WITH_PID = re.compile(r"^(leakhook\.\w+\.(?:\d+)\.\d{4})\.\d+(\.[a-z]+\.pb\.gz)$")
# How the service is set up: each makes calls that the others do not.
WAYS = {"memory": {}, "no exporter": {"LEAKHOOK_EXPORTER": "/nonexistent"},
        "file and pictures": {"LEAKHOOK_DIR": "segments", "LEAKHOOK_REACH": "all"}}
# Without these no process can end, or knows who it is; the kernel never refuses them, nor does any filter
# under which a program could live.
NOT_REFUSED = {"exit", "exit_group", "rt_sigreturn", "getpid", "gettid"}
# In the source, but not made in each run of this test, and when they are.
NOT_SEEN = {
    "vfork": "recognised in a program's own call, not made",
    "waitid": "pclose",
    "fstatfs": "descriptors are received over a socket",
    "kill": "a copy outlives its time",
    "tgkill": "the end by a signal",
    "unlinkat": "a killed writer left something: killing() below",
    "sched_yield": "two threads meet in one record",
    "rt_sigreturn": "a copy meets a signal",
}


class Books:
    """What the files and lines of one run tell: an outcome, or a silent loss."""

    def __init__(self, setup, run):
        self.lost, self.wrong = set(), []
        self.said = [line[len("leakhook: "):] for line in run.stderr.splitlines()
                     if line.startswith("leakhook: ") and not USUAL_LINE.match(line)]
        raw, self.complaints = raw_dumps.export_all(setup, run.folder)
        self.kinds = {"raw"} if raw else set()
        for name in run.files():  # of a dump that could not see whose files lie in its place
            os.rename(os.path.join(run.folder, name), os.path.join(run.folder, WITH_PID.sub(r"\1\2", name)))
        self.complaints += [f"left behind: {name}" for name in run.strangers()]
        numbered = run.dumps().get(run.pid, {})
        self.is_whole = False
        if numbered:
            self.is_whole = self._judge(numbered[max(numbered)], run.pid)

    def _judge(self, files, pid):
        profiles, found = run_service.load(files, PROGRAM, pid)
        self.complaints += found
        for p in profiles.values():
            self.lost |= {match[1] for match in map(LOSS.match, p.comments()) if match}
        self.wrong = judgement.judge(profiles, VERDICT)
        return not self.wrong

    def outcome(self):
        """How it ended, in words."""
        if self.is_whole:
            words = ["whole"]
        elif self.lost or self.said:
            words = ["less"]
        else:
            self.complaints.append(f"a silent loss: {self.wrong or 'no dump'}"[:500])
            words = ["SILENT"]
        words += sorted(self.kinds)
        words += [f"counted: {', '.join(sorted(self.lost))}"] if self.lost else []
        return words + [f"said: {re.sub(r'[/.][^ ]*[0-9][^ ]*', '…', line)[:90].replace(';', ',')}" for line in self.said[:1]]


class Trial:
    """One run of the program; `decide` as for Supervisor, and told whether the service runs already."""

    def __init__(self, setup, bare, way, decide, in_exporter=False):
        self.setup, self.bare, self.way = setup, bare, way
        self.folder = running.fresh_folder()
        self.is_running = False
        os.makedirs(os.path.join(self.folder, "segments"))
        os.makedirs(os.path.join(self.folder, "watched"))
        self._socket = os.path.join(self.folder, "watched", "watch")
        env = dict(WAYS[way])
        if in_exporter:
            exporter = os.path.join(self.folder, "watched", "leakhook")
            shutil.copy(os.path.join(setup.plugins, "watched_exporter"), exporter)
            os.symlink(setup.command, os.path.join(self.folder, "watched", "real"))
            env["LEAKHOOK_EXPORTER"] = exporter
        else:
            env["TORTURE_WATCH"] = self._socket
        self.supervisor = Supervisor(self._socket, lambda *call: decide(*call, self.is_running))
        variables = running.environment(setup, [] if in_exporter else ["libwatched_library.so"], env)
        session = running.Session([os.path.join(setup.plugins, PROGRAM)], self.folder, variables, SECONDS,
                                  self._asked)
        self.run = session.finish()
        self._await_exporters()
        self.supervisor.close()

    def _asked(self, pid):
        """The first time: it runs. Later: a dump that it asked itself for is awaited."""
        if self.is_running:
            running.await_true(lambda: not running.keepers_of(pid), 60, "the end of the keepers")
        self.is_running = True
        if self.way == "no exporter":  # the keeper itself must tell whoever asks
            subprocess.run([self.setup.command, "dump", "--timeout", "1", str(pid)], capture_output=True,
                           check=False)

    def _await_exporters(self):
        """Those whose keeper is gone; they name the service."""
        def runs(pid):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    return f"--live\0{self.run.pid}\0".encode() in file.read()
            except OSError:
                return False
        running.await_true(lambda: not any(map(runs, running.processes())), 60, "the end of the exporters")

    def judge(self):
        """(words, complaints)"""
        complaints = list(self.run.complaints)
        complaints += [text for text in run_service.compare(self.bare, self.run, VERDICT)
                       if not LIBCS_LINE.search(text)]
        books = Books(self.setup, self.run)
        words = books.outcome()
        return words, complaints + books.complaints

    def forget(self):
        running.forget(self.run)


class Faults:
    def __init__(self, setup, part):
        self.part = part
        self.setup, self.names = setup, calls.numbers()
        self.name_of = {number: name for name, number in self.names.items()}
        self.bare = running.run_program([os.path.join(setup.plugins, PROGRAM)], setup, False)
        self.trials = 0
        self.bad = 0

    def record(self, way, in_exporter):
        """{name: count} of the calls of a run without faults, and whether that run was as it should be."""
        trial = Trial(self.setup, self.bare, way, lambda *_: 0, in_exporter)
        words, complaints = trial.judge()
        trial.forget()
        if words[0] != "whole":
            complaints.append(f"without any fault: {words}")
        seen = {self.name_of[number]: count for number, count in trial.supervisor.calls.items()}
        where = "exporter" if in_exporter else f"library, {way}"
        self.bad |= table.tell(f"calls of the {where}", f"{sum(seen.values())} calls of {len(seen)} numbers",
                               complaints, trial.run.stderr)
        return seen

    def try_one(self, what, way, in_exporter, decide):
        """One row of the table: what happened."""
        try:
            trial = Trial(self.setup, self.bare, way, decide, in_exporter)
        except (TimeoutError, OSError) as error:
            return what, 0, ["HANGS"], [str(error)], ""
        words, complaints = trial.judge()
        trial.forget()
        return what, trial.supervisor.refused, words, complaints, trial.run.stderr

    def try_all(self, orders):
        """Prints each run; the table gets a row for each call."""
        groups = {}
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for what, refused, words, complaints, stderr in pool.map(lambda order: self.try_one(*order), orders):
                self.trials += 1
                self.bad |= bool(complaints)
                print(f"{what} | {refused} refused | {'; '.join(words)}{' FAILS' if complaints else ''}", flush=True)
                for text in complaints[:6]:
                    print("   ", text)
                if complaints:
                    print("    stderr:", stderr[-600:])
                name = what.split(" ")[0] if not what.startswith("SIGKILL") else what.partition(", ")[0]
                groups.setdefault(name, []).append((refused, words, bool(complaints)))
        for name, runs in groups.items():
            table.row(*group_row(name, self.part, runs))


def group_row(name, part, runs):
    """Cells of the table for all runs in which one call was refused: [(refused, words, is bad)]"""
    ends = Counter(", ".join(word for word in words if ":" not in word) for _, words, _ in runs)
    rest = sorted({word for _, words, _ in runs for word in words if ":" in word})
    counted = sorted({name for word in rest if word.startswith("counted: ") for name in word[9:].split(", ")})
    said = [word[6:] for word in rest if word.startswith("said: ")]
    cells = [", ".join(f"{count} {end}" for end, count in ends.most_common()) if len(ends) > 1 else list(ends)[0]]
    cells += [f"counted: {', '.join(counted)}"] if counted else []
    cells += [f"said: {said[0]}" + (f" ({len(said)} different lines)" if len(said) > 1 else "")] if said else []
    bad = sum(is_bad for _, _, is_bad in runs)
    how_much = f"{len(runs)} runs" + (f", {sum(run[0] for run in runs)} calls" if any(run[0] for run in runs) else "")
    what = name if name.startswith("SIGKILL") else f"`{name}` refused to the {part}"
    return what, how_much, "; ".join(cells) + (f" **{bad} FAIL**" if bad else "")


def refusing(name, number, error, only=None, from_birth=True):
    """decide() of a Trial. What is written to stderr always passes: somebody shall hear."""
    def decide(asked, index, first, _, is_running):
        is_it = asked == number and (only is None or index == only) and (from_birth or is_running)
        return getattr(errno, error) if is_it and not (name == "write" and first == 2) else 0
    return decide


def killing(number, at):
    """The caller dies of its call."""
    return lambda asked, index, *_: KILL if asked == number and index == at else 0


def killing_keeper(names, at):
    """A keeper, or what becomes its exporter, dies of the call with this place among all of theirs."""
    theirs, count = set(), 0

    def decide(asked, _, __, pid, ___):
        nonlocal count
        if asked in (names["close_range"], names["setsid"]):  # what they begin with
            theirs.add(pid)
        count += pid in theirs
        return KILL if pid in theirs and count == at else 0
    return decide


def orders_for_library(faults, seen):
    """One after the other of: what, way, in_exporter, decide. The short form takes a part of them in turn."""
    phases = (("birth", True), ("running", False))
    for position, name in enumerate(sorted(set().union(*seen.values()) - NOT_REFUSED)):
        ways = [way for way in WAYS if name in seen[way]]
        # Where the keeper cannot learn of its copy's end, both once wrote into one stream.
        few = ways[-1:] if name == "wait4" else ways[:1]
        for way in ways if table.is_long() else few:
            for phase, from_birth in phases if table.is_long() else [phases[position % 2]]:
                for error in ERRORS if table.is_long() else [ERRORS[position // 2 % len(ERRORS)]]:
                    yield (f"{name} {error}, library, {way}, from {phase} on", way, False,
                           refusing(name, faults.names[name], error, None, from_birth))
    for at in range(1, 45) if table.is_long() else (1, 8, 16, 24):
        yield f"SIGKILL of the keeper, call {at}", "memory", False, killing_keeper(faults.names, at)


def orders_for_exporter(faults, seen):
    for position, name in enumerate(sorted(set(seen) - NOT_REFUSED)):
        most = seen[name]
        first_dump = most // 2  # the same calls come again in the second dump
        indices = [None, *range(1, first_dump + 1), most] if table.is_long() else [[None, 1, most][position % 3]]
        for number, index in enumerate(indices):
            error = ERRORS[(position + number) % len(ERRORS)]
            yield (f"{name} {error}, exporter, {'all' if index is None else f'call {index} of {most}'}", "memory",
                   True, refusing(name, faults.names[name], error, index))
    for name in ("openat", "write", "renameat2") if table.is_long() else ("write", "renameat2"):
        most = seen[name] // 2
        for index in range(1, most + 1) if table.is_long() else (most // 2, most):
            yield (f"SIGKILL of the exporter in its {name}s, call {index} of {most}", "memory", True,
                   killing(faults.names[name], index))


def check_list(faults, seen):
    """Each call of ours stands in the source by its name, and each of those is made here or excused."""
    made, written = set().union(*seen.values()), calls.in_source()
    complaints = [f"{name}: made, but not by name: the source has no SYS_{name}" for name in made - written]
    complaints += [f"{name}: in the source, but never made: nobody refuses it"
                   for name in written - made - set(NOT_SEEN)]
    faults.bad |= table.tell("calls in the source", f"{len(written)} names, {len(made)} of them made", complaints)


def main():
    setup, options = places.read("part")
    try:
        faults = Faults(setup, options.part)
        if options.part == "library":
            seen = {way: faults.record(way, False) for way in WAYS}
            check_list(faults, seen)
            faults.try_all(orders_for_library(faults, seen))
        else:
            faults.try_all(orders_for_exporter(faults, faults.record("memory", True)))
    finally:
        running.forget(faults.bare)
    table.row(f"faults of the {options.part}", f"{faults.trials} runs", "**some fail**" if faults.bad else "ok")
    return 1 if faults.bad or not faults.trials else 0


if __name__ == "__main__":
    sys.exit(main())
