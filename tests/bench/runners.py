# SPDX-License-Identifier: Apache-2.0
# What are the programs run with: nothing, this library in its modes, and its peers? Each runner tells
# why it cannot be had, and proves that it does its work before it is measured.
import glob
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "services"))

import pprof_file  # noqa: E402

LIBRARY_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/heaptrack", "/usr/lib64", "/usr/local/lib")
KEPT_BLOCKS = 1000  # by workloads/keeps_blocks.cc


@dataclass(frozen=True)
class Runner:
    name: str
    title: str
    preload: str = ""         # path of a library
    lacks: str = ""           # why it cannot be had
    env: dict = field(default_factory=dict)  # {folder} stands for the folder of the run
    command: tuple = ()       # before the program and its arguments
    leaves: str = ""          # files in the folder of the run that it writes, as a glob
    # Rounds that it takes part in at most: what is twenty times slower would take up the whole hour.
    most_rounds: int = 99
    most_short_rounds: int = 99  # the same for what takes a tenth of a second
    share: float = 1.0        # of the requests that a server is sent
    has_second_process: bool = False  # which works while the program does
    is_only_small: bool = False
    is_leakhook: bool = False
    loads: str = ""           # what else must stand in the maps

    def environment(self, folder, extra=None):
        env = {name: os.environ[name] for name in ("PATH", "HOME", "USER") if name in os.environ}
        env.update(LANG="C", LC_ALL="C", **(extra or {}))
        env.update({name: value.format(folder=folder) for name, value in self.env.items()})
        if self.preload:
            env["LD_PRELOAD"] = self.preload
        return env

    def before(self, argv, folder):
        """argv with what goes before it."""
        return [word.format(folder=folder) for word in self.command] + list(argv)

    def output_bytes(self, folder):
        found = glob.glob(os.path.join(folder, self.leaves)) if self.leaves else []
        return sum(os.path.getsize(path) for path in found)

    def missing_proof(self, keeps_blocks):
        """Runs a program that keeps blocks. Why it does not do its work here, or ""."""
        folder = tempfile.mkdtemp(prefix="leakhook-bench-")
        try:
            env = self.environment(folder)
            if self.is_leakhook:
                env.update(LEAKHOOK_AT_EXIT="1", LEAKHOOK_OUTPUT=os.path.join(folder, "proof"))
            done = subprocess.run(self.before([keeps_blocks], folder), cwd=folder, env=env, text=True,
                                  capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
            if done.returncode != 0:
                return f"a small program ends with status {done.returncode} under it"
            if self.preload and os.path.basename(self.preload).split(".so")[0] not in done.stdout:
                return "its library was not loaded"
            if self.loads not in done.stdout:
                return f"{self.loads} was not loaded"
            if self.is_leakhook:
                return self._missing_profile(folder, done.stdout)
            return "it wrote nothing" if self.leaves and self.output_bytes(folder) == 0 else ""
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _missing_profile(self, folder, maps):
        if "/memfd:leakhook.signal." not in maps:
            return "it does not answer: no handshake in the maps"
        path = os.path.join(folder, "proof.heap.pb.gz")
        if not os.path.exists(path):
            return "it wrote no profile at exit"
        profile = pprof_file.read(path)
        blocks = sum(sample.value[2] for sample in profile.sample)
        mode = [line for line in profile.comments() if line.startswith("mode:")]
        is_sampled = "LEAKHOOK_SAMPLE" in self.env
        if is_sampled == any("exact" in line for line in mode):
            return f"it runs in another mode: {mode}"
        if not is_sampled and blocks < KEPT_BLOCKS:
            return f"it knows of {blocks} of {KEPT_BLOCKS} blocks"
        return ""


def library(*names):
    """The path of the first that is installed, or ""."""
    for name in names:
        for folder in LIBRARY_FOLDERS:
            if os.path.exists(os.path.join(folder, name)):
                return os.path.join(folder, name)
    return ""


def peer(name, title, libraries, package, **more):
    path = library(*libraries)
    return Runner(name, title, preload=path, lacks="" if path else f"{package} is not installed", **more)


def has_setting(library_path, name):
    done = subprocess.run(["/bin/true"], env={"LD_PRELOAD": library_path, "LEAKHOOK_HELP": "1",
                                              "LEAKHOOK_AT_EXIT": "0"},
                          capture_output=True, text=True, check=False)
    return name in done.stdout + done.stderr


def ours(library_path):
    def mode(name, title, lacks="", loads="", **settings):
        env = {"LEAKHOOK_AT_EXIT": "0", "LEAKHOOK_VERBOSE": "0", "LEAKHOOK_OUTPUT": "{folder}/dump.%p.%n"}
        env.update({f"LEAKHOOK_{key}": value for key, value in settings.items()})
        leaves = "dump.*" if env["LEAKHOOK_AT_EXIT"] == "1" else ""
        return Runner(name, title, preload=library_path, lacks=lacks, env=env, is_leakhook=True,
                      leaves=leaves, loads=loads)
    no_mimalloc = "" if has_setting(library_path, "LEAKHOOK_ALLOCATOR") else \
        "this build cannot put the heap on mimalloc"
    return [mode("exact", "leakhook, exact"),
            mode("sampled", "leakhook, sampled at 512 KiB", SAMPLE="512KiB"),
            mode("mimalloc", "leakhook, exact, LEAKHOOK_ALLOCATOR=mimalloc", no_mimalloc,
                 "libmimalloc", ALLOCATOR="mimalloc"),
            mode("exact_dump", "leakhook, exact, with the dump at exit", AT_EXIT="1")]


def peers():
    jemalloc = "prof:true,prof_final:true,prof_prefix:{{folder}}/jeprof,lg_prof_sample:{}"
    heaptrack = "" if shutil.which("heaptrack") else "heaptrack is not installed"
    return [
        peer("lsan", "LeakSanitizer preloaded, stacks cut short, no check at exit",
             ["liblsan.so.0", "liblsan.so"], "liblsan0", env={"LSAN_OPTIONS": "detect_leaks=0"}),
        peer("jemalloc", "jemalloc, profile sampled at 512 KiB", ["libjemalloc.so.2"], "libjemalloc2",
             env={"MALLOC_CONF": jemalloc.format(19)}, leaves="jeprof*"),
        peer("heaptrack_library", "heaptrack, its library alone, output thrown away",
             ["libheaptrack_preload.so"], "libheaptrack", most_rounds=3, most_short_rounds=9, share=0.5,
             env={"DUMP_HEAPTRACK_OUTPUT": "/dev/null"}),
        Runner("heaptrack", "heaptrack", lacks=heaptrack, most_rounds=2, most_short_rounds=3, share=0.5,
               has_second_process=True,
               command=("heaptrack", "-o", "{folder}/heaptrack"), leaves="heaptrack*"),
        peer("jemalloc_exact", "jemalloc, profile of every block", ["libjemalloc.so.2"], "libjemalloc2",
             env={"MALLOC_CONF": jemalloc.format(0)}, leaves="jeprof*", most_rounds=1, most_short_rounds=3,
             share=0.2),
        peer("gperftools", "gperftools heap profile", ["libtcmalloc.so.4"], "google-perftools",
             env={"HEAPPROFILE": "{folder}/gperf"}, leaves="gperf*", most_rounds=1, most_short_rounds=3,
             share=0.05),
        Runner("valgrind", "valgrind memcheck", most_rounds=2, most_short_rounds=2, is_only_small=True,
               lacks="" if shutil.which("valgrind") else "valgrind is not installed",
               command=("valgrind", "-q", "--leak-check=no", "--log-file={folder}/valgrind"))]


BARE = Runner("bare", "bare")


def every(library_path):
    return [BARE, *ours(library_path), *peers()]


def working(runners, keeps_blocks):
    """(those that work, {name: why not} of the others)."""
    skipped = {}
    for runner in runners:
        reason = runner.lacks or runner.missing_proof(keeps_blocks)
        if reason:
            skipped[runner.name] = reason
    return [runner for runner in runners if runner.name not in skipped], skipped
