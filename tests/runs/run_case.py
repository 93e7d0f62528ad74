# SPDX-License-Identifier: Apache-2.0
# What do tests of `leakhook run` and `leakhook check` share?
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "services"))
import running  # noqa: E402
import scenario  # noqa: E402


class RunCase(scenario.Scenario):
    """Each test has a folder; the temporary files of a run go to `temporary` in it."""

    def setUp(self):
        super().setUp()
        self.temporary = os.path.join(self.folder, "temporary")
        os.mkdir(self.temporary)
        os.chmod(self.folder, 0o711)
        os.chmod(self.temporary, 0o1777)
        self.subject = self.program("subject")

    def variables(self, **env):
        out = running.environment(self.setup, is_hooked=False)
        out["TMPDIR"] = self.temporary
        out.update(env)
        return out

    def command(self, program, options=()):
        return [self.setup.command, "run", *options, "--", *program]

    def run_program(self, *program, options=(), env=None, **how):
        """`leakhook run OPTIONS -- PROGRAM` to its end."""
        how = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, **how}
        return subprocess.run(self.command(program, options), cwd=self.folder, timeout=60,
                              env=self.variables(**(env or {})), **how)

    def start(self, *program, options=(), env=None, **how):
        """The same, running; ended with its group when the test ends."""
        how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
               "start_new_session": True, **how}
        process = subprocess.Popen(self.command(program, options), cwd=self.folder, text=True,
                                   env=self.variables(**(env or {})), **how)
        self.started.append(process)
        return process

    def check(self, *arguments, **env):
        return subprocess.run([self.setup.command, "check", *arguments], cwd=self.folder, timeout=60,
                              env=self.variables(**env), capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)

    def assert_status(self, done, status, *in_stderr):
        self.assertEqual(done.returncode, status, done.stderr)
        for text in in_stderr:
            self.assertIn(text, done.stderr)
        self.assertEqual(os.listdir(self.temporary), [], "the folder of the run stayed")

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def ready(self, process, word="ready"):
        """The pid that a program tells when it is ready."""
        line = process.stdout.readline()
        self.assertTrue(line.startswith(word + " "), f"{line!r} {process.poll()}")
        return int(line.split()[1])


main = scenario.main
