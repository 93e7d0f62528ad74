#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# For how long does a service with a large heap stand still, for a dump with --reach and for
# LeakSanitizer's check? By hand: tests/bench/reach_pause.py --build build --mib 1024 --rounds 7
#
# One process under each tool, asked in turn. A gap is what a thread saw that spins on the clock: its own
# is without the time in which it waited for a processor.
import argparse
import glob
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "services"))

import pprof_file  # noqa: E402

QUIET_SECONDS = 1.0
SAID = re.compile(r"reachability: done, pause ([\d.]+) ms \(predicted ([\d.]+) ms\), scanned (\d+) bytes in ([\d.]+) ms")


class Failed(Exception):
    """Something did not answer."""


class Heap:
    """A large_heap that runs with a library in front."""

    def __init__(self, program, mib, folder, library, **extra):
        env = {"PATH": os.environ["PATH"], "LD_PRELOAD": library, **extra}
        self.folder = folder
        self.process = subprocess.Popen([program, str(mib)], cwd=folder, env=env, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.expect("ready")

    def expect(self, word):
        line = self.process.stdout.readline()
        if not line.startswith(word):
            raise Failed(f"{line!r} instead of {word}")
        return line.split()[1:]

    def ask(self, word, answer):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return self.expect(answer)

    def gaps(self, action):
        """Milliseconds {gap, own} while action() runs."""
        self.ask("reset", "reset")
        action()
        gap, own, check = (int(word) / 1e6 for word in self.ask("gap", "gap"))
        return {"gap": gap, "own": own, "check": check}

    def end(self):
        self.process.kill()
        self.process.wait()


def quiet(heap):
    found = heap.gaps(lambda: time.sleep(QUIET_SECONDS))
    return {"quiet": found["gap"], "quiet own": found["own"]}


def check_all_is_held(profile):
    """Else the heap was not gone through as it is."""
    for sample in profile.sample:
        words = [profile.text(label.str) for label in sample.label if profile.text(label.key) == "reach"]
        if sample.value[2] and words != ["reachable"] and sample.value[2] > 100:
            raise Failed(f"{sample.value[2]} blocks are {words}")


def of_leakhook(heap, command):
    begin = time.monotonic()
    took = []

    def dump():
        done = subprocess.run([command, "dump", "--reach", str(heap.process.pid)], cwd=heap.folder, timeout=300,
                              capture_output=True, text=True, check=False)
        took.append((time.monotonic() - begin) * 1e3)
        if done.returncode != 0:
            raise Failed(done.stderr)
    found = heap.gaps(dump)
    del found["check"]
    path = max(glob.glob(os.path.join(heap.folder, "*.heap.pb.gz")))
    profile = pprof_file.read(path)
    check_all_is_held(profile)
    comments = [text for text in profile.comments() if text.startswith("reachability: ")]
    said = SAID.match(comments[0]) if comments else None
    if not said:
        raise Failed(f"no reachability: {comments}")
    pause, predicted, scanned, took_to_mark = (float(text) for text in said.groups())
    return {**found, "pause": pause, "predicted": predicted, "mark": took_to_mark, "MiB scanned": scanned / 2**20,
            "whole dump": took[0], **quiet(heap)}


def of_leaksanitizer(heap):
    answer = []
    found = heap.gaps(lambda: answer.append(heap.ask("check", "checked")))
    if answer[0] != ["0"]:
        raise Failed(f"LeakSanitizer is not there or says that blocks are lost: {answer[0]}")
    return {**found, **quiet(heap)}


def play(options, folder):
    """{tool: [figures of a round]}"""
    program = os.path.join(options.build, "tests/bench/large_heap")
    command = os.path.join(options.build, "export/leakhook")
    heaps = []
    rounds = {"leakhook": [], "LeakSanitizer": []}
    try:
        heaps.append(Heap(program, options.mib, folder, os.path.join(options.build, "preload/libleakhook.so"),
                          LEAKHOOK_EXPORTER=command, LEAKHOOK_AT_EXIT="0"))
        heaps.append(Heap(program, options.mib, folder, "liblsan.so.0", LSAN_OPTIONS="report_objects=0"))
        for _ in range(options.rounds):
            rounds["leakhook"].append(of_leakhook(heaps[0], command))
            rounds["LeakSanitizer"].append(of_leaksanitizer(heaps[1]))
            for tool, each in rounds.items():
                print(tool, {name: round(value, 3) for name, value in each[-1].items()}, flush=True)
    finally:
        for heap in heaps:
            heap.end()
    return rounds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=os.path.join(HERE, "../../build"))
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    with tempfile.TemporaryDirectory(prefix="leakhook-pause-") as folder:
        rounds = play(options, folder)
    print(f"\nmedians of {options.rounds} rounds (least to most), {options.mib} MiB, "
          f"load {os.getloadavg()[0]:.1f}, kernel {os.uname().release}\n\n| tool | figure | ms |\n| --- | --- | --- |")
    for tool, each in rounds.items():
        for name in each[0]:
            values = sorted(one[name] for one in each)
            print(f"| {tool} | {name} | {statistics.median(values):.2f} ({values[0]:.2f} to {values[-1]:.2f}) |")


if __name__ == "__main__":
    main()
