# SPDX-License-Identifier: Apache-2.0
# Does a report name the test in which a leak was born, and does --mark judge that test alone?
import subprocess

import run_case


class Marks(run_case.RunCase):
    def setUp(self):
        super().setUp()
        self.tests = self.program("marked_tests")

    def test_the_report_names_the_test(self):
        self.assert_status(self.run_program(self.tests, "--gtest_filter=Orders.*"), 23,
                           "leak_block", "born in  Orders.Print")

    def test_each_test_of_one_place_is_named(self):
        done = self.run_program(self.tests)
        self.assert_status(done, 23, "Orders.Print", "Few/Pages.AreKept/0")
        self.assertNotIn("Orders.Read", done.stderr)

    def test_without_the_listener_none_is_named(self):
        done = self.run_program(self.tests, "--bare")
        self.assert_status(done, 23, "leak_block")
        self.assertNotIn("born in", done.stderr)

    def test_a_mark_judges_one_test(self):
        self.assert_status(self.run_program(self.tests, options=["--mark", "Orders.Print"]), 23,
                           "leak_block", "1,000 bytes")
        self.assert_status(self.run_program(self.tests, options=["--mark", "Orders.Read"]), 0)

    def test_the_program_runs_without_the_library(self):
        done = subprocess.run([self.tests], capture_output=True, text=True, timeout=60,
                              env=self.variables())
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    run_case.main()
