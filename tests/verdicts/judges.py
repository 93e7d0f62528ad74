# SPDX-License-Identifier: Apache-2.0
# What do leakhook, valgrind and LeakSanitizer say about a program? Runs it, and counts the blocks that
# the program itself asked for.
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field

import truth

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "services"))
import pprof_file  # noqa: E402

SECONDS = 60
# What libc allocates for itself on the way: counted where it is said to be lost, else not.
LIBC_OWN = re.compile(r"_*(pthread_create|pthread_setspecific|timer_create|setenv|add_to_environ|dlopen|"
                      r"tls_get_addr|dl_|allocate_dtv)")
LEAK = re.compile(r"(Direct|Indirect) leak of (\d+) byte\(s\) in (\d+) object\(s\) allocated from:\n"
                  r"((?: +#.*\n)*)")
LEAK_FRAME = re.compile(r" +#\d+ 0x[0-9a-f]+ +(?:in (.+) )?\(?(\S+?)(?:\+0x[0-9a-f]+\))?$", re.MULTILINE)
OWN_SOURCE = re.compile(r"tests/verdicts/[\w/]+\.(?:cc?|h):\d+")
VALGRIND_WORDS = {"Leak_DefinitelyLost": "definite", "Leak_IndirectlyLost": "indirect",
                  "Leak_PossiblyLost": "possible", "Leak_StillReachable": "reachable"}


# LeakSanitizer ends so by chance where coroutines run.
PEER_DIED = "a fatal error of its own"


class NotHeard(Exception):
    """A tool did not judge: sentence."""


@dataclass
class Heard:
    """What one tool said of one run."""
    words: truth.Words
    child: truth.Words = None
    status: int = 0
    skipped: list = field(default_factory=list)  # what of the sandbox this machine does not permit


@dataclass(frozen=True)
class Place:
    """What is judged and with what: program, and the folder of its libraries."""
    program: str
    plugins: str
    library: str = ""
    sandbox: str = ""   # the program that makes one; empty: none

    def is_own(self, path):
        return path in (self.program, os.path.realpath(self.program)) or (
            os.path.dirname(path) == self.plugins)


def empty_words():
    return truth.Words({word: (0, 0) for word in truth.WORDS}, {kind: 0 for kind in truth.KINDS})


def add(words, word, blocks, size):
    before = words.heap[word]
    words.heap[word] = (before[0] + blocks, before[1] + size)


def whose(place, frames):
    """`own`, `libc` or None (not the program's) of frames (function, object), innermost first."""
    by_libc = False
    for function, module in frames:
        if function == "_start":
            break  # everything is below it
        by_libc = by_libc or bool(LIBC_OWN.match(function))
        if place.is_own(module):
            return "libc" if by_libc else "own"
    return None


def counts(owner, word):
    return owner == "own" or (owner == "libc" and word in truth.LOST)


def run(place, words, folder, **extra):
    """(process that has ended, its stderr)"""
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env.update(LANG="C", LC_ALL="C", PLUGINS=place.plugins, **extra)
    if not os.path.exists(place.program):
        raise NotHeard(f"{place.program} is not built")
    launcher = [place.sandbox, folder, "--"] if place.sandbox else []
    if launcher and "LD_PRELOAD" in env:
        env["PRELOAD_INSIDE"] = env.pop("LD_PRELOAD")
    process = subprocess.Popen([*words, *launcher, place.program], cwd=folder, env=env,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        stderr = process.communicate(timeout=SECONDS)[1]
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise NotHeard(f"did not end within {SECONDS} s") from error
    return process, stderr.decode("utf-8", "replace")


def with_folder(judge):
    """Calls judge(place, folder) in a folder that is gone afterwards."""
    def judged(place):
        folder = tempfile.mkdtemp(prefix="leakhook-verdict-")
        os.chmod(folder, 0o777)  # sandboxed programs are somebody else
        try:
            return judge(place, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return judged


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


@with_folder
def bare(place, folder):
    process, _ = run(place, [], folder)
    return Heard(None, status=process.returncode)


# ---- valgrind

def _text(node, name):
    found = node.find(name)
    return found.text or "" if found is not None else ""


def _amount(what):
    """(blocks, bytes) without what hangs below them."""
    direct = re.search(r"\(([\d,]+) direct", _text(what, "text"))
    size = direct[1].replace(",", "") if direct else _text(what, "leakedbytes")
    return int(_text(what, "leakedblocks")), int(size)


def valgrind_words(place, text, only_in=""):
    """Of the errors in an XML file, which may have lost its beginning in a forked child."""
    words = empty_words()
    for part in re.findall(r"<error>.*?</error>", text, re.DOTALL):
        error = xml.fromstring(part)
        word = VALGRIND_WORDS.get(_text(error, "kind"))
        if word is None:
            raise NotHeard(f"an error of another kind: {_text(error, 'kind')}")
        frames = [(_text(frame, "fn"), _text(frame, "obj")) for frame in error.iter("frame")]
        is_asked = any(function.startswith(only_in) for function, _ in frames)
        if is_asked and counts(whose(place, frames), word):
            add(words, word, *_amount(error.find("xwhat")))
    return words


@with_folder
def valgrind(place, folder):
    options = ["--leak-check=full", "--show-leak-kinds=all", "--num-callers=60", "--xml=yes",
               "--xml-file=" + os.path.join(folder, "%p.xml"), "--max-stackframe=8388608", "--undef-value-errors=no",
               "--keep-debuginfo=yes", "--read-inline-info=no", "--run-libc-freeres=no",
               "--run-cxx-freeres=no"]
    process, stderr = run(place, ["valgrind", *options], folder)
    texts = {int(os.path.basename(path)[:-len(".xml")]): read(path)
             for path in glob.glob(os.path.join(folder, "*.xml"))}
    if "</valgrindoutput>" not in texts.get(process.pid, ""):
        raise NotHeard(f"valgrind gave no whole report: {stderr}")
    child = [valgrind_words(place, text, "child_") for pid, text in texts.items() if pid != process.pid]
    return Heard(valgrind_words(place, texts[process.pid]), child[0] if child else None, process.returncode)


# ---- LeakSanitizer

@with_folder
def leaksanitizer(place, folder):
    report = os.path.join(folder, "report")
    process, stderr = run(place, [], folder, LD_PRELOAD="liblsan.so.0",
                          LSAN_OPTIONS=f"fast_unwind_on_malloc=0:log_path={report}:exitcode=0")
    if "cannot be preloaded" in stderr:
        raise NotHeard("liblsan.so.0 cannot be preloaded")
    words = empty_words()
    path = f"{report}.{process.pid}"
    text = read(path) if os.path.exists(path) else ""
    if "has encountered a fatal error" in text:
        raise NotHeard(PEER_DIED)
    for kind, size, blocks, stack in LEAK.findall(text):
        frames = [(function.split("(")[0], place.program if OWN_SOURCE.search(where) else where)
                  for function, where in LEAK_FRAME.findall(stack)]
        word = "definite" if kind == "Direct" else "indirect"
        if counts(whose(place, frames), word):
            add(words, word, int(blocks), int(size))
    return Heard(words, status=process.returncode)


# ---- leakhook

def _frames(profile, sample):
    mappings = {mapping.id: profile.text(mapping.filename) for mapping in profile.mapping}
    frames = []
    for location_id in sample.location_id:
        location = profile.location[location_id - 1]
        module = mappings.get(location.mapping_id, "")
        names = [profile.text(profile.function[line.function_id - 1].name) for line in location.line]
        frames += [(name, module) for name in names or [""]]
    return frames


def _labels(profile, sample):
    return {profile.text(label.key): profile.text(label.str) if label.str else label.num
            for label in sample.label}


def leakhook_words(place, stem, only_in=""):
    """Of the profiles of one dump."""
    words = empty_words()
    unknown = 0
    for name in ("heap", *truth.KINDS):
        profile = pprof_file.read(f"{stem}.{name}.pb.gz")
        place_of_count = profile.types().index("inuse_objects/count") if name == "heap" else 0
        for sample in profile.sample:
            labels, frames = _labels(profile, sample), _frames(profile, sample)
            count = sample.value[place_of_count]
            owner = whose(place, frames)
            is_asked = any(function.startswith(only_in) for function, _ in frames)
            if not count or "origin" in labels or not owner or not is_asked:
                continue
            if name != "heap":
                words.other[name] += count if owner == "own" or name in ("thread", "timer") else 0
            elif "reach" not in labels:
                unknown += count
            elif counts(owner, labels["reach"]):
                add(words, labels["reach"], count, sample.value[place_of_count + 1])
    if unknown:
        said = [line for line in pprof_file.read(f"{stem}.heap.pb.gz").comments() if "reach" in line]
        raise NotHeard(f"{unknown} blocks have no word: {said}")
    return words


@with_folder
def leakhook(place, folder):
    process, stderr = run(place, [], folder, LD_PRELOAD=place.library, LEAKHOOK_REACH="exit",
                          LEAKHOOK_OUTPUT=os.path.join(folder, "of.%p"), LEAKHOOK_CHILD_EXIT="0")
    end = ".heap.pb.gz"
    stems = {int(path[:-len(end)].rpartition(".")[2]): path[:-len(end)]
             for path in glob.glob(os.path.join(folder, "*" + end))}
    if process.pid not in stems:
        raise NotHeard(f"no profiles of process {process.pid}: {os.listdir(folder)} {stderr}")
    child = [leakhook_words(place, stem, "child_") for pid, stem in stems.items() if pid != process.pid]
    return Heard(leakhook_words(place, stems[process.pid]), child[0] if child else None, process.returncode,
                 [line for line in stderr.splitlines() if line.startswith("sandbox: skipped")])
