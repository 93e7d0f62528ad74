# SPDX-License-Identifier: Apache-2.0
# What does a fuzz target say after so many inputs? Starts from its seeds; whatever ends it stays as a
# file. Alone: one target for the time of a test.
import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LAST = re.compile(r"^#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+)", re.MULTILINE)
READ = re.compile(r"^INFO:\s+(\d+) files found in (.*)$", re.MULTILINE)
ENV = {"ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1:max_allocation_size_mb=512:"
                        "handle_abort=1",
       "UBSAN_OPTIONS": "print_stacktrace=1"}
LARGEST_INPUT = 4096
SECONDS_OF_ONE = 20


class Outcome:
    """Inputs, edges of code and crash files of one run; `error` is empty when all went well."""

    def __init__(self):
        self.runs = self.coverage = 0
        self.crashes = []
        self.error = self.said = ""


def seeds_of(target):
    """(folder, number of files)"""
    folder = os.path.join(HERE, "seeds", target)
    return folder, len(os.listdir(folder)) if os.path.isdir(folder) else 0


def command_of(program, target, corpus, crashes, limits):
    words = os.path.join(HERE, "words", f"{target}.dict")
    return [program, f"-artifact_prefix={crashes}/", f"-timeout={SECONDS_OF_ONE}",
            "-rss_limit_mb=4096", "-print_final_stats=0", f"-max_len={LARGEST_INPUT}", *limits,
            *([f"-dict={words}"] if os.path.exists(words) else []), corpus, seeds_of(target)[0]]


def run(program, target, corpus, crashes, limits):
    """`limits`: arguments of libFuzzer that end the run. New inputs go to `corpus`."""
    for folder in (corpus, crashes):
        os.makedirs(folder, exist_ok=True)
    before = set(os.listdir(crashes))
    done = subprocess.run(command_of(program, target, corpus, crashes, limits), text=True,
                          errors="replace", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          env={**os.environ, **ENV}, check=False)
    outcome = Outcome()
    outcome.said = done.stderr
    outcome.crashes = sorted(set(os.listdir(crashes)) - before)
    folder, seeds = seeds_of(target)
    read = {path: int(number) for number, path in READ.findall(done.stderr)}
    last = LAST.search(done.stderr)
    if last:
        outcome.runs, outcome.coverage = int(last[1]), int(last[2])
    if done.returncode != 0 or outcome.crashes or not last:
        outcome.error = f"status {done.returncode}, {', '.join(outcome.crashes) or 'no file'}"
    elif not seeds or read.get(folder) != seeds:
        outcome.error = f"{read.get(folder, 0)} of {seeds} seeds were read"
    elif outcome.runs < seeds or not outcome.coverage:
        outcome.error = f"{outcome.runs} inputs met {outcome.coverage} edges of code"
    return outcome


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--seconds", type=int, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(options.program, options.target, f"{folder}/corpus", f"{folder}/crashes",
                      [f"-max_total_time={options.seconds}", "-seed=1"])
    if outcome.error:
        print(outcome.said[-20000:])
    print(outcome.error or f"{outcome.runs} inputs, {outcome.coverage} edges of code")
    sys.exit(1 if outcome.error else 0)


if __name__ == "__main__":
    main()
