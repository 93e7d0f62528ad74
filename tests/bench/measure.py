# SPDX-License-Identifier: Apache-2.0
# What did one run use? CPU, time, peak memory and the bytes that a tool wrote.
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass


class Failed(Exception):
    """The program did not end as it should."""


@dataclass
class Run:
    """What one run of one workload showed. `value` is what is compared, in the workload's unit."""
    value: float
    peak_kib: int = 0
    output_bytes: int = 0


@dataclass
class Ended:
    stdout: str
    cpu_ns: list      # one per run
    wall_ns: list
    peak_kib: int


class Folder:
    """A temporary folder, open to servers that give up root."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="leakhook-bench-")
        os.chmod(self.path, 0o777)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def call(tools, runner, argv, folder, times=1, extra=None, seconds=300):
    """Runs argv under a runner `times` times, one after the other. Raises Failed."""
    env = runner.environment(folder, extra)
    if "LD_PRELOAD" in env:
        env["BENCH_PRELOAD"] = env.pop("LD_PRELOAD")
    results = os.path.join(folder, "results")
    argv = [os.path.join(tools, "launch"), results, str(times), *runner.before(argv, folder)]
    process = subprocess.Popen(argv, cwd=folder, env=env, stdin=subprocess.DEVNULL, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as late:
        raise Failed(f"not done after {seconds} s") from late
    finally:
        end_group(process)
    if process.returncode != 0:
        raise Failed(f"could not be started: {err.strip()[-200:]}")
    with open(results, encoding="ascii") as file:
        rows = [[int(word) for word in line.split()] for line in file]
    for row in rows:
        if row[0] != 0:
            raise Failed(how_it_ended(row[0]) + (f": {err.strip()[-200:]}" if err.strip() else ""))
    return Ended(out, [row[1] * 1000 for row in rows], [row[2] for row in rows],
                 max(row[3] for row in rows))


def how_it_ended(status):
    if os.WIFSIGNALED(status):
        return f"dies of {signal.Signals(os.WTERMSIG(status)).name}"
    return f"ends with status {os.WEXITSTATUS(status)}"


def end_group(process):
    """Ends what is left of a process that leads a session of its own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def await_true(claim, seconds, what):
    """Returns when claim() is true. Raises Failed."""
    end = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > end:
            raise Failed(f"{what}: not after {seconds} s")
        time.sleep(0.01)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tree(pid):
    """pid and all that descend from it and live."""
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                for child in file.read().split():
                    found += tree(int(child))
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def tree_cpu_ns(pid):
    """CPU of a process and its descendants: to the nanosecond of those that live, in the kernel's
    ticks of children that were waited for."""
    total = 0
    tick = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    for one in tree(pid):
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/schedstat", encoding="ascii") as file:
                    total += int(file.read().split()[0])
            with open(f"/proc/{one}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
            total += (int(fields[13]) + int(fields[14])) * tick  # cutime, cstime
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def peak_kib(pid):
    """Peak resident memory of the largest process of a tree."""
    peaks = [0]
    for one in tree(pid):
        try:
            with open(f"/proc/{one}/status", encoding="utf-8", errors="replace") as file:
                peaks += [int(line.split()[1]) for line in file if line.startswith("VmHWM")]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return max(peaks)


def maps_hold(pid, text):
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as file:
            return text in file.read()
    except (FileNotFoundError, ProcessLookupError):
        return False
