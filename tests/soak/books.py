# SPDX-License-Identifier: Apache-2.0
# What do the profiles of one dump hold? Numbers that can be set beside what a program says of itself.
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "real"))

import real_program as real  # noqa: E402

judgement, pprof_file, running = real.judgement, real.pprof_file, real.running


def counter_names():
    with open(os.path.join(HERE, "../../preload/contract/counters.def"), encoding="utf-8") as file:
        return set(re.findall(r"^COUNTER\((\w+)", file.read(), re.MULTILINE))


class Dump:
    """`paths`: {profile: path}. Each is read when it is first asked for."""

    def __init__(self, paths):
        self.paths = paths
        self._read = {}

    def profile(self, name):
        if name not in self._read:
            self._read[name] = pprof_file.read(self.paths[name]) if name in self.paths else None
        return self._read[name]

    def comments(self):
        """They are the same in all profiles of a dump; this one is small."""
        return self.profile("thread").comments()

    def samples(self, name):
        """(sample, labels) of what is in use."""
        profile = self.profile(name)
        for sample in profile.sample if profile else []:
            labels = judgement.labels_of(profile, sample)
            if judgement.in_use(name, profile, sample)[0] and labels.get("state") != "ended":
                yield sample, labels

    def counts(self):
        """What any process can be asked for: all descriptors and threads, and those of unknown birth."""
        out = {"descriptors": 0, "threads": 0, "untracked": 0}
        for what, name in (("descriptors", "fd"), ("threads", "thread")):
            for sample, labels in self.samples(name):
                out[what] += sample.value[0]
                out["untracked"] += sample.value[0] if labels.get("origin") == "untracked" else 0
        return out

    def own(self, name):
        """{kind: how many} of what this process made itself."""
        out = {}
        for sample, labels in self.samples(name):
            if "origin" not in labels:
                out[labels["kind"]] = out.get(labels["kind"], 0) + sample.value[0]
        return out

    def held_by(self, name, function):
        """(how many, bytes) that were made below a function that matches the regex."""
        profile, count, size = self.profile(name), 0, 0
        for sample, _ in self.samples(name):
            if any(re.fullmatch(function, one) for one in judgement.functions_of(profile, sample)):
                more = judgement.in_use(name, profile, sample)
                count, size = count + more[0], size + more[1]
        return count, size

    def heap_bytes(self):
        return sum(sample.value[3] for sample, _ in self.samples("heap"))

    def reach(self):
        """(what the comment on reachability says, pause in ms); ("", None) where there is none."""
        said = [text for text in self.comments() if text.startswith("reachability: ")]
        pause = re.search(r"done, pause ([\d.]+) ms", said[0]) if said else None
        return (said[0] if said else ""), float(pause[1]) if pause else None


def threads_of(pid):
    """["12 S redis-server ep_poll 232 ..."]: number, state, name, place in the kernel and system call."""
    out = []
    for task in sorted(os.listdir(f"/proc/{pid}/task")) if os.path.exists(f"/proc/{pid}/task") else []:
        words = []
        for name in ("comm", "wchan", "syscall"):
            with open(f"/proc/{pid}/task/{task}/{name}", encoding="utf-8", errors="replace") as file:
                words.append(file.read().strip())
        out.append(f"{task} {running.stat_of(task)[0]} {' '.join(words)}")
    return out


def of_kernel(pid):
    """The same numbers as Dump.counts(), as /proc tells them."""
    descriptors, threads, _ = real.vital_signs(pid)
    return {"descriptors": descriptors, "threads": threads, "untracked": 0}
