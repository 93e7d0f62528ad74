#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# What do the books of a process tell that was killed by SIGKILL at any moment?
#
# The program keeps a journal (journal.h) of what it holds and of the operation that each thread has
# under way. The profile that is made afterwards must hold just that, but for those operations, and
# each record must have the stack that goes with its size.
import os
import random
import re
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import places
import table

import judgement
import pprof_file
import run_service
import running

PAGE, PATHS = 4096, 23
KINDS = {16: "eventfd", 17: "file", 18: "memfd", 19: "epoll", 20: "timer", 21: "mapping", 22: "thread"}
PATH = re.compile(r"leak_path_(\d+)")
LOSS = re.compile(r"^([a-z_]+): \d+ \(")
LATEST = 0.08  # s after the start


def kind_of(path):
    return KINDS.get(path, "heap")


def key_of(thread, path):
    """What a record of the profile can be known by: blocks tell their thread by their size."""
    return (path, thread if kind_of(path) == "heap" else None)


class Journal:
    """{key: (least, most)} that may be alive, and how many operations there were."""

    def __init__(self, path):
        self.bounds, self.operations, self.under_way = {}, 0, 0
        with open(path, "rb") as file:
            pages = file.read()
        for thread in range(len(pages) // PAGE):
            self._read(thread, struct.unpack_from(f"<{PATHS + 6}q", pages, thread * PAGE))

    def _read(self, thread, words):
        live, (taken, given, taken_live, given_live, is_valid, operations) = words[:PATHS], words[PATHS:]
        self.operations += operations
        bounds = {path: (count, count) for path, count in enumerate(live)}
        if is_valid:
            self.under_way += 1
            if taken:
                bounds[taken - 1] = (taken_live, taken_live + 1)
            if given:
                bounds[given - 1] = (given_live - 1, given_live)
        for path, (least, most) in bounds.items():
            key = key_of(thread, path)
            before = self.bounds.get(key, (0, 0))
            self.bounds[key] = (before[0] + least, before[1] + most)


def told(profiles, complaints):
    """{key: count} of what the profiles say that call paths hold."""
    counts = Counter()
    for name, p in profiles.items():
        for sample in p.sample if name != "misuse" else []:
            functions = judgement.functions_of(p, sample)
            paths = [int(match[1]) for match in map(PATH.fullmatch, functions) if match]
            count, _ = judgement.in_use(name, p, sample)
            if not count:
                continue
            labels = judgement.labels_of(p, sample)
            kind, size = labels.get("kind", name), labels.get("bytes", 0)
            path = paths[0] if paths else None
            if kind == "heap":
                # Of libc for a thread or a timer: not of a size of ours, or of a path that is not.
                by_size = (size - 1000) % 64 if 1000 <= size < 1000 + 64 * 16 else None
                if by_size != path and (path is None or kind_of(path) == "heap"):
                    complaints.append(f"{count} blocks of {size} bytes with the stack {functions}")
                if path is None or kind_of(path) != "heap":
                    continue
                counts[path, (size - 1000) // 64] += count
            elif path is not None:
                if kind != kind_of(path):
                    complaints.append(f"{count} {kind} with the stack {functions}")
                counts[path, None] += count
    return counts


def judge(journal, profiles):
    """Sentences about where the profiles and the journal disagree."""
    complaints = []
    counts = told(profiles, complaints)
    for key in sorted(set(counts) | set(journal.bounds), key=str):
        least, most = journal.bounds.get(key, (0, 0))
        if not least <= counts[key] <= most:
            complaints.append(f"path {key[0]} of thread {key[1]}: {counts[key]} told, {least} to {most} alive")
    complaints += [f"a loss: {comment}" for comment in profiles["heap"].comments() if LOSS.match(comment)]
    return complaints


class Victim:
    """One run of the program in a folder of its own, killed after some time."""

    def __init__(self, setup, argv, env):
        self.setup, self.folder = setup, running.fresh_folder()
        os.mkdir(os.path.join(self.folder, "segments"))
        program = os.path.join(setup.plugins, "killed_at_any_moment")
        self._process = subprocess.Popen([*argv, program, "journal"], cwd=self.folder, env=env,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self._process.stdout.readline()
        self.pid = int(line.split()[1])

    def kill_after(self, seconds):
        time.sleep(seconds)
        os.kill(self.pid, signal.SIGKILL)
        self.errors = self._process.communicate(timeout=60)[1].decode()
        return self._process.returncode

    def journal(self):
        return Journal(os.path.join(self.folder, "journal"))

    def profiles(self, folder):
        """{name: path}"""
        names = os.listdir(os.path.join(self.folder, folder))
        return {name.split(".")[-3]: os.path.join(self.folder, folder, name)
                for name in names if name.endswith(".pb.gz")}


def in_directory(setup, seconds):
    """LEAKHOOK_DIR, then `leakhook export`: (victim, profiles, complaints)"""
    victim = Victim(setup, [], running.environment(setup, extra={"LEAKHOOK_DIR": "segments"}))
    status = victim.kill_after(seconds)
    segments = os.listdir(os.path.join(victim.folder, "segments"))
    complaints = [] if (status, len(segments)) == (-signal.SIGKILL, 1) else [f"status {status}, {segments}"]
    done = subprocess.run([setup.command, "export", f"segments/{segments[0]}", "-o", "segments/after"],
                          cwd=victim.folder, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        complaints.append(f"leakhook export: status {done.returncode}: {done.stderr}")
    return victim, victim.profiles("segments"), complaints


def under_run(setup, seconds):
    """`leakhook run --keep`"""
    argv = [setup.command, "run", "--keep", "kept", "--"]
    victim = Victim(setup, argv, running.environment(setup, is_hooked=False))
    status = victim.kill_after(seconds)
    complaints = [] if status == 128 + signal.SIGKILL else [f"leakhook run: status {status}: {victim.errors}"]
    return victim, victim.profiles("kept"), complaints


def kill_one(setup, way, seconds):
    """(operations, how many under way, complaints)"""
    victim, files, complaints = way(setup, seconds)
    try:
        profiles, found = run_service.load(files, "killed_at_any_moment", victim.pid)
        complaints += found
        if "heap" not in profiles:
            return 0, 0, complaints
        journal = victim.journal()
        return journal.operations, journal.under_way, complaints + judge(journal, profiles)
    finally:
        running.forget(victim)


def kill_many(setup, way, times, choice):
    """(counts, complaints)"""
    moments = [choice.uniform(0, LATEST) for _ in range(times)]
    operations = under_way = 0
    complaints = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (done, open_, found) in enumerate(pool.map(lambda at: kill_one(setup, way, at), moments)):
            operations, under_way = operations + done, under_way + open_
            complaints += [f"kill {number}, after {moments[number]:.4f} s: {text}" for text in found[:4]]
    if not operations or not under_way:
        complaints.append(f"{operations} operations, {under_way} under way: that proves nothing")
    return f"{times} kills after {operations} operations, {under_way} of them under way", complaints


def main():
    setup, _ = places.read("services")
    seed = int(os.environ.get("TORTURE_SEED", time.time_ns() % 10**6))
    print(f"TORTURE_SEED={seed}")
    choice, bad = random.Random(seed), 0
    for way, name in ((in_directory, "SIGKILL with LEAKHOOK_DIR"), (under_run, "SIGKILL under `leakhook run`")):
        bad |= table.tell(name, *kill_many(setup, way, 500 if table.is_long() else 20, choice))
    return bad


if __name__ == "__main__":
    sys.exit(main())
