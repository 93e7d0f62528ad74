# SPDX-License-Identifier: Apache-2.0
# How is a program run, bare and with the library, and asked for dumps? Knows no verdicts.
#
# A program asks to be dumped with the line `dump me PID` (or `ready PID`) on stdout and goes on after
# one line on stdin; the bare run gets that line at once, so that both runs can be compared.
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

ALWAYS = ("heap", "mapping", "fd", "thread", "timer")
ASKS = re.compile(rb"(?P<word>dump me|ready) (?P<pid>\d+)\n")
FILE = re.compile(r"leakhook\.(?P<exe>.+?)\.(?P<pid>\d+)\.(?P<number>\d{4,})\.(?P<profile>[a-z]+)"
                  r"\.pb\.gz")


@dataclass(frozen=True)
class Setup:
    """What is tested: the library, the command; and where helper libraries of programs lie."""
    library: str
    command: str
    plugins: str = ""
    wrapper: tuple = ()  # words before the program; {preload} and {folder} are filled in


@dataclass
class Run:
    folder: str
    pid: int = 0
    status: int = 0
    stdout: bytes = b""
    stderr: str = ""
    asked: dict = field(default_factory=dict)   # pid: dumps that were asked for
    complaints: list = field(default_factory=list)

    def files(self):
        return sorted(os.listdir(self.folder))

    def dumps(self):
        """{pid: {dump number: {profile: path}}} of the files with usual names."""
        out = {}
        for name in self.files():
            match = FILE.fullmatch(name)
            if match:
                dump = out.setdefault(int(match["pid"]), {}).setdefault(int(match["number"]), {})
                dump[match["profile"]] = os.path.join(self.folder, name)
        return out

    def strangers(self):
        """Files that are no profile: torn, temporary or raw dumps."""
        return [name for name in self.files() if not FILE.fullmatch(name) and
                os.path.isfile(os.path.join(self.folder, name))]


def environment(setup, preload=(), extra=None, is_hooked=True):
    """A small environment without settings of the machine on which we run."""
    env = {name: os.environ[name] for name in ("PATH", "HOME", "USER") if name in os.environ}
    env.update(LANG="C", LC_ALL="C", PLUGINS=setup.plugins)
    libraries = [setup.library] if is_hooked else []
    libraries += [os.path.join(setup.plugins, name) for name in preload]
    if libraries:
        env["LD_PRELOAD"] = ":".join(libraries)
    for name, value in (extra or {}).items():
        if is_hooked or not name.startswith("LEAKHOOK_"):
            env[name] = value
    return env


def await_true(claim, seconds, what):
    """Returns when claim() is true. Raises TimeoutError naming what was waited for."""
    end = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not after {seconds} s")
        time.sleep(0.01)


def stat_of(pid):
    """(state, parent, group) of a process as /proc tells it, or three times None."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            state, parent, group = file.read().rpartition(")")[2].split()[:3]
            return state, int(parent), int(group)
    except (OSError, ValueError):
        return None, None, None


def processes():
    """The numbers of all processes that there are."""
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def group_lives(group):
    """Does a process of this group run? Zombies do not."""
    return any(its_group == group and state != "Z"
               for state, _, its_group in map(stat_of, processes()))


def keepers_of(pid):
    """Children that run: of a service without any of its own, those that write its dumps."""
    return [child for child in processes()
            if stat_of(child)[1] == pid and stat_of(child)[0] not in ("Z", None)]


def dump_by_command(setup, pid, folder, *options):
    """`leakhook dump PID`: the paths that it names. Raises RuntimeError when it fails."""
    done = subprocess.run([setup.command, "dump", *options, str(pid)], cwd=folder, timeout=60,
                          capture_output=True, text=True, env=environment(setup, is_hooked=False))
    names = done.stdout.split()
    missing = [name for name in names if not os.path.exists(os.path.join(folder, name))]
    if done.returncode != 0 or not names or missing:
        raise RuntimeError(f"leakhook dump: status {done.returncode}, named {len(names)} files, "
                           f"missing {missing}: {done.stderr.strip()}")
    return [os.path.join(folder, name) for name in names]


def dump_by_signal(pid, folder, number=signal.SIGUSR2, seconds=30):
    """kill PID, then waits until the profiles of a new dump lie there: {profile: path}."""
    run = Run(folder)
    before = set(run.dumps().get(pid, {}))
    os.kill(pid, number)

    def new():
        dumps = run.dumps().get(pid, {})
        return [dump for key, dump in dumps.items() if key not in before and set(ALWAYS) <= set(dump)]
    await_true(new, seconds, f"profiles of process {pid} after a signal")
    return new()[0]


class Session:
    """A running program whose wishes to be dumped are granted."""

    def __init__(self, argv, folder, env, seconds=30, on_ask=None):
        self.run = Run(folder)
        self._on_ask = on_ask
        self._stderr = tempfile.TemporaryFile()
        self._process = subprocess.Popen(argv, cwd=folder, env=env, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=self._stderr,
                                         start_new_session=True)
        self.run.pid = self._process.pid
        self._timer = threading.Timer(seconds, self._expire, [seconds])
        self._timer.start()

    def _expire(self, seconds):
        self.run.complaints.append(f"did not end within {seconds} s")
        self._kill()

    def _kill(self):
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def finish(self):
        for line in self._process.stdout:
            asks = ASKS.fullmatch(line)
            self.run.stdout += asks["word"] + b"\n" if asks else line
            if asks:
                self._grant(int(asks["pid"]))
        self.before_wait()
        self.run.status = self._process.wait()
        self._timer.cancel()
        try:  # dumps that were asked for last may still be on their way
            await_true(lambda: not group_lives(self._process.pid), 3, "the program's processes")
        except TimeoutError:
            self._kill()
        self._stderr.seek(0)
        self.run.stderr = self._stderr.read().decode("utf-8", "replace")
        for file in (self._stderr, self._process.stdout, self._process.stdin):
            try:
                file.close()
            except BrokenPipeError:
                pass
        return self.run

    def before_wait(self):
        """Nothing more comes from the program; its number is its own until it is waited for."""

    def _grant(self, pid):
        if self._on_ask:
            try:
                self._on_ask(pid)
            except (RuntimeError, TimeoutError, OSError, subprocess.TimeoutExpired) as error:
                self.run.complaints.append(str(error))
        self.run.asked[pid] = self.run.asked.get(pid, 0) + 1
        try:
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            self.run.complaints.append("ended while it waited for its dump")


def fresh_folder():
    """For the files of one run. The caller removes it."""
    return tempfile.mkdtemp(prefix="leakhook-test-")


def run_program(argv, setup, is_hooked, seconds=30, env=None, preload=(), asks="command"):
    """Runs argv in a fresh folder. The caller removes the folder."""
    folder = fresh_folder()

    def dump(pid):
        if setup.wrapper:
            dump_over_there(setup, pid, folder)
        elif asks == "command":
            dump_by_command(setup, pid, folder)
        elif asks == "kill":
            dump_by_signal(pid, folder)
        elif asks == "itself":
            await_true(lambda: not keepers_of(pid), 60, "the end of the keeper")
        else:
            dump_by_signal(pid, folder, signal.SIGRTMIN + int(asks))
    on_ask = dump if is_hooked and asks != "nobody" else None
    variables = environment(setup, preload, env, is_hooked)
    argv, variables = wrapped(argv, variables, setup, folder)
    run = Session(argv, folder, variables, seconds, on_ask).finish()
    if setup.wrapper:
        read_raw_dumps(folder, setup)
    return run


def wrapped(argv, variables, setup, folder):
    """(argv, variables) of a program that runs in another system: of an emulator, of a chroot."""
    if not setup.wrapper:
        return argv, variables
    rest = dict(variables)
    preload = rest.pop("LD_PRELOAD", "")
    return [word.format(preload=preload, folder=folder) for word in setup.wrapper] + argv, rest


def raw_dumps(folder):
    return [name for name in os.listdir(folder) if name.endswith(".lhk")]


def read_raw_dumps(folder, setup):
    """Makes profiles of the raw dumps in a folder. Raises RuntimeError when one cannot be read."""
    for name in raw_dumps(folder):
        done = subprocess.run([setup.command, "export", name], cwd=folder, capture_output=True,
                              text=True, timeout=60, env=environment(setup, is_hooked=False))
        os.unlink(os.path.join(folder, name))
        if done.returncode != 0:
            raise RuntimeError(f"leakhook export {name}: {done.stderr.strip()}")


def dump_over_there(setup, pid, folder, number=signal.SIGUSR2):
    """As dump_by_signal(), of a program for which our command cannot run beside it."""
    os.kill(pid, number)
    await_true(lambda: raw_dumps(folder), 30, f"a raw dump of process {pid} after a signal")
    read_raw_dumps(folder, setup)


def forget(run):
    shutil.rmtree(run.folder, ignore_errors=True)
