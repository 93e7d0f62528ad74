# SPDX-License-Identifier: Apache-2.0
# What does a test program say about itself? Reads the comments at its top, see README.md.
import re
import signal
from dataclasses import dataclass, field

MISUSE = re.compile(r"(\d+) ([a-z_]+) in (\w+)(?: after (\w+))?(?: of (\w+))?")
ENTRY = re.compile(r"(\d+) ([a-z]+) in (\w+)(?: \((\d+) bytes\))?")
KINDS = {"heap": "heap", "mapping": "mapping", "thread": "thread", "timer": "timer",
         "process": "process", "library": "library", "semaphore": "handle"}
FD_KINDS = ("file directory pipe eventfd timerfd signalfd epoll inotify memfd pidfd pty socket "
            "other").split()
KINDS.update({kind: "fd" for kind in FD_KINDS})
DUMPS = ("usr2", "exit", "both", "none")
KEYS = ("leaks", "child leaks", "env", "exit", "dumps", "processes", "stderr", "comment", "label",
        "misuse", "stack", "libc keeps", "needs", "preload", "args", "seconds", "output", "asks")


@dataclass(frozen=True)
class Leak:
    count: int
    kind: str
    function: str
    bytes: int = None

    @property
    def profile(self):
        return KINDS[self.kind]


@dataclass(frozen=True)
class Misuse:
    count: int
    name: str
    function: str
    closed: str = None  # where it was given back before
    opened: str = None


@dataclass
class Verdict:
    leaks: list = None         # None: not judged
    child_leaks: list = None
    nothing_at_all: bool = False
    env: dict = field(default_factory=dict)
    exit: int = 0              # as subprocess.returncode
    dumps: str = "exit"
    processes: int = 1
    stderr: list = field(default_factory=list)
    comment: list = field(default_factory=list)
    label: list = field(default_factory=list)   # (key, regex, function)
    stack: list = field(default_factory=list)   # functions, outermost first
    misuse: list = field(default_factory=list)
    libc_keeps: set = field(default_factory=set)  # (kind, function)
    needs: list = field(default_factory=list)
    preload: list = field(default_factory=list)
    args: list = field(default_factory=list)
    seconds: int = 30
    output: str = "same"
    asks: str = "command"


class BadVerdict(Exception):
    """The comments at the top cannot be understood."""


def _leaks(text):
    if text in ("nothing", "nothing at all"):
        return []
    leaks = []
    for part in text.split(", "):
        match = ENTRY.fullmatch(part)
        if not match or match[2] not in KINDS:
            raise BadVerdict(f"not understood: {part!r}")
        size = int(match[4]) if match[4] else None
        leaks.append(Leak(int(match[1]), match[2], match[3], size))
    return leaks


def _misuse(text):
    match = MISUSE.fullmatch(text)
    if not match:
        raise BadVerdict(f"not understood: {text!r}")
    return Misuse(int(match[1]), *match.groups()[1:])


def _exit(text):
    if text.startswith("signal "):
        return -signal.Signals[f"SIG{text[7:]}"]
    return int(text)


def _pairs(text, separator):
    for part in text.split(", "):
        left, found, right = part.partition(separator)
        if not found:
            raise BadVerdict(f"{separator!r} missing in {part!r}")
        yield left, right


def _add(verdict, key, text):
    if key == "leaks":
        verdict.leaks = None if text == "not judged" else _leaks(text)
        verdict.nothing_at_all = text == "nothing at all"
    elif key == "child leaks":
        verdict.child_leaks = _leaks(text)
    elif key == "env":
        name, _, value = text.partition("=")
        verdict.env[name] = value
    elif key == "exit":
        verdict.exit = _exit(text)
    elif key in ("processes", "seconds"):
        setattr(verdict, key, int(text))
    elif key in ("stderr", "comment"):
        re.compile(text)
        getattr(verdict, key).append(text)
    elif key == "label":
        condition, _, function = text.rpartition(" in ")
        name, _, pattern = condition.partition("=")
        verdict.label.append((name, re.compile(pattern), function))
    elif key == "misuse":
        verdict.misuse.append(_misuse(text))
    elif key == "stack":
        verdict.stack.append(text.split(" > "))
    elif key == "libc keeps":
        verdict.libc_keeps |= set(_pairs(text, " in "))
    elif key in ("needs", "preload", "args"):
        getattr(verdict, key).extend(text.split())
    elif key == "dumps" and text not in DUMPS:
        raise BadVerdict(f"dumps: {text!r}")
    else:
        setattr(verdict, key, text)


def parse(lines):
    """The verdict in the leading `// key: text` lines."""
    verdict = Verdict()
    for number, line in enumerate(lines):
        if not line.startswith("// "):
            break
        key, colon, text = line[3:].strip().partition(": ")
        if number == 0 and key != "leaks":
            raise BadVerdict("the first line is no `// leaks: ...`")
        if colon and key in KEYS:
            _add(verdict, key, text)
    else:
        if not lines:
            raise BadVerdict("empty file")
    return verdict


def of_file(path):
    with open(path, encoding="utf-8") as file:
        return parse(file.read().splitlines())
