# SPDX-License-Identifier: Apache-2.0
# Do the scripts tell how it went? What scripts/test counts, and what install_packages would install.
import json
import os
import subprocess
import tempfile
import unittest

import house

SCRIPTS = os.path.join(house.ROOT, "scripts")


def run(name, *argv, **env):
    return subprocess.run([os.path.join(SCRIPTS, name), *argv], capture_output=True, text=True,
                          env={**os.environ, **env}, timeout=60)


class CountTests(unittest.TestCase):
    def count(self, *tests, broken=0):
        """(status, lines) for tests as (name, result, stdout)."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "testlog.json")
            with open(path, "w", encoding="utf-8") as file:
                for name, result, stdout in tests:
                    file.write(json.dumps({"name": name, "result": result, "stdout": stdout}) + "\n")
            done = run("count_tests", "--broken", str(broken), path)
        return done.returncode, done.stdout.splitlines()

    def test_all_passed(self):
        self.assertEqual(self.count(("a", "OK", ""), ("b", "OK", "x")),
                         (0, ["2 passed, 0 failed, 0 skipped"]))

    def test_every_bad_end_is_a_failure(self):
        for result in ("FAIL", "TIMEOUT", "ERROR", "INTERRUPT", "UNEXPECTEDPASS"):
            status, lines = self.count(("a", "OK", ""), ("b", result, ""))
            self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed, 0 skipped"), result)
            self.assertIn("failed: b", lines[0])

    def test_failed_with_its_last_lines(self):
        _, lines = self.count(("a", "FAIL", "\n".join(f"line {i}" for i in range(100))))
        self.assertEqual((lines[1].strip(), lines[-2].strip()), ("line 80", "line 99"))

    def test_skipped_with_its_reason(self):
        status, lines = self.count(("a", "OK", ""), ("b", "SKIP", "x\nskipped: needs wrk\n"))
        self.assertEqual((status, lines[-1]), (0, "1 passed, 0 failed, 1 skipped"))
        self.assertRegex(lines[0], r"skipped: b .*needs wrk")

    def test_nothing_ran_is_a_failure(self):
        self.assertEqual(self.count(), (1, ["0 passed, 0 failed, 0 skipped"]))

    def test_broken_steps_are_failures(self):
        self.assertEqual(self.count(("a", "OK", ""), broken=2), (1, ["1 passed, 2 failed, 0 skipped"]))


class InstallPackages(unittest.TestCase):
    """With commands of Debian played by scripts: nothing is installed."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.play("id", "echo 0")
        self.play("dpkg-query", 'case "$*" in *wrk*|*golang*|*meson*) exit 1;; esac; echo -n installed')
        self.play("apt-get", f'echo "$*" >> {self.folder}/calls')
        for name in ("tee", "chmod", "rm"):
            self.play(name, f'echo "{name} $*" >> {self.folder}/calls')
        for name in ("bash", "env", "sort", "mktemp", "tail", "grep", "dirname", "readlink"):
            os.symlink(f"/usr/bin/{name}", os.path.join(self.folder, name))

    def play(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/bash\n{text}\n")
        os.chmod(path, 0o755)

    def install(self, *sections):
        """(status, calls of apt-get)"""
        done = run("install_packages", *sections, PATH=self.folder, TMPDIR=self.folder)
        try:
            with open(os.path.join(self.folder, "calls"), encoding="utf-8") as file:
                return done.returncode, file.read()
        except FileNotFoundError:
            return done.returncode, ""

    def test_only_what_is_missing(self):
        status, calls = self.install("build", "test")
        self.assertEqual(status, 0)
        self.assertIn("--no-install-recommends install meson wrk\n", calls)
        self.assertIn("update", calls)

    def test_nothing_missing_nothing_done(self):
        self.assertEqual(self.install("demo"), (0, ""))

    def test_command_makes_a_package_unnecessary(self):
        self.assertIn("install golang-go\n", self.install("pprof")[1])
        os.remove(os.path.join(self.folder, "calls"))
        self.play("go", "exit 0")
        self.assertEqual(self.install("pprof"), (0, ""))

    def test_failure_of_apt_is_ours(self):
        self.play("apt-get", "exit 100")
        self.assertEqual(self.install("build")[0], 1)

    def test_unknown_section(self):
        self.assertEqual(self.install("nothing"), (2, ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
