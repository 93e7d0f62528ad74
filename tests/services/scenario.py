# SPDX-License-Identifier: Apache-2.0
# What do tests of more than one process or step share? A folder, the programs, and their profiles.
import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import judgement
import pprof_file
import run_service
import running
import verdict as verdicts


class Scenario(unittest.TestCase):
    setup: running.Setup = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="leakhook-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.started = []
        self.addCleanup(self._end_all)

    def _end_all(self):
        for process in self.started:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()

    def program(self, name):
        return os.path.join(self.setup.plugins, name)

    def environment(self, **env):
        return running.environment(self.setup, extra=env)

    def call(self, *argv, is_hooked=True, **env):
        """Runs to its end; stdin is empty."""
        variables = running.environment(self.setup, extra=env, is_hooked=is_hooked)
        return subprocess.run(argv, cwd=self.folder, env=variables, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60)

    def leakhook(self, *args):
        return self.call(self.setup.command, *args, is_hooked=False)

    def start_until_ready(self, *argv, is_hooked=True, word="ready", **env):
        """Starts a program and returns (process, pid that it told) when it says that it is ready."""
        variables = running.environment(self.setup, extra=env, is_hooked=is_hooked)
        process = subprocess.Popen(argv, cwd=self.folder, env=variables, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        self.started.append(process)
        line = process.stdout.readline()
        self.assertTrue(line.startswith(word), f"{line!r} {process.poll()}")
        return process, int(line.split()[-1])

    def goes_on(self, process, seconds=30):
        """Answers a program that waits, and returns (status, stdout, stderr) of its end."""
        out, err = process.communicate("\n", timeout=seconds)
        return process.returncode, out, err

    def dumps(self):
        return running.Run(self.folder).dumps()

    def files(self):
        return sorted(os.listdir(self.folder))

    def assert_verdict(self, files, source, main=None, pid=None, is_child=False):
        """The profiles {name: path} are valid and say what the first line of `source` says."""
        verdict = verdicts.of_file(os.path.join(os.path.dirname(__file__), source))
        profiles, complaints = run_service.load(files, main, pid)
        complaints += judgement.judge(profiles, verdict, is_child)
        self.assertEqual(complaints, [])

    def assert_leaks(self, files, text, pid=None):
        """The same for a verdict that stands in the test."""
        profiles, complaints = run_service.load(files, None, pid)
        complaints += judgement.judge(profiles, verdicts.parse([f"// leaks: {text}"]))
        self.assertEqual(complaints, [])

    def named(self, stem):
        """{profile: path} of the files `STEM.<profile>.pb.gz`."""
        found = {}
        for name in self.files():
            if name.startswith(stem + ".") and name.endswith(".pb.gz"):
                profile = name[len(stem) + 1:-len(".pb.gz")]
                if profile.isalpha():
                    found[profile] = os.path.join(self.folder, name)
        return found

    def comments(self, files):
        return "\n".join(pprof_file.read(files["heap"]).comments())


def main():
    parser = argparse.ArgumentParser()
    for name in ("library", "command", "plugins"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--keep")
    options, rest = parser.parse_known_args()
    Scenario.setup = running.Setup(*(os.path.abspath(path) for path in
                                     (options.library, options.command, options.plugins)))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    unittest.main(module="__main__", argv=[sys.argv[0], *rest], verbosity=2)
