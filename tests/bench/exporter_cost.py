#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# What processor time do profiles of 1 000 000 blocks from 10 000 stacks cost the exporter?
#
#   tests/bench/exporter_cost.py BUILD [rounds]
#
# Makes a raw dump of million_blocks, with blocks of one size and of many, and runs `leakhook export`
# on it that often: user + system time of the process, best and median, and its peak memory. The
# files are read once before, so that a disk has no part in it.
import os
import resource
import statistics
import subprocess
import sys
import tempfile


def raw_dump(build, folder, sizes):
    stem = os.path.join(folder, sizes)
    env = {"PATH": os.environ["PATH"], "LEAKHOOK_OUTPUT": f"{stem}.%n", "LEAKHOOK_AT_EXIT": "0",
           "LEAKHOOK_VERBOSE": "0", "LEAKHOOK_EXPORTER": "/nonexistent",
           "LD_PRELOAD": os.path.join(build, "preload", "libleakhook.so")}
    subprocess.run([os.path.join(build, "tests", "bench", "million_blocks"), stem, "1", sizes],
                   env=env, check=True, stdout=subprocess.DEVNULL)
    return f"{stem}.0001.lhk"


def export(build, dump):
    """(processor seconds, KiB of peak memory) of one run that makes new files."""
    for name in os.listdir(os.path.dirname(dump)):
        if name.endswith(".pb.gz"):
            os.unlink(os.path.join(os.path.dirname(dump), name))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([os.path.join(build, "export", "leakhook"), "export", dump], check=True,
                   stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss)


def main():
    build = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    with tempfile.TemporaryDirectory(prefix="leakhook-bench-") as folder:
        for sizes in ("equal", "mixed"):
            dump = raw_dump(build, folder, sizes)
            export(build, dump)
            runs = [export(build, dump) for _ in range(rounds)]
            seconds = sorted(run[0] for run in runs)
            written = sum(os.path.getsize(os.path.join(folder, name))
                          for name in os.listdir(folder) if name.endswith(".pb.gz"))
            print(f"{sizes} sizes: {seconds[0]:.3f} s of processor time at best, "
                  f"{statistics.median(seconds):.3f} s median of {rounds}, "
                  f"{max(run[1] for run in runs) // 1024} MiB at peak, "
                  f"{os.path.getsize(dump)} bytes in, {written} bytes out", flush=True)


if __name__ == "__main__":
    main()
