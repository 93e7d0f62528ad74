# SPDX-License-Identifier: Apache-2.0
# In which order are the runners measured, and what do their numbers say? Interleaved rounds: every
# runner once a round, the order rotated, so that what the machine does meanwhile meets all alike.
import statistics
import sys
from dataclasses import dataclass, field

import measure


@dataclass
class Samples:
    """What one runner showed on one workload: one run a round, None where it took no part."""
    runs: list = field(default_factory=list)
    failure: str = ""

    def values(self):
        return [run.value for run in self.runs if run]


@dataclass
class Outcome:
    """Everything of one workload."""
    name: str
    title: str
    unit: str
    samples: dict = field(default_factory=dict)   # runner's name: Samples
    lacks: str = ""

    def pairs(self, name):
        """[(bare, this runner)] of the rounds in which both ran."""
        ours, bare = self.samples.get(name), self.samples.get("bare")
        if not ours or not bare:
            return []
        return [(b.value, o.value) for b, o in zip(bare.runs, ours.runs) if b and o]

    def ratio(self, name):
        """Median of the ratios to bare of the same round, or None."""
        found = [ours / bare for bare, ours in self.pairs(name) if bare > 0]
        return statistics.median(found) if found else None

    def best_ratio(self, name):
        pairs = self.pairs(name)
        return min(o for _, o in pairs) / min(b for b, _ in pairs) if pairs else None

    def added(self, name):
        """(best minus best, median of the differences in each round), or None."""
        pairs = self.pairs(name)
        if not pairs:
            return None
        best = min(ours for _, ours in pairs) - min(bare for bare, _ in pairs)
        return best, statistics.median(ours - bare for bare, ours in pairs)

    def rounds(self, name):
        return len(self.pairs(name))

    def largest(self, name, what):
        runs = [run for run in self.samples[name].runs if run] if name in self.samples else []
        return max((getattr(run, what) for run in runs), default=0)


def takes_part(workload, runner):
    if runner.name in getattr(workload, "not_under", ()):
        return False
    if workload.runners:
        return runner.name in workload.runners
    if runner.is_only_small:
        return workload.name in ("pairs_20", "start")
    return runner.name != "exact_dump" or workload.unit == "ms CPU"


def most_rounds(workload, runner):
    return runner.most_short_rounds if workload.unit == "ns" else runner.most_rounds


def one_run(workload, runner, tools, samples):
    """A runner that failed once is not asked again: what crashes, crashes."""
    try:
        samples.runs.append(workload.run(tools, runner))
    except measure.Failed as failure:
        samples.runs.append(None)
        samples.failure = str(failure)
        print(f"  {workload.name}: {runner.name} {failure}", file=sys.stderr)


def play(workload, runners, rounds, tools):
    outcome = Outcome(workload.name, workload.title, workload.unit, lacks=workload.lacks)
    if workload.lacks:
        return outcome
    taking_part = [runner for runner in runners if takes_part(workload, runner)]
    outcome.samples = {runner.name: Samples() for runner in taking_part}
    if getattr(workload, "warms_up", False):  # files are in the page cache then
        one_run(workload, taking_part[0], tools, Samples())
    for number in range(rounds):
        at = number % len(taking_part)
        for runner in taking_part[at:] + taking_part[:at]:
            samples = outcome.samples[runner.name]
            if samples.failure or number >= most_rounds(workload, runner):
                samples.runs.append(None)
            else:
                one_run(workload, runner, tools, samples)
        if outcome.samples["bare"].failure:
            break  # nothing to compare with
    return outcome
