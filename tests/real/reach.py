# SPDX-License-Identifier: Apache-2.0
# What of a real program's heap can nobody reach any more, while it works and after a clean end?
import glob
import os
import re

import real_program as real

LOST = ("definite", "indirect")
DONE = re.compile(r"reachability: done")
# Where blocks come from, under any name, and what no tool shows in the same way.
NOT_ITS_OWN = re.compile(r"_*(libc_)?(malloc|calloc|realloc|memalign|posix_memalign|aligned_alloc|reallocarray)|"
                         r"operator new.*|(__GI_)?_*(strdup|strndup)|"
                         r"__libc_start.*|_start|start_thread|_*clone.*")


class Lost:
    """Blocks of one stack that are lost in one process. `functions`: innermost first."""

    def __init__(self, word, count, size, functions):
        self.word, self.count, self.size, self.functions = word, count, size, functions

    def own(self):
        """Functions of the program itself."""
        names = [real.judgement.plain(name) for name in self.functions]
        return [name for name in names if name and not NOT_ITS_OWN.fullmatch(name)]

    def __str__(self):
        return f"{self.word} {self.count}/{self.size} {' < '.join(self.functions[:12])}"


def remark(path):
    """What a heap profile says of the snapshot. Raises Failure where it says nothing."""
    found = [text for text in real.pprof_file.read(path).comments() if text.startswith("reachability: ")]
    if len(found) != 1:
        raise real.Failure(f"{os.path.basename(path)}: comments about reachability: {found}")
    return found[0]


def lost(path):
    """Every Lost of a heap profile. Raises Failure where reachability is not known."""
    said = remark(path)
    if not DONE.match(said):
        raise real.Failure(f"{os.path.basename(path)}: {said}")
    profile = real.pprof_file.read(path)
    found, judged = [], 0
    for sample in profile.sample:
        word = real.judgement.labels_of(profile, sample).get("reach")
        judged += word is not None
        if word in LOST and sample.value[2]:
            found.append(Lost(word, sample.value[2], sample.value[3],
                              real.judgement.functions_of(profile, sample)))
    if not judged:
        raise real.Failure(f"{os.path.basename(path)}: no block has a word")
    return found


class Program(real.Program):
    """`work` is what is done; afterwards no process may have lost anything but what is explained."""
    env = {"LEAKHOOK_REACH": "exit", "LEAKHOOK_CHILD_EXIT": "0"}
    explained = {}   # innermost function of the program in a stack -> why its blocks are lost
    profiles = 0     # heap profiles that must be there at least, of both moments

    def work(self, side):
        raise NotImplementedError

    def run(self, side):
        output = self.work(side)
        if side.is_hooked:
            self.check(sorted(glob.glob(os.path.join(side.profiles, "*.heap.pb.gz"))))
        return output

    def check(self, paths):
        if len(paths) < self.profiles:
            raise real.Failure(f"{len(paths)} heap profiles instead of {self.profiles}: {paths}")
        complaints = []
        for path in paths:
            print(f"{os.path.basename(path)}: {remark(path)}")
            complaints += [f"{os.path.basename(path)}: {one}" for one in lost(path)
                           if not self.is_explained(one)]
        if complaints:
            raise real.Failure("lost, and nobody explains it:\n  " + "\n  ".join(complaints))

    def is_explained(self, one):
        return bool(one.own()) and one.own()[0] in self.explained
