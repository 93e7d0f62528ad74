# SPDX-License-Identifier: Apache-2.0
# What became of one command line in all its modes? Bare twice, then with the library; what differs
# is looked at again, bare, before it is called a difference; of a process's state also with the library.
import shutil
from dataclasses import dataclass, field

import compare
import run_line

MORE_BARE = 4  # runs that show whether a difference comes without the library, too
MORE_PAIRS = 10  # runs, bare and with the library, when a process's state still differs


@dataclass
class Trial:
    name: str
    needs: tuple = ()
    missing: list = field(default_factory=list)
    wrong: list = field(default_factory=list)          # of the line itself, or of its bare runs
    differences: dict = field(default_factory=dict)    # mode: {component: sentence}
    excused: dict = field(default_factory=dict)        # mode: {component: reason}
    once: dict = field(default_factory=dict)           # {component: sentence}: seen once, in none of MORE_PAIRS
    unsteady_state: set = field(default_factory=set)   # components of the state that are not compared
    processes: int = 0                                 # testimonies of processes that were compared
    files: int = 0                                     # files whose contents were compared
    dumped: dict = field(default_factory=dict)
    at_end: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    modes: list = field(default_factory=list)
    status_only: bool = False
    masks: int = 0

    def is_good(self):
        return not self.wrong and not any(self.differences.values())


class Runs:
    """Observations of one line; more bare ones are made when they are asked for."""

    def __init__(self, line, setup, folder):
        self._line, self._setup, self._folder = line, setup, folder
        self.bare = [self.run("bare"), self.run("witnessed")]
        self.witnessed = [self.bare[1]]
        self._is_doubted = False

    def run(self, mode):
        return run_line.run(self._line, mode, self._setup, self._folder)

    def doubt(self):
        """More bare runs: is the line as steady as it looks?"""
        if self._is_doubted:
            return
        self._is_doubted = True
        more = [self.run("witnessed") for _ in range(MORE_BARE)]
        self.bare += more
        self.witnessed += more


def judged(line, runs, mode):
    """{component: sentence} of one run with the library."""
    seen = runs.run(mode)
    has_state = mode == "exact" and not line.no_state

    def found():
        differences = compare.output_differences(runs.bare, seen, line)
        if has_state:
            differences.update(compare.state_differences(runs.witnessed, seen))
        return differences
    if found():
        runs.doubt()
    return seen, found()


def excuse(trial, mode, exceptions):
    """Takes known differences out."""
    for one in exceptions:
        if one.name == trial.name and mode in one.modes and \
                one.component in trial.differences[mode]:
            trial.differences[mode].pop(one.component)
            trial.excused.setdefault(mode, {})[one.component] = one.reason


def attempt(line, modes, setup, folder, exceptions):
    trial = Trial(line.name, line.needs, status_only=line.status_only, masks=len(line.masks))
    trial.missing = line.missing(setup.path())
    if trial.missing:
        return trial
    try:
        runs = Runs(line, setup, folder)
        for bare in runs.bare:
            if bare.status != line.status:
                trial.wrong.append(f"bare: status {bare.status}, not {line.status}: "
                                   f"{bare.stderr[-300:]!r} {bare.stdout[-200:]!r}")
        if not trial.wrong:
            compare_modes(trial, line, modes, runs, exceptions)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return trial


def take_out_chance(differences, runs):
    """Takes out of a process's state what comes and goes: in more bare runs, or once with the library and in
    none of more runs with it; that is returned. How threads meet and which numbers files have is chance,
    and may take turns that no few bare runs show. What output shows stays."""
    doubted = {name: text for name, text in differences.items() if name in compare.STATE}
    seen = []
    for _ in range(MORE_PAIRS if doubted else 0):
        runs.witnessed.append(runs.run("witnessed"))
        seen.append(runs.run("exact"))
    unsteady = compare.unsteady_states(runs.witnessed)
    again = {name for one in seen for name in compare.state_differences(runs.witnessed, one)}
    for name in doubted:
        if name in unsteady or name not in again:
            differences.pop(name)
    return {name: text for name, text in doubted.items() if name not in unsteady | again}


def compare_modes(trial, line, modes, runs, exceptions):
    for mode in modes:
        seen, trial.differences[mode] = judged(line, runs, mode)
        excuse(trial, mode, exceptions)
        if mode == "exact":
            trial.once = take_out_chance(trial.differences[mode], runs)
        trial.modes.append(mode)
        if mode == "dump":
            trial.dumped, trial.at_end, trial.refused = seen.dumped, seen.at_end, seen.refused
        if mode == "exact":
            trial.processes = len(seen.views)
    trial.wrong += [f"{name} differs between bare runs: it wants a mask or status-only: "
                    f"{compare.excerpt(*two_values(runs.bare, line, name))}"
                    for name in compare.unsteady_outputs(runs.bare, line)]
    trial.unsteady_state = compare.unsteady_states(runs.witnessed)
    steady = compare.steady_files(*[bare.files for bare in runs.bare])
    trial.files = sum(digest is not None for _, digest in steady.values())


def two_values(bares, line, name):
    values = [compare.output(bare, line.masks)[name] for bare in bares]
    return values[0], next(value for value in values if value != values[0])
