#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Do the books of a program balance while it is stormed at, and when it ends?
#
# The programs are those of tests/services, judged by the same verdicts, with lines of their own:
#   // long: ARGUMENTS     instead of `args` in the long form
#   // long leaks: ...     instead of `leaks` there
#   // storm: 50           dumps are asked for so many times a second, from the first `dump me` on (0: where
#                          the program asks); in each what *_before functions hold must be told exactly.
# The last line that a program prints, `counts: ...`, tells how much it did; it goes to the table.
# Exit status: 0 yes, 1 no, 77 the machine lacks what the program needs.
import os
import re
import signal
import sys
import threading

import places
import raw_dumps
import table

import judgement
import run_service
import running
import verdict as verdicts

LONG_SECONDS = 1200
ALL_JUDGED = 40  # of more dumps, these are read: the first, the last, and some in between


def own_lines(path):
    """{key: text} of the lines that only torture reads."""
    with open(path, encoding="utf-8") as file:
        found = [re.match(r"// (long leaks|long|storm):\s*(.*)", line) for line in file]
    return {match[1]: match[2].strip() for match in found if match}


def wanted_of(path, is_long):
    """(verdict, dumps a second or None)"""
    verdict, own = verdicts.of_file(path), own_lines(path)
    if is_long and "long" in own:
        verdict.args = own["long"].split() or verdict.args
        verdict.seconds = LONG_SECONDS
    if is_long and "long leaks" in own:
        verdict.leaks = verdicts.parse([f"// leaks: {own['long leaks']}"]).leaks
    return verdict, int(own["storm"]) if "storm" in own else None


class Storm:
    """Asks a process for dumps from the first request on until it ends."""

    def __init__(self, hertz):
        self._pause = 1 / hertz
        self._over = threading.Event()
        self._thread = None
        self.asked = 0

    def begin(self, pid):
        self._thread = threading.Thread(target=self._ask, args=[pid], daemon=True)
        self._thread.start()

    def _ask(self, pid):
        while not self._over.wait(self._pause) and running.stat_of(pid)[0] not in ("Z", None):
            os.kill(pid, signal.SIGUSR2)
            self.asked += 1

    def end(self):
        self._over.set()
        if self._thread:
            self._thread.join()


class StormedSession(running.Session):
    """Ends the storm before the program is waited for: its number may be another's afterwards."""

    def __init__(self, storm, *args):
        self._storm = storm
        super().__init__(*args, storm.begin)

    def before_wait(self):
        self._storm.end()


def run_hooked(program, verdict, setup, hertz):
    """(run, how many dumps were asked for)"""
    argv = [program, *verdict.args]
    if not hertz:
        run = running.run_program(argv, setup, True, verdict.seconds, verdict.env, verdict.preload,
                                  verdict.asks)
        return run, run.asked.get(run.pid, 0)
    folder = running.fresh_folder()
    storm = Storm(hertz)
    session = StormedSession(storm, argv, folder,
                             running.environment(setup, verdict.preload, verdict.env), verdict.seconds)
    return session.finish(), storm.asked


def some_of(numbers):
    """The first, the last and some in between."""
    step = max(1, len(numbers) // ALL_JUDGED)
    return sorted(set(numbers[::step]) | set(numbers[-1:]))


def examine_storm(run, verdict, main):
    """(complaints, dumps made): every dump of a storm is whole, and right in what stood still."""
    numbered = run.dumps().get(run.pid, {})
    complaints = [f"a file that is no profile: {name}" for name in run.strangers()]
    complaints += [f"profiles of a stranger: {pid}" for pid in run.dumps() if pid != run.pid]
    if len(numbered) < 2:
        complaints.append(f"only {len(numbered)} dumps in a storm")
    still = [leak for leak in verdict.leaks or [] if leak.function.endswith("_before")]
    for number in some_of(sorted(numbered)):
        profiles, found = run_service.load(numbered[number], main, run.pid)
        complaints += found
        if number == max(numbered):
            complaints += judgement.judge(profiles, verdict)
        else:
            complaints += judgement.judge_alone(profiles, still)
    return complaints, len(numbered)


def run_both(program, verdict, setup, hertz):
    """(row cells' counts, complaints, stderr). Raises Skip."""
    bare = running.run_program([program, *verdict.args], setup, False, verdict.seconds, verdict.env)
    hooked = None
    try:
        if bare.status == table.SKIPPED:
            raise run_service.Skip(bare.stderr)
        hooked, asked = run_hooked(program, verdict, setup, hertz)
        complaints = bare.complaints + hooked.complaints + raw_dumps.export_all(setup, hooked.folder)[1]
        complaints += run_service.compare(bare, hooked, verdict)
        did = re.search(r"^counts: (.*)$", bare.stdout.decode(), re.MULTILINE)
        did = did[1] if did else " ".join(["one run", *verdict.args])
        main = os.path.basename(program)
        if hertz is not None:
            found, made = examine_storm(hooked, verdict, main)
            did += f"; {asked} requests for dumps, {made} made"
        else:
            found = run_service.examine(hooked, verdict, main)
        return did, complaints + found, hooked.stderr
    finally:
        for run in (bare, hooked):
            if run:
                running.forget(run)


def main():
    setup, options = places.read("source", "program")
    verdict, hertz = wanted_of(options.source, table.is_long())
    name, program = os.path.basename(options.program), os.path.abspath(options.program)
    try:
        return table.tell(name, *run_both(program, verdict, setup, hertz))
    except run_service.Skip as reason:
        return table.skip(name, str(reason))


if __name__ == "__main__":
    sys.exit(main())
