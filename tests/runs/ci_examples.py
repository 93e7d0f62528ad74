# SPDX-License-Identifier: Apache-2.0
# Do the examples of docs/ci do what they say? An old leak fails until the baseline knows it, and a
# second one fails again, with its line.
import os
import shutil
import subprocess

import run_case

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "ci")
HEADERS = os.path.join(EXAMPLES, "..", "..", "export", "gtest")


class Example(run_case.RunCase):
    def setUp(self):
        super().setUp()
        self.copy = shutil.copytree(EXAMPLES, os.path.join(self.folder, "ci"))
        self.env = self.variables()
        self.env["PATH"] = os.path.dirname(self.setup.command) + ":" + self.env["PATH"]
        self.env["CMAKE_GENERATOR"] = "Ninja"
        self.env["CMAKE_INCLUDE_PATH"] = HEADERS

    def call_tool(self, folder, *argv):
        return subprocess.run(argv, cwd=os.path.join(self.copy, folder), env=self.env, timeout=100,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def must(self, folder, *argv):
        done = self.call_tool(folder, *argv)
        self.assertEqual(done.returncode, 0, done.stdout)

    def baseline(self, folder, program=None):
        """Of what the program leaves now, or an empty one."""
        target = os.path.join(self.copy, folder, "leaks.baseline")
        done = self.run_program(program or "true",
                                options=["--baseline", target, "--update-baseline"])
        self.assertEqual(done.returncode, 0, done.stderr)

    def shows(self, folder, program, build, test, source):
        """`build(flags)` gives the commands that build, `test` runs the tests."""
        for command in build(""):
            self.must(folder, *command)
        path = os.path.join(self.copy, folder, program)
        self.baseline(folder)
        self.fails(folder, test, source, "/dev/null")
        self.baseline(folder, path)
        self.must(folder, *test)
        shutil.rmtree(os.path.join(self.copy, folder, "build"))
        for command in build("-DWITH_NEW_LEAK"):
            self.must(folder, *command)
        self.fails(folder, test, source, "/dev/zero")

    def fails(self, folder, test, source, path):
        done = self.call_tool(folder, *test)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, source + r":\d+")
        self.assertIn(path, done.stdout)
        if folder == "meson":  # CTest does not tell
            self.assertIn("exit status 23", done.stdout)

    def needs(self, *tools):
        for tool in tools:
            if not shutil.which(tool):
                self.skipTest(f"no {tool} here")

    def test_meson(self):
        self.needs("meson", "ninja")
        self.shows("meson", "build/orders",
                   lambda flags: [["meson", "setup", "build", f"-Dc_args={flags}"],
                                  ["ninja", "-C", "build"]],
                   ["meson", "test", "-C", "build", "--setup", "leaks", "--print-errorlogs"], "orders.c")

    def test_ctest(self):
        self.needs("cmake", "ctest", "ninja")
        self.shows("ctest", "build/orders",
                   lambda flags: [["cmake", "-B", "build", f"-DCMAKE_C_FLAGS={flags}"],
                                  ["cmake", "--build", "build"]],
                   ["ctest", "--test-dir", "build", "--output-on-failure"], "orders.c")

    def test_gtest(self):
        self.needs("cmake", "ctest", "ninja")
        self.shows("gtest", "build/orders_test",
                   lambda flags: [["cmake", "-B", "build", f"-DCMAKE_CXX_FLAGS={flags}"],
                                  ["cmake", "--build", "build"]],
                   ["ctest", "--test-dir", "build", "--output-on-failure"], "orders_test.cc")
        done = self.run_program(os.path.join(self.copy, "gtest", "build", "orders_test"))
        self.assertRegex(done.stderr, r"born in +Orders\.Print\n")


if __name__ == "__main__":
    run_case.main()
