# SPDX-License-Identifier: Apache-2.0
# What is a real program to these tests? A definition with packages, a run, and names that must appear.
import ctypes.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "services"))

import judgement  # noqa: E402
import pprof_file  # noqa: E402
import profile_check  # noqa: E402
import running  # noqa: E402

IS_LONG = os.environ.get("LEAKHOOK_LONG") == "1"


class Failure(Exception):
    """The program did not behave, or its profiles do not tell what they should."""


class Program:
    """One definition. `run` does the same work on both sides and returns what must be equal."""
    name = ""
    packages = []     # Debian packages
    tools = []        # commands that must be there, else the test is skipped
    needs_root = False
    must_name = {}    # profile -> regex that a function in some busy dump must match
    at_exit = None    # executable name whose exit profiles must be there
    env = {}          # settings of the run with the library

    def prepare(self, side):
        """Work without the library, once per side."""

    def run(self, side):
        raise NotImplementedError

    def missing(self):
        lacks = [tool for tool in self.tools if not shutil.which(tool)]
        if self.needs_root and os.geteuid() != 0:
            lacks.append("root")
        return lacks


def on_mimalloc(definition):
    """The same program, its heap served by mimalloc in the run with the library."""
    class OnMimalloc(type(definition)):
        name = f"{definition.name}, heap on mimalloc"
        packages = [*definition.packages, "libmimalloc2.0"]
        env = {**definition.env, "LEAKHOOK_ALLOCATOR": "mimalloc"}

        def missing(self):
            found = ctypes.util.find_library("mimalloc")
            return super().missing() + ([] if found else ["libmimalloc"])

        def run(self, side):
            output = super().run(side)
            for dump in side.busy:
                comments = pprof_file.read(dump["heap"]).comments()
                if not any(text.startswith("allocator: mimalloc") for text in comments):
                    raise Failure(f"the heap is not on mimalloc: {comments}")
            return output
    return OnMimalloc()


class Side:
    """A run in a folder of its own, bare or with the library. Everything started here is ended."""

    def __init__(self, setup, is_hooked, env):
        self.setup = setup
        self.is_hooked = is_hooked
        self.folder = tempfile.mkdtemp(prefix="leakhook-real-")
        os.chmod(self.folder, 0o777)
        self.profiles = os.path.join(self.folder, "profiles")
        os.mkdir(self.profiles)
        os.chmod(self.profiles, 0o777)
        self.settings = {"LEAKHOOK_OUTPUT": f"{self.profiles}/leakhook.%e.%p.%n", **env}
        self.busy = []      # dumps made while the program ran: {profile: path}
        self.seconds = 0.0  # of CPU, of everything that was called or started
        self.launcher = []  # words in front of services: a tool that runs them, and its options
        self._started = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def environment(self, **extra):
        return running.environment(self.setup, extra={**self.settings, **extra},
                                   is_hooked=self.is_hooked)

    def start(self, *argv, log="log", **options):
        """Starts a service; its output goes to a file of the folder."""
        extra = options.pop("env", {})
        with open(self.path(log), "ab") as file:
            process = subprocess.Popen([*self.launcher, *argv], cwd=self.folder,
                                       env=self.environment(**extra), stdin=subprocess.DEVNULL,
                                       stdout=file, stderr=file, start_new_session=True, **options)
        self._started.append(process)
        return process

    def call(self, *argv, timeout=120, **options):
        """Runs to its end what is tested: (status, stdout)."""
        extra = options.pop("env", {})
        done = subprocess.run(argv, cwd=options.pop("cwd", self.folder), capture_output=True,
                              env=self.environment(**extra), timeout=timeout, **options)
        return done.returncode, done.stdout

    def tool(self, *argv, timeout=60, **options):
        """Runs a client or a preparation without the library: stdout as text. Raises Failure."""
        env = running.environment(self.setup, is_hooked=False)
        done = subprocess.run(argv, cwd=self.folder, capture_output=True, text=True, env=env,
                              timeout=timeout, **options)
        if done.returncode != 0:
            raise Failure(f"{argv[0]}: status {done.returncode}: {done.stderr[-500:]}")
        return done.stdout

    def background(self, *argv):
        """A client without the library that works while others do: Popen with text on stdout."""
        process = subprocess.Popen(argv, cwd=self.folder, text=True, start_new_session=True,
                                   env=running.environment(self.setup, is_hooked=False),
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._started.append(process)
        return process

    def dump(self, pid, *options):
        """The profiles of process `pid` now: {profile: path}; nothing in the bare run."""
        if not self.is_hooked:
            return {}
        paths = running.dump_by_command(self.setup, pid, self.profiles, *options)
        dump = {profile_check.profile_name(path): path for path in paths}
        self.busy.append(dump)
        return dump

    def stop(self, process, how=signal.SIGTERM, seconds=60):
        process.send_signal(how)
        return process.wait(seconds)

    def end(self):
        for process in self._started:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
            if process.stdout:
                process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_port(port, process, seconds=30):
    def answers():
        if process.poll() is not None:
            raise Failure(f"the server ended with status {process.returncode}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0
    running.await_true(answers, seconds, f"a server on port {port}")


def children(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
            found += [int(word) for word in file.read().split()]
    return found


def descendants(pid):
    """[(pid, name of the executable)] below a process."""
    found = []
    for child in children(pid):
        try:
            with open(f"/proc/{child}/comm", encoding="utf-8") as file:
                found.append((child, file.read().strip()))
            found += descendants(child)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def vital_signs(pid):
    """(descriptors, threads, zombies among the children) of a process."""
    zombies = 0
    for child in children(pid):
        try:
            with open(f"/proc/{child}/stat", encoding="utf-8", errors="replace") as file:
                zombies += file.read().rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            continue
    return len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task")), zombies


def total(path, column=3):
    """Sum of one value column: bytes in use of a heap profile."""
    return sum(sample.value[column] for sample in pprof_file.read(path).sample)


def functions(path):
    """All function names of what is in use."""
    profile = pprof_file.read(path)
    names = set()
    for sample in profile.sample:
        if sample.value[-1]:
            names.update(judgement.functions_of(profile, sample))
    return names


def labels(path, function, key):
    """Values of a label on samples whose stack matches the regex `function`."""
    profile = pprof_file.read(path)
    return [judgement.labels_of(profile, sample).get(key) for sample in profile.sample
            if any(re.search(function, name) for name in judgement.functions_of(profile, sample))]


def wait_steady(read, seconds=10):
    """A number once it was the same twice in a row, 0.2 s apart: services update theirs by a clock."""
    end = time.monotonic() + seconds
    last = read()
    while time.monotonic() < end:
        time.sleep(0.2)
        now = read()
        if now == last:
            return now
        last = now
    raise Failure("a number that never comes to rest")
