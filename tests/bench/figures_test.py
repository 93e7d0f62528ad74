# SPDX-License-Identifier: Apache-2.0
# Are the figures of a run what its runs showed? Rounds, bars, tables and the chart on made-up numbers.
import unittest
import xml.etree.ElementTree
from dataclasses import dataclass, field

import bars
import chart
import measure
import programs
import rounds
import runners
import servers
import small_workloads
import table

RUNNERS = [runners.BARE, runners.Runner("exact", "ours", is_leakhook=True), runners.Runner("lsan", "peer"),
           runners.Runner("gperftools", "slow", most_rounds=1, most_short_rounds=2)]


@dataclass
class MadeUp:
    """A workload whose numbers are given: {runner: values}; None fails."""
    numbers: dict
    name: str = "pairs_20"
    title: str = "made up"
    unit: str = "ns"
    lacks: str = ""
    runners: tuple = ()
    warms_up: bool = False
    order: list = field(default_factory=list)

    def run(self, _tools, runner):
        self.order.append(runner.name)
        value = self.numbers[runner.name][self.order.count(runner.name) - 1]
        if value is None:
            raise measure.Failed("dies of SIGSEGV")
        return measure.Run(value, 1000 + int(value), 7)


def outcome():
    return rounds.play(MadeUp({"bare": [10, 20, 12], "exact": [30, 30, 32], "lsan": [15, None, 15],
                               "gperftools": [100, 100]}), RUNNERS, 3, "")


class Rounds(unittest.TestCase):
    def test_every_runner_once_a_round_and_the_order_rotates(self):
        workload = MadeUp({runner.name: [1, 1, 1] for runner in RUNNERS})
        rounds.play(workload, RUNNERS, 3, "")
        self.assertEqual(workload.order, ["bare", "exact", "lsan", "gperftools",
                                          "exact", "lsan", "gperftools", "bare", "lsan", "bare", "exact"])

    def test_a_run_to_warm_up_is_not_counted(self):
        workload = MadeUp({"bare": [100, 10], "exact": [20], "lsan": [1], "gperftools": [1]}, warms_up=True)
        found = rounds.play(workload, RUNNERS, 1, "")
        self.assertEqual(workload.order[:2], ["bare", "bare"])
        self.assertEqual(found.ratio("exact"), 2)

    def test_ratios_are_of_the_same_round(self):
        self.assertAlmostEqual(outcome().ratio("exact"), 32 / 12)   # of 3, 1.5 and 2.67
        self.assertAlmostEqual(outcome().best_ratio("exact"), 3)
        self.assertEqual(outcome().added("exact"), (20, 20))        # 30 - 10; of 20, 10 and 20

    def test_a_runner_that_fails_is_not_asked_again(self):
        found = outcome()
        self.assertEqual(found.rounds("lsan"), 1)
        self.assertEqual(table.cell(found, "lsan"), "dies of SIGSEGV")

    def test_a_slow_runner_takes_part_in_few_rounds(self):
        self.assertEqual(outcome().rounds("gperftools"), 2)
        long = MadeUp({runner.name: [1, 1, 1] for runner in RUNNERS}, unit="ms CPU")
        self.assertEqual(rounds.play(long, RUNNERS, 3, "").rounds("gperftools"), 1)

    def test_nothing_is_said_where_nothing_ran(self):
        found = rounds.play(MadeUp({}, lacks="not installed"), RUNNERS, 3, "")
        self.assertIsNone(found.ratio("exact"))
        self.assertIsNone(found.added("exact"))

    def test_without_a_bare_run_there_are_no_more_rounds(self):
        workload = MadeUp({"bare": [None], "exact": [1, 1], "lsan": [1, 1], "gperftools": [1, 1]})
        rounds.play(workload, RUNNERS, 2, "")
        self.assertEqual(workload.order.count("exact"), 1)


class Bars(unittest.TestCase):
    def verdict(self, added):
        numbers = {"bare": [10] * 3, "exact": [10 + added] * 3, "lsan": [40] * 3, "gperftools": [9] * 3}
        found = {"pairs_20": rounds.play(MadeUp(numbers), RUNNERS, 3, "")}
        return bars.added_at_most(found, "pairs_20", "exact", 20, "a bar").verdict

    def test_a_bar_is_met_up_to_its_limit(self):
        self.assertEqual([self.verdict(19.9), self.verdict(20), self.verdict(20.1)],
                         ["met", "met", "not met"])

    def test_what_was_not_measured_is_not_met(self):
        for bar in bars.every({}, {}):
            self.assertEqual(bar.verdict, "not measured", bar.text)

    def test_every_bar_asks_for_a_workload_that_there_is(self):
        names = {one.name for one in small_workloads.every() + programs.every() + servers.every()}
        wanted = {f"pairs_{depth}" for depth in bars.EXACT_LIMITS} | set(bars.REAL_LIMITS) | {
            "pairs_20_two_threads", "open", "socketpair", "threads", "start"}
        self.assertEqual(wanted - names, set())

    def test_instructions_of_real_programs(self):
        counts = {"real": {"gxx": {"bare": 100, "sampled": 103}}, "per_pair": {"sampled_20": 40}}
        found = {bar.text: bar.verdict for bar in bars.every({}, counts)}
        self.assertEqual(found["sampled at 512 KiB: instructions of gxx against bare"], "not met")
        self.assertEqual(found["sampled at 512 KiB: instructions added per pair, 20 frames"], "met")


class Shown(unittest.TestCase):
    def test_document_holds_every_outcome_bar_and_reason(self):
        where = table.circumstances("tests/bench/run", "abc", 0.1)
        found = {"pairs_20": outcome()}
        text = table.markdown(found, RUNNERS, bars.every(found, {}), {"valgrind": "it is missing"}, where, {})
        for part in ("made up", "2.67× (+20.0, +20.0)", "it is missing", "abc", "not measured"):
            self.assertIn(part, text)

    def test_chart_is_well_formed_and_has_a_bar_for_each_ratio(self):
        root = xml.etree.ElementTree.fromstring(chart.svg({"pairs_20": outcome()}, RUNNERS))
        drawn = root.findall(".//{http://www.w3.org/2000/svg}title")
        self.assertEqual([one.text for one in drawn], ["ours: 2.67×", "peer: 1.50×", "slow: 7.50×"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
