# SPDX-License-Identifier: Apache-2.0
# Would the suite notice a difference? Libraries that change one thing each stand in libleakhook's
# place, and the trial must name that thing and no other.
import argparse
import itertools
import os
import re
import shutil
import sys
import tempfile
import unittest
import unittest.mock

import compare
import program_list
import run_line
import table
import trial

SETUP = None
COMMAND = "exec heap_numbers > out"


def line_of(command, status=0, **options):
    return program_list.Line("planted", (), status, command, **options)


class Planted(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="leakhook-transparency-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o755)

    def attempt(self, deviation, line=line_of(COMMAND), mode="exact", exceptions=()):
        library = f"{SETUP.built}/libdeviant_{deviation}.so"
        self.assertTrue(os.path.exists(library), library)
        setup = run_line.Setup(library, SETUP.command, SETUP.built)
        folder = tempfile.mkdtemp(dir=self.folder)
        os.chmod(folder, 0o755)
        return trial.attempt(line, [mode], setup, f"{folder}/run", exceptions)

    def differences(self, deviation, **options):
        result = self.attempt(deviation, **options)
        self.assertEqual(result.wrong, [])
        return sorted(result.differences["exact"])

    def test_nothing(self):
        result = self.attempt("nothing")
        self.assertTrue(result.is_good(), f"{result.wrong} {result.differences}")
        self.assertGreaterEqual(result.processes, 3)  # sh begins; the program begins and ends
        self.assertEqual(result.files, 1)

    def test_status(self):
        found = self.differences("status", line=line_of(COMMAND, no_state=True))
        self.assertEqual(found, ["status"])

    def test_output(self):
        self.assertEqual(self.differences("stdout", line=line_of("exec heap_numbers")), ["stdout"])
        self.assertEqual(self.differences("stderr"), ["stderr"])
        self.assertEqual(self.differences("stdout"), ["files", "stdout"])  # sh writes, too

    def test_files(self):
        self.assertEqual(self.differences("files"), ["files"])

    def test_processes_that_stay(self):
        self.assertIn("left", self.differences("left"))

    def test_descriptors(self):
        self.assertEqual(self.differences("descriptors"), ["descriptors"])

    def test_signals(self):
        self.assertEqual(self.differences("blocked"), ["blocked"])
        self.assertEqual(self.differences("ignored"), ["handlers", "ignored"])
        self.assertEqual(self.differences("handlers"), ["caught", "handlers"])

    def test_threads(self):
        self.assertIn("threads", self.differences("threads"))

    def test_allocator(self):
        self.assertEqual(self.differences("heap", line=line_of("exec daemon > out")), ["heap"])
        self.assertIn("allocator", self.differences("allocator", line=line_of("exec daemon > out")))

    def test_state_is_compared_only_where_a_witness_lives(self):
        self.assertEqual(self.differences("blocked", line=line_of(COMMAND, no_state=True)), [])

    def test_a_line_that_always_fails_is_found_out(self):
        result = self.attempt("nothing", line=line_of("exec no_such_command"))
        self.assertTrue(result.wrong and "127" in result.wrong[0], result.wrong)
        self.assertEqual(result.modes, [])

    def test_unsteady_output_is_no_difference_but_wants_a_mask(self):
        line = line_of("date +%N")
        result = self.attempt("nothing", line=line)
        self.assertTrue(any("wants a mask" in text for text in result.wrong), result.wrong)
        masked = line_of("date +%N", masks=("s/[0-9]+/N/",))
        self.assertTrue(self.attempt("nothing", line=masked).is_good())
        self.assertTrue(self.attempt("nothing", line=line_of("date +%N", status_only=True)).is_good())
        line = line_of("exec date +%N", status_only=True, no_state=True)
        self.assertEqual(self.differences("status", line=line), ["status"])

    def test_an_exception_excuses_its_component_alone(self):
        known = program_list.Exemption("planted", ("exact",), "stderr", "it must")
        result = self.attempt("stderr", exceptions=[known])
        self.assertTrue(result.is_good())
        self.assertEqual(result.excused, {"exact": {"stderr": "it must"}})
        self.assertFalse(self.attempt("stdout", exceptions=[known]).is_good())

    def test_what_comes_once_is_chance_and_told(self):
        result = self.attempt_in_turn(exact={0: "blocked"})
        self.assertTrue(result.is_good(), result.differences)
        self.assertEqual(list(result.once), ["blocked"])
        result.needs = ("sh",)
        page = table.page([result], program_list.read(), ["exact"])
        self.assertIn("`planted`: blocked", page)

    def test_what_comes_twice_is_a_difference(self):
        result = self.attempt_in_turn(exact={0: "blocked", trial.MORE_PAIRS: "blocked"})
        self.assertEqual((list(result.differences["exact"]), result.once), (["blocked"], {}))

    def test_what_comes_bare_too_is_not_compared(self):
        last = trial.MORE_BARE + trial.MORE_PAIRS  # one more was made at first
        result = self.attempt_in_turn(exact={0: "blocked", 5: "blocked"}, witnessed={last: "blocked"})
        self.assertEqual((result.differences["exact"], result.once), ({}, {}))
        self.assertIn("blocked", result.unsteady_state)

    def test_what_output_shows_once_is_a_difference(self):
        result = self.attempt_in_turn(exact={0: "stderr"})
        self.assertEqual((list(result.differences["exact"]), result.once), (["stderr"], {}))

    def attempt_in_turn(self, **deviations):
        """{number of a run of that mode: how it deviates}."""
        run, counts = run_line.run, {mode: itertools.count() for mode in ("bare", "witnessed", "exact")}
        replaced = {"witnessed": "libneutrals.so", "exact": "libleakhook.so"}

        def run_deviating(line, mode, setup, folder):
            name = deviations.get(mode, {}).get(next(counts[mode]))
            stage = os.path.join(os.path.dirname(folder), "stage")  # where libraries are run from
            if os.path.isdir(stage) and mode in replaced:
                shutil.copy(f"{SETUP.built}/" + (f"libdeviant_{name}.so" if name else
                            "libneutrals.so" if mode == "witnessed" else "libdeviant_nothing.so"),
                            f"{stage}/{replaced[mode]}")
            return run(line, mode, setup, folder)
        with unittest.mock.patch("run_line.run", run_deviating):
            return self.attempt("nothing")

    def test_time_limit_is_a_status(self):
        result = self.attempt("nothing", line=line_of("exec sleep 60", limit=1))
        self.assertIn("time limit", result.wrong[0])


class Caught(unittest.TestCase):
    """Which handlers may be the library's own?"""
    DEFAULT = "D" * 64

    def test_ours_are_taken_out_where_the_program_sees_the_default(self):
        self.assertEqual(compare.caught_by_program("0000000000404803", self.DEFAULT), "0" * 16)

    def test_others_stay(self):
        self.assertEqual(compare.caught_by_program("0000000000000200", self.DEFAULT), f"{0x200:016x}")

    def test_the_programs_own_stay(self):
        handlers = self.DEFAULT[:11] + "H" + self.DEFAULT[12:]
        self.assertEqual(compare.caught_by_program("0000000000000800", handlers), f"{0x800:016x}")


class Lists(unittest.TestCase):
    def test_lists_can_be_read(self):
        book = program_list.read()
        self.assertGreaterEqual(len(book.lines), 300)
        self.assertGreaterEqual(sum(line.is_short for line in book.lines), 55)
        versions = [line.name for line in book.lines if line.name.endswith("_version")]
        self.assertLessEqual(len(versions), 30)

    def test_no_reader_leaves_its_pipe_early(self):
        leaving = re.compile(r"\|\s*(busybox )?(head -(?!c)|grep -[a-z]*[mq])")
        found = {line.name for line in program_list.read().lines if leaving.search(line.command)}
        self.assertEqual(found, {"head_tail_follow"})  # tail -F ends when its reader does

    def test_what_cannot_be_meant_is_refused(self):
        for words in (["a", "sh", "0", "shrot", "true"], ["a", "sh", "0", "mask=none", "true"]):
            with self.assertRaises(program_list.Malformed):
                program_list.line_of(words, {})
        with self.assertRaises(ValueError):
            program_list.line_of(["a", "sh", "zero", "-", "true"], {})


class Tables(unittest.TestCase):
    def test_page_tells_differences_and_what_was_skipped(self):
        good = trial.Trial("good", ("sh",), modes=["exact"], differences={"exact": {}})
        bad = trial.Trial("bad", ("sh",), modes=["exact"], differences={"exact": {"stdout": "x"}})
        gone = trial.Trial("gone", ("no_such",), missing=["no_such"])
        book = program_list.Book([line_of("true")], [])  # its name is planted
        page = table.page([good, bad, gone], book, ["exact"])
        self.assertIn("stdout", page)
        self.assertIn("no_such", page)
        self.assertIn("1 lines of 1: `planted`", page)
        self.assertIn("2 command lines run, 1 alike", page)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for option in ("library", "command", "built"):
        parser.add_argument(f"--{option}", required=True)
    options, rest = parser.parse_known_args()
    SETUP = run_line.Setup(options.library, options.command, options.built)
    run_line.become_subreaper()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
