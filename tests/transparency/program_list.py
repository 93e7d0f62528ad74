# SPDX-License-Identifier: Apache-2.0
# Which command lines are run, and what is known of them? Reads programs.list, masks.list and
# exceptions.list.
import os
import shutil
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))
MODES = ("exact", "sampled", "dump")
WORDS = {"-", "short", "status-only", "no-state"}


class Malformed(Exception):
    """A line of data that cannot be meant."""


@dataclass(frozen=True)
class Line:
    name: str
    needs: tuple       # commands that must be found, else the line is skipped
    status: int        # of the bare run; negative: the signal that ends it
    command: str       # for sh -c
    masks: tuple = ()  # sed expressions for stdout and stderr
    is_short: bool = False
    status_only: bool = False  # its output differs between two bare runs
    no_state: bool = False     # no witness can live in it
    limit: int = 60            # seconds

    def missing(self, path):
        return [need for need in self.needs if not shutil.which(need, path=path)]


@dataclass(frozen=True)
class Exemption:
    """A difference that is known and has a reason."""
    name: str
    modes: tuple
    component: str
    reason: str


@dataclass
class Book:
    lines: list = field(default_factory=list)
    exceptions: list = field(default_factory=list)


def rows(path, fields):
    """Each row's first `fields` words and its rest; comments and empty rows left out."""
    with open(path, encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            if text.strip() and not text.startswith("#"):
                words = text.rstrip("\n").split(None, fields)
                if len(words) != fields + 1:
                    raise Malformed(f"{os.path.basename(path)}:{number}: {fields + 1} fields wanted")
                yield number, words


def line_of(words, masks):
    name, needs, status, options, command = words
    known = {"masks": (), "limit": 60}
    flags = set()
    for option in options.split(","):
        key, _, value = option.partition("=")
        if key == "limit":
            known["limit"] = int(value)
        elif key == "mask":
            if value not in masks:
                raise Malformed(f"{name}: no mask {value}")
            known["masks"] += (masks[value],)
        elif option in WORDS:
            flags.add(option)
        else:
            raise Malformed(f"{name}: what is {option}?")
    return Line(name, tuple(needs.split(",")), int(status), command, is_short="short" in flags,
                status_only="status-only" in flags, no_state="no-state" in flags, **known)


def read(folder=HERE):
    masks = {words[0]: words[1] for _, words in rows(os.path.join(folder, "masks.list"), 1)}
    book = Book()
    for _, words in rows(os.path.join(folder, "programs.list"), 4):
        book.lines.append(line_of(words, masks))
    names = [line.name for line in book.lines]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Malformed(f"names used twice: {sorted(twice)}")
    for number, words in rows(os.path.join(folder, "exceptions.list"), 3):
        name, modes, component, reason = words
        if name not in names:
            raise Malformed(f"exceptions.list:{number}: no line {name}")
        book.exceptions.append(Exemption(name, tuple(modes.split(",")), component, reason))
    return book
