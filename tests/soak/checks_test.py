# SPDX-License-Identifier: Apache-2.0
# Can the checks of a soak fail? Numbers of runs that went well and of such that did not.
import unittest

import checks


class Flat(unittest.TestCase):
    def test_a_warm_up_is_no_trend(self):
        self.assertEqual(checks.rising([100, 900, 2000] + [2000] * 9), "")

    def test_a_step_within_the_spare(self):
        self.assertEqual(checks.rising([1000] * 6 + [1000 * 1.05 + 256] * 6), "")

    def test_a_step_beyond_it(self):
        self.assertIn("1000 KiB in the second quarter became 1307", checks.rising([1000] * 6 + [1307] * 6))

    def test_a_slow_leak(self):
        self.assertIn("became", checks.rising([10000 + 30 * i for i in range(90)]))
        self.assertAlmostEqual(checks.slope([(10 * i, 10000 + 30 * i) for i in range(90)]), 3 * 3600)

    def test_one_step_of_the_table(self):
        figures = [900] * 4 + [1872] * 6 + [2904] * 6
        self.assertEqual(checks.step(figures), 1032)
        self.assertEqual(checks.rising(figures, checks.step(figures)), "")
        self.assertIn("became", checks.rising(figures))

    def test_two_steps_of_the_table(self):
        figures = [1872] * 8 + [2904] * 4 + [3936] * 4
        self.assertIn("beyond one step of 1032", checks.rising(figures, checks.step(figures)))

    def test_a_step_too_large(self):
        self.assertEqual(checks.step([1872] * 8 + [3936] * 8), 0)

    def test_one_outlier_is_no_trend(self):
        self.assertEqual(checks.rising([1000] * 11 + [9000]), "")

    def test_nothing_is_not_flat(self):
        self.assertIn("too few", checks.rising([]))

    def test_what_falls_is_flat(self):
        self.assertEqual(checks.rising([4000, 3000, 2000, 1000]), "")


class Books(unittest.TestCase):
    def test_equal(self):
        self.assertEqual(checks.differences({"socket": 7, "timer": 0}, {"socket": 7, "file": 1}), [])

    def test_more_and_less(self):
        self.assertEqual(checks.differences({"socket": 7, "timer": 1}, {"socket": 8}),
                         ["socket: 7 told, 8 in the profile", "timer: 1 told, 0 in the profile"])

    def test_a_range(self):
        self.assertEqual(checks.differences({"heap": (80, 100)}, {"heap": 80}), [])
        self.assertEqual(checks.differences({"heap": (80, 100)}, {"heap": 101}),
                         ["heap: 80 to 100 told, 101 in the profile"])


class Comments(unittest.TestCase):
    COMMENTS = ["mode: exact", "segment: 2048 bytes, 9 live heap records, 227.6 per record",
                "dumps_lost: 2 (dumps that could not be written at all)", "dump number: 3"]

    def test_losses(self):
        self.assertEqual(checks.losses(self.COMMENTS, {"dumps_lost", "no_stack"}), {"dumps_lost": 2})
        self.assertEqual(checks.losses(self.COMMENTS[:2], {"dumps_lost", "no_stack"}), {})

    def test_memory(self):
        self.assertEqual(checks.segment_kib(self.COMMENTS), 2)


class Waits(unittest.TestCase):
    def test_percentiles(self):
        waits = {wait: 1 for wait in range(1, 1001)}
        self.assertEqual([checks.percentile(waits, share) for share in (0.5, 0.99, 0.999)],
                         [500, 990, 999])
        self.assertEqual(checks.percentile({}, 0.5), 0)


if __name__ == "__main__":
    unittest.main()
