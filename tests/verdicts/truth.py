# SPDX-License-Identifier: Apache-2.0
# What should be said about a program? Reads the `// key: text` lines at its top, see README.md.
import os
import re
import signal
from dataclasses import dataclass, field

WORDS = ("definite", "indirect", "possible", "reachable")
LOST = WORDS[:2]
KINDS = ("fd", "thread", "timer", "mapping")
PEERS = ("valgrind", "LeakSanitizer")
AMOUNT = re.compile(r"([a-z]+) (?:(\d+)(?:/(\d+))?|\?)")


class BadTruth(Exception):
    """The lines at the top of a program cannot be understood."""


@dataclass
class Words:
    """What is said of one process."""
    heap: dict = field(default_factory=dict)   # word -> (blocks, bytes); None: not judged
    other: dict = field(default_factory=dict)  # kind -> count; absent: not asked

    def lost(self):
        return tuple(sum(amounts) for amounts in zip(*(self.heap[word] for word in LOST)))


@dataclass
class Truth:
    name: str
    about: str = ""            # first line of what the program says about itself
    words: Words = None
    clean: Words = None        # of the twin that gives everything back; None: there is no twin
    child: Words = None        # of its forked child
    status: int = 0            # as subprocess.returncode
    differs: dict = field(default_factory=dict)  # peer -> why
    by_chance: set = field(default_factory=set)  # peers that differ in some runs only
    limit: Words = None        # what leakhook says where it cannot know better
    limit_reason: str = ""


def parse_words(text):
    """`definite 1/100, indirect 0, possible 0, reachable ?; fd 2, thread 1`"""
    blocks, found, others = text.partition(";")
    words = Words(other={kind: 0 for kind in KINDS})
    for part in blocks.split(","):
        match = AMOUNT.fullmatch(part.strip())
        if not match or match[1] not in WORDS or (match[2] not in (None, "0") and not match[3]):
            raise BadTruth(f"not understood: {part.strip()!r}")
        words.heap[match[1]] = match[2] and (int(match[2]), int(match[3] or 0))
    for part in others.split(",") if found else []:
        match = AMOUNT.fullmatch(part.strip())
        if not match or match[1] not in KINDS or not match[2] or match[3]:
            raise BadTruth(f"not understood: {part.strip()!r}")
        words.other[match[1]] = int(match[2])
    if set(words.heap) != set(WORDS) or any(words.heap[word] is None for word in LOST):
        raise BadTruth(f"not every word: {text!r}")
    return words


def _add(truth, key, text):
    if key in ("verdict", "clean", "child"):
        setattr(truth, "words" if key == "verdict" else key, parse_words(text))
    elif key == "ends":
        truth.status = -signal.Signals[text].value
    elif key == "leakhook says":
        words, _, truth.limit_reason = text.partition(": ")
        truth.limit = parse_words(words)
    elif key.startswith("differs from ") and key[13:] in PEERS:
        truth.differs[key[13:]] = text
    elif key.startswith("may differ from ") and key[16:] in PEERS:
        truth.differs[key[16:]] = text
        truth.by_chance.add(key[16:])
    else:
        return False
    return True


def of_file(path):
    truth = Truth(os.path.splitext(os.path.basename(path))[0])
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not line.startswith("// "):
                break
            key, colon, text = line[3:].strip().partition(": ")
            if truth.words is None and key != "verdict":
                raise BadTruth(f"{path}: the first line is no `// verdict: ...`")
            if not (colon and _add(truth, key, text)) and not key.startswith("SPDX") and not truth.about:
                truth.about = line[3:].strip()
    if truth.words is None:
        raise BadTruth(f"{path}: no verdict")
    return truth


def text_of(amount):
    if amount is None:
        return "?"
    return f"{amount[0]}/{amount[1]}" if amount[0] else "0"


def complaints(said, truth, of_kinds=True):
    """Sentences about what `said` has otherwise than `truth`."""
    for word, amount in truth.heap.items():
        if amount is not None and said.heap[word] != amount:
            yield f"{word} {text_of(said.heap[word])} instead of {text_of(amount)}"
    for kind, count in truth.other.items() if of_kinds else []:
        if said.other[kind] != count:
            yield f"{kind} {said.other[kind]} instead of {count}"
