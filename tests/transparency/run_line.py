# SPDX-License-Identifier: Apache-2.0
# What is to be seen of one run of a command line? Runs it in a fresh folder, bare or with libraries
# before it, and ends whatever it leaves behind.
import ctypes
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass, field

import dump_loop
import processes

PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
PR_SET_CHILD_SUBREAPER = 36
LIVES_ON = 3   # seconds that processes may outlive the command line
DUMPS_TAKE = 3  # times as long as the line may take otherwise: each process dumps at its end
LARGEST = 4 << 20  # bytes of output that are compared
SAMPLED = {"LEAKHOOK_SAMPLE": "512KiB"}
DUMPED = {"LEAKHOOK_CHILD_EXIT": "0"}


@dataclass(frozen=True)
class Setup:
    """What is tested, and where the small programs and libraries of the suite lie."""
    library: str
    command: str
    built: str

    def path(self):
        return f"{PATH}:{self.built}"


@dataclass
class Observation:
    status: object = None      # exit status, negative signal, or "time limit"
    stdout: str = ""
    stderr: str = ""
    files: dict = field(default_factory=dict)   # path: (kind and mode, digest)
    views: list = field(default_factory=list)   # lines of the witness
    left: list = field(default_factory=list)    # names of processes that had to be ended
    dumped: dict = field(default_factory=dict)  # name of a program: dumps made while it ran
    at_end: list = field(default_factory=list)  # names of programs that were dumped at their end
    refused: list = field(default_factory=list)


def become_subreaper():
    """Processes whose parent ends become ours: daemons cannot escape."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def environment(setup, folder, libraries, settings):
    """A small environment; of the same size wherever libraries of this suite stand before the line."""
    env = {"PATH": setup.path(), "HOME": f"{folder}/home", "TMPDIR": f"{folder}/tmp", "LC_ALL": "C",
           "USER": "nobody", "SHELL": "/bin/sh", "TERM": "dumb", "TZ": "UTC",
           "BUILT": setup.built, "HERE": os.path.dirname(os.path.abspath(__file__))}
    if libraries:
        env["LD_PRELOAD"] = ":".join(libraries)
        env["WITNESS"] = f"{folder}/views"
        env.update(LEAKHOOK_OUTPUT=f"{folder}/profiles/leakhook.%e.%p.%n", LEAKHOOK_VERBOSE="0",
                   LEAKHOOK_EXPORTER=setup.command, **settings)
    return env


def default_signals():
    """As a login would begin, whoever started us."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def side(setup, folder, mode):
    """(libraries, settings) of a mode. `witnessed`: bare, beside the witness."""
    if mode == "bare":
        return [], {}
    # Copies: a sandbox may see no more than its temporary folder.
    stage = os.path.join(os.path.dirname(folder), "stage")
    if not os.path.isdir(stage):
        os.makedirs(stage)
        shutil.copy(setup.library, f"{stage}/libleakhook.so")
        for name in ("libneutrals.so", "libwitness.so"):
            shutil.copy(f"{setup.built}/{name}", stage)
    witness = f"{stage}/libwitness.so"
    return {"witnessed": ([f"{stage}/libneutrals.so", witness], {}),
            "exact": ([f"{stage}/libleakhook.so", witness], {}),
            "sampled": ([f"{stage}/libleakhook.so"], SAMPLED),
            "dump": ([f"{stage}/libleakhook.so"], DUMPED)}[mode]


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.chmod(folder, 0o777)
    for name in ("work", "home", "tmp", "profiles"):
        os.mkdir(f"{folder}/{name}")
        os.chmod(f"{folder}/{name}", 0o777)


def end_all(seconds):
    """Waits for all processes below us, then ends them: the names of those that had to be."""
    deadline = time.monotonic() + seconds
    while True:
        reap()
        living = [pid for pid in processes.descendants(os.getpid()) if not processes.is_zombie(pid)]
        if not living:
            return []
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    names = sorted(filter(None, map(processes.name, living)))
    while processes.descendants(os.getpid()):
        for pid in processes.descendants(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        reap()
        time.sleep(0.005)
    return names


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0] > 0:
            pass
    except ChildProcessError:
        pass


def text_of(path, folder):
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST)
    except OSError:
        return ""
    return data.decode("utf-8", "backslashreplace").replace(folder, "~")


def tree(folder):
    """{path: (kind and mode, digest)} of everything below."""
    found = {}
    for where, folders, names in os.walk(folder):
        for name in folders + names:
            path = os.path.join(where, name)
            try:
                info = os.lstat(path)
                if stat.S_ISREG(info.st_mode):
                    with open(path, "rb") as file:
                        digest = hashlib.file_digest(file, "sha256").hexdigest() \
                            if hasattr(hashlib, "file_digest") else \
                            hashlib.sha256(file.read()).hexdigest()
                else:
                    digest = os.readlink(path) if stat.S_ISLNK(info.st_mode) else ""
            except OSError:
                continue
            found[os.path.relpath(path, folder)] = (oct(info.st_mode), digest)
    return found


def wait(process, limit):
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        return "time limit"


def run(line, mode, setup, folder):
    """One run. The caller is a subreaper without other children."""
    fresh(folder)
    libraries, settings = side(setup, folder, mode)
    seen = Observation()
    with open(f"{folder}/out", "wb") as out, open(f"{folder}/err", "wb") as err:
        process = subprocess.Popen(["sh", "-c", line.command], cwd=f"{folder}/work",
                                   env=environment(setup, folder, libraries, settings),
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   start_new_session=True, preexec_fn=default_signals)
    dumps = dump_loop.DumpLoop(setup.command) if mode == "dump" else None
    seen.status = wait(process, line.limit * (DUMPS_TAKE if mode == "dump" else 1))
    if dumps:
        dumps.stop()
        seen.dumped, seen.refused = dumps.made, dumps.refused
    seen.left = end_all(0 if seen.status == "time limit" else LIVES_ON)
    seen.stdout = text_of(f"{folder}/out", folder)
    seen.stderr = text_of(f"{folder}/err", folder)
    seen.files = tree(f"{folder}/work")
    seen.views = text_of(f"{folder}/views", folder).splitlines()
    seen.at_end = sorted({name.split(".")[1] for name in os.listdir(f"{folder}/profiles")
                          if name.startswith("leakhook.")})
    return seen
