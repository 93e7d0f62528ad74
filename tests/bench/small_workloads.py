# SPDX-License-Identifier: Apache-2.0
# Workloads of our own: what one pair, descriptor, thread or start costs, measured inside the program.
import os
import re
from dataclasses import dataclass

import measure


TIME = "100"  # milliseconds that pairs are done for


@dataclass(frozen=True)
class Small:
    """A program that prints one number."""
    name: str
    title: str
    argv: tuple
    unit: str = "ns"
    rounds: int = 15
    quick_rounds: int = 3
    runners: tuple = ()       # names; empty: all
    lacks: str = ""
    counts: tuple = ()        # few and many, where the program can be told how often

    def run(self, tools, runner):
        if runner.has_second_process and self.counts:
            return self.run_whole(tools, runner)
        with measure.Folder() as folder:
            argv = [os.path.join(tools, self.argv[0]), *self.argv[1:]]
            ended = measure.call(tools, runner, argv, folder)
            printed = re.findall(r"^\d+\.\d{3}$", ended.stdout, re.MULTILINE)  # tools print, too
            if len(printed) != 1:
                raise measure.Failed(f"printed no number: {ended.stdout[-200:]!r}")
            return measure.Run(float(printed[0]), ended.peak_kib, runner.output_bytes(folder))

    def run_whole(self, tools, runner):
        """CPU of all processes: that of many repetitions without that of few, which is the start's."""
        used = []
        for count in self.counts:
            with measure.Folder() as folder:
                argv = [f"{count}x" if word == TIME else word for word in self.argv[1:]]
                ended = measure.call(tools, runner, [os.path.join(tools, self.argv[0]), *argv], folder)
                used.append(ended.cpu_ns[0])
                last = measure.Run(0, ended.peak_kib, runner.output_bytes(folder))
        last.value = (used[1] - used[0]) / (self.counts[1] - self.counts[0])
        return last


@dataclass(frozen=True)
class StartUp:
    """/bin/true, some times in a row: milliseconds of a start and its end, the best of them."""
    name: str = "start"
    title: str = "start and end of /bin/true"
    unit: str = "ms"
    rounds: int = 7
    quick_rounds: int = 3
    runners: tuple = ()
    lacks: str = ""
    times: int = 20

    def run(self, tools, runner):
        times = 3 if runner.most_rounds < 99 else self.times
        with measure.Folder() as folder:
            ended = measure.call(tools, runner, ["/bin/true"], folder, times)
            return measure.Run(min(ended.wall_ns) / 1e6, ended.peak_kib,
                               runner.output_bytes(folder) // times)


OURS = ("bare", "exact", "sampled", "mimalloc")
TRACK_DESCRIPTORS = ("bare", "exact", "sampled")


def pairs(depth, title, program="pairs", threads=1, frames="even", label="", clock="cpu", **more):
    name = f"pairs_{depth}{label}"
    return Small(name, title.format(depth=depth),
                 (program, str(depth), str(threads), TIME, frames, clock),
                 counts=(30_000, 330_000) if threads == 1 else (), **more)


def every():
    few = OURS + ("lsan", "heaptrack_library")
    found = [pairs(depth, "malloc+free at {depth} frames") for depth in (5, 20, 40)]
    found += [pairs(20, "the same at {depth}, frames of many sizes", frames="mixed", label="_mixed",
                    runners=few),
              pairs(20, "the same at {depth}, two threads", threads=2, label="_two_threads"),
              pairs(20, "the same, time on the wall", threads=2, label="_two_threads_wall", clock="wall",
                    rounds=9)]
    found += [pairs(depth, "the same at {depth}, with frame pointers", "pairs_with_frame_pointers",
                    label="_fp", runners=few, rounds=7) for depth in (5, 20, 40)]
    found += [Small("handed_over", "allocated here, freed by another thread",
                    ("producer_consumer", "150"), rounds=9, quick_rounds=2),
              Small("live", "one of 2 000 000 live blocks replaced", ("live", "2000000", "150"), rounds=5,
                    quick_rounds=1, runners=few + ("jemalloc",)),
              Small("open", "open+close of /dev/null", ("fds", "open", "100"),
                    runners=TRACK_DESCRIPTORS),
              Small("socketpair", "socketpair, close of both", ("fds", "socketpair", "100"),
                    runners=TRACK_DESCRIPTORS),
              Small("threads", "thread created and joined", ("threads", "150"),
                    runners=TRACK_DESCRIPTORS),
              StartUp()]
    return found
