#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Who notices when the keeper, the exporter or the copy that looks for pointers is killed in the middle
# of a dump?
#
# The service must not: its output and its end are as ever, it has no defunct child more. No half-written
# file may stay, what was written must be whole, and the next dump is as good as any.
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import places
import raw_dumps
import table

import judgement
import run_service
import running
import verdict as verdicts

SOURCE = os.path.join(places.SERVICES, "demo_service.cc")
VERDICT = verdicts.of_file(SOURCE)
LATEST = {"keeper": 0.1, "exporter": 0.15, "copy": 0.003}  # s after its birth


MOST_TRIES = 6


def children_of(pid):
    """At once: the copy lives for some milliseconds."""
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += map(int, file.read().split())
    except OSError:
        pass  # the process or a thread of it has ended
    return found


def executable(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return None


class Service:
    """demo_service with the library, and who works for it at the moment."""

    def __init__(self, setup, folder, is_hooked=True):
        self.setup, self.folder = setup, folder
        self.program = os.path.join(setup.plugins, "demo_service")
        env = {"LEAKHOOK_REACH": "all"}
        # No pipe: some 450 dumps fill it, and the next exporter would wait for a reader.
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([self.program], cwd=folder, stdin=subprocess.PIPE, text=True,
                                        env=running.environment(setup, extra=env, is_hooked=is_hooked),
                                        stdout=subprocess.PIPE, stderr=self.errors)
        line = self.process.stdout.readline()
        self.pid = int(line.split()[-1])
        self.own = set(children_of(self.pid))
        self.exporters = set()

    def keepers(self):
        return [child for child in children_of(self.pid) if child not in self.own]

    def find(self, victim):
        """A process of that role, or None."""
        for keeper in self.keepers():
            if victim == "keeper":
                return keeper
            for child in children_of(keeper):
                is_exporter = executable(child) == os.path.realpath(self.setup.command)
                if is_exporter:
                    self.exporters.add(child)
                if victim == ("exporter" if is_exporter else "copy"):
                    return child
        return None

    def is_quiet(self):
        """Nobody works on a dump, and nobody waits to be reaped."""
        return not self.keepers() and not any(running.stat_of(pid)[0] not in ("Z", None)
                                              for pid in self.exporters)

    def ends(self):
        """(status, output, lines)"""
        output = self.process.communicate("\n", timeout=60)[0]
        with self.errors:
            self.errors.seek(0)
            return self.process.returncode, output, self.errors.read()


def kill_one(service, victim, pause):
    """Was somebody killed, so many seconds after it was seen?"""
    os.kill(service.pid, signal.SIGUSR2)
    found, deadline = None, time.monotonic() + 20
    while found is None and time.monotonic() < deadline:
        found = service.find(victim)
        if found is None and victim != "keeper" and not service.keepers():
            if service.exporters and service.is_quiet():
                return False  # over before we saw it
    if found is None:
        return False
    time.sleep(pause)
    state, parent, _ = running.stat_of(found)
    if state in ("Z", None) or parent == 1:
        return False
    try:
        os.kill(found, signal.SIGKILL)
    except ProcessLookupError:
        return False  # it ended between look and signal
    return True


def judge_files(run, setup):
    """Sentences about what lies there; raw dumps become profiles first."""
    complaints = raw_dumps.export_all(setup, run.folder)[1]
    complaints += [f"left behind: {name}" for name in run.strangers()]
    for number, files in run.dumps().get(run.pid, {}).items():
        profiles, found = run_service.load(files, "demo_service", run.pid)
        found += judgement.judge(profiles, VERDICT)
        complaints += [f"dump {number}: {text}" for text in found]
    return complaints


def kill_many(setup, victim, times, choice):
    """(counts, complaints, stderr)"""
    folder = running.fresh_folder()
    run = running.Run(folder)
    service = Service(setup, folder)
    run.pid = service.pid
    killed = number = 0
    latest = LATEST[victim]
    complaints = []
    try:
        while killed < times and number < MOST_TRIES * times:  # who is quick escapes us
            number += 1
            if kill_one(service, victim, choice.uniform(0, latest)):
                killed += 1
                latest = min(LATEST[victim], latest * 1.1)
            else:
                latest *= 0.8
            running.await_true(service.is_quiet, 30, f"the end of dump {number}")
            if number % 10 == 0 or killed == times:
                running.dump_by_command(setup, service.pid, folder)
            running.await_true(service.is_quiet, 30, "the end of an undisturbed dump")
    except (TimeoutError, RuntimeError) as error:
        complaints.append(f"{error}; children {[(pid, running.stat_of(pid)) for pid in service.keepers()]}")
        service.process.kill()
    status, output, errors = service.ends()
    if (status, output) != (0, bare_output(setup)):
        complaints.append(f"status {status}, output {output!r}")
    running.await_true(service.is_quiet, 30, "the end of the last dump")
    complaints += judge_files(run, setup)
    made = len(run.dumps().get(run.pid, {}))
    if killed == 0 or made < 2:
        complaints.append(f"{killed} killed, {made} dumps: that proves nothing")
    running.forget(run)
    return f"{number} dumps, {killed} of them disturbed; {made} dumps with profiles, all whole", complaints, errors


def bare_output(setup):
    folder = running.fresh_folder()
    service = Service(setup, folder, is_hooked=False)
    output = service.ends()[1]
    running.forget(running.Run(folder))
    return output


def main():
    setup, options = places.read("services")
    setup = running.Setup(setup.library, setup.command, os.path.abspath(options.services))
    seed = int(os.environ.get("TORTURE_SEED", time.time_ns() % 10**6))
    print(f"TORTURE_SEED={seed}")
    choice, bad = random.Random(seed), 0
    for victim in LATEST:
        bad |= table.tell(f"SIGKILL of the {victim} during a dump",
                          *kill_many(setup, victim, 200 if table.is_long() else 5, choice))
    return bad


if __name__ == "__main__":
    sys.exit(main())
