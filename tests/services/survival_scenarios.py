# SPDX-License-Identifier: Apache-2.0
# What is left when a process dies in a way that no handler sees, or may not be tracked at all?
import os
import shutil
import signal
import stat
import subprocess

import running
import scenario


class DirectoryMode(scenario.Scenario):
    def segment(self, pid=None):
        """The segment of process `pid`, or the only one."""
        names = os.listdir(os.path.join(self.folder, "segments"))
        mine = [name for name in names if pid is None or f".{pid}." in name]
        self.assertEqual(len(mine), 1, names)
        path = os.path.join(self.folder, "segments", mine[0])
        self.assertTrue(path.endswith(".lhk"))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        return path

    def setUp(self):
        super().setUp()
        os.mkdir(os.path.join(self.folder, "segments"))

    def test_profile_after_sigkill(self):
        process, pid = self.start_until_ready(self.program("demo_service"), LEAKHOOK_DIR="segments")
        process.kill()
        process.wait()
        done = self.leakhook("export", self.segment(pid), "-o", "after")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_verdict(self.named("after"), "demo_service.cc", "demo_service", pid)

    def test_profile_while_it_runs(self):
        process, pid = self.start_until_ready(self.program("demo_service"), LEAKHOOK_DIR="segments")
        done = self.leakhook("export", self.segment(pid), "-o", "live")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_verdict(self.named("live"), "demo_service.cc", "demo_service", pid)
        self.assertEqual(self.goes_on(process)[0], 0)

    def test_profile_after_raw_exit_group(self):
        done = self.call(self.program("ends_by_raw_exit_group"), LEAKHOOK_DIR="segments")
        self.assertEqual(done.returncode, 13)
        done = self.leakhook("export", self.segment(), "-o", "after")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_leaks(self.named("after"), "1 heap in leak_block (10 bytes)")

    def test_profile_after_crash(self):
        done = self.call(self.program("ends_by_SIGSEGV"), LEAKHOOK_DIR="segments")
        self.assertEqual(done.returncode, -signal.SIGSEGV)
        done = self.leakhook("export", self.segment(), "-o", "after")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_leaks(self.named("after"), "1 heap in leak_block (10 bytes)")

    def test_missing_folder_is_said_once(self):
        done = self.call(self.program("ends_by_return"), LEAKHOOK_DIR="no/such/folder")
        self.assertEqual(done.returncode, 3)
        self.assertEqual(done.stderr.count("no/such/folder"), 1, done.stderr)


class NotTracked(scenario.Scenario):
    def test_set_uid_program_is_left_alone(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        place = os.path.join(self.folder, "setuid")
        os.mkdir(place, 0o755)
        os.chmod(self.folder, 0o777)
        program = os.path.join(place, "ends_by_return")
        shutil.copy(self.program("ends_by_return"), program)
        os.chown(program, 1, 1)
        os.chmod(program, 0o6755)
        reads_real_id = {"user": 65534, "group": 65534}
        done = subprocess.run([program], cwd=self.folder, env=self.environment(), text=True,
                              capture_output=True, timeout=30, **reads_real_id)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(done.stderr.replace("\n", ""), self._loader_says(done.stderr))
        self.assertEqual(self.files(), ["setuid"])

    @staticmethod
    def _loader_says(text):
        """The loader itself names a preload with a slash that it ignores; we add nothing."""
        lines = text.splitlines()
        return "".join(line for line in lines if line.startswith("ERROR: ld.so"))

    def test_static_program_runs(self):
        done = self.call(self.program("program_linked_statically"))
        self.assertEqual((done.returncode, done.stdout, self.files()), (0, "ends well\n", []))


class NothingLeftBehind(scenario.Scenario):
    def test_burst_of_signals_tears_nothing(self):
        process, pid = self.start_until_ready(self.program("demo_service"))
        for _ in range(100):
            os.kill(pid, signal.SIGUSR2)
        self.assertEqual(self.goes_on(process)[0], 0)
        running.await_true(lambda: not running.Run(self.folder).strangers(), 10, "only whole files")
        dumps = self.dumps()[pid]
        self.assertGreaterEqual(len(dumps), 2)
        for files in dumps.values():
            self.assert_verdict(files, "demo_service.cc", "demo_service", pid)

    def test_many_dumps_leave_no_process_thread_or_descriptor(self):
        process, pid = self.start_until_ready(self.program("demo_service"), LEAKHOOK_VERBOSE="0")

        def look():
            return (len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task")),
                    self._children(pid))
        # The threads that it leaks have printed their all, but may not have left yet.
        running.await_true(lambda: len(os.listdir(f"/proc/{pid}/task")) == 2, 10,
                           "the main thread and the worker alone")
        before = look()
        for _ in range(50):
            running.dump_by_command(self.setup, pid, self.folder)
        # One keeper may wait to be reaped by the next slow path.
        after = look()
        self.assertEqual(after[:2], before[:2])
        self.assertLessEqual(after[2], before[2] + 1)
        self.assertEqual(self.goes_on(process)[0], 0)
        self.assertEqual(running.Run(self.folder).strangers(), [])
        self.assertEqual(len(self.dumps()[pid]), 51)
        for number in (1, 25, 50, 51):
            self.assert_verdict(self.dumps()[pid][number], "demo_service.cc", "demo_service", pid)

    @staticmethod
    def _children(pid):
        count = 0
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                count += len(file.read().split())
        return count


if __name__ == "__main__":
    scenario.main()
