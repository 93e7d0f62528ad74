# SPDX-License-Identifier: Apache-2.0
# Does a program find under `leakhook run` what it finds without: signals, terminal, descriptors,
# arguments, environment?
import errno
import os
import pty
import shutil
import signal
import subprocess
import sys

import run_case
import running


class Signals(run_case.RunCase):
    PASSED_ON = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGALRM,
                 signal.SIGWINCH, signal.SIGCONT, signal.SIGRTMIN + 3)

    def test_each_is_passed_on(self):
        process = self.start(self.subject, "signals")
        self.ready(process)
        for number in self.PASSED_ON:
            process.send_signal(number)
            self.assertEqual(process.stdout.readline(), f"got {int(number)}\n")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        self.assertEqual(out, "got 15\n")
        self.assertEqual(process.returncode, 0, err)

    def test_the_wrapper_ends_after_the_program(self):
        """What the program says last, it says before the report."""
        process = self.start(self.subject, "signals", "say=last", "fd", stderr=subprocess.STDOUT)
        self.ready(process)
        os.killpg(process.pid, signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=30)
        self.assertLess(out.index("last"), out.index("SUMMARY"))
        self.assertEqual(process.returncode, 23)

    def test_a_deadly_one_ends_the_program_with_its_last_dump(self):
        os.mkfifo(os.path.join(self.folder, "gate"))
        process = self.start(self.subject, "fd", "say=ready", "await=gate")
        self.ready(process)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM, err)
        self.assertIn("leak_descriptor", err)

    def test_none_is_left_blocked_or_ignored(self):
        self.assert_status(self.run_program(self.subject, "blocks-no-signal"), 0)
        done = self.run_ignoring(signal.SIGUSR1, signal.SIGCHLD,
                                 program=["grep", "SigIgn", "/proc/self/status"])
        ignored = int(done.stdout.split()[1], 16)
        for number in (signal.SIGUSR1, signal.SIGCHLD):
            self.assertTrue(ignored >> (number - 1) & 1, f"{number.name} is not ignored any more")
        self.assertFalse(ignored >> (signal.SIGUSR2 - 1) & 1, "more is ignored")

    def test_status_is_known_when_child_ends_are_ignored(self):
        done = self.run_ignoring(signal.SIGCHLD, program=[self.subject, "exit=7"])
        self.assertEqual(done.returncode, 7, done.stderr)

    def run_ignoring(self, *numbers, program):
        """Under a parent that ignores these signals."""
        script = ("import os, signal, sys\n"
                  "for number in sys.argv[1].split(','): signal.signal(int(number), signal.SIG_IGN)\n"
                  "os.execv(sys.argv[2], sys.argv[2:])")
        return subprocess.run([sys.executable, "-c", script, ",".join(str(int(n)) for n in numbers),
                               *self.command(program)], cwd=self.folder, env=self.variables(),
                              timeout=60, capture_output=True, text=True)

    def test_the_group_is_kept(self):
        process = self.start(self.subject, "signals")
        pid = self.ready(process)
        self.assertEqual(os.getpgid(pid), process.pid)
        self.assertEqual(os.getsid(pid), process.pid)
        os.killpg(process.pid, signal.SIGKILL)
        running.await_true(lambda: not running.group_lives(process.pid), 10, "the end of the group")


class Terminal(run_case.RunCase):
    """A terminal of its own, and a shell with job control that does one thing: it runs a program in
    the foreground, and each time that this is stopped, says so and lets it go on."""

    def start_at_terminal(self, *program):
        pid, self.master = pty.fork()
        if pid == 0:
            try:
                self.be_shell(self.command(program, ["--fail-on=none", "-q"]))
            finally:
                os._exit(1)
        self.addCleanup(os.close, self.master)
        self.addCleanup(self.end, pid)
        self.seen = ""

    def be_shell(self, argv):
        os.chdir(self.folder)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        job = os.fork()
        if job == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            os.execve(argv[0], argv, self.variables())
        while True:
            _, status = os.waitpid(job, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                break
            os.tcsetpgrp(0, os.getpgrp())
            os.write(1, b"shell: stopped by %d\n" % os.WSTOPSIG(status))
            os.tcsetpgrp(0, job)
            os.killpg(job, signal.SIGCONT)
        os.tcsetpgrp(0, os.getpgrp())
        os.write(1, b"shell: ended %d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)

    @staticmethod
    def end(pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(pid, 0)

    def await_text(self, text):
        """Returns what came before it."""
        while text not in self.seen:
            try:
                piece = os.read(self.master, 4096).decode()
            except OSError as error:
                self.assertEqual(error.errno, errno.EIO)
                piece = ""
            self.assertTrue(piece, f"{text!r} did not come: {self.seen!r}")
            self.seen += piece.replace("\r", "")
        before, _, self.seen = self.seen.partition(text)
        return before

    def press(self, letter):
        os.write(self.master, bytes([ord(letter) & 31]))

    def ready_pid(self):
        self.await_text("ready ")
        return int(self.await_text("\n"))

    def test_interrupt_and_quit_keys_come_once(self):
        self.start_at_terminal(self.subject, "signals", "exit=5")
        pid = self.ready_pid()
        self.press("C")
        self.await_text("got 2\n")
        self.press("\\")
        self.assertNotIn("got", self.await_text("got 3\n"))
        os.kill(pid, signal.SIGTERM)
        self.assertNotIn("got", self.await_text("got 15\n"))
        self.await_text("shell: ended 5\n")

    def test_suspend_key_stops_both_and_the_shell_lets_them_go_on(self):
        self.start_at_terminal(self.subject, "signals", "exit=5")
        pid = self.ready_pid()
        for _ in range(2):
            self.press("Z")
            self.await_text("shell: stopped by 20\n")
            self.await_text("got 18\n")
        os.kill(pid, signal.SIGTERM)
        self.await_text("shell: ended 5\n")

    def test_a_program_that_suspends_itself_gives_the_terminal_to_the_shell(self):
        self.start_at_terminal(self.subject, "stop", "say=on", "exit=5")
        self.await_text("shell: stopped by 20\n")
        self.await_text("on ")
        self.await_text("shell: ended 5\n")

    def test_a_program_at_a_terminal_sees_one(self):
        self.start_at_terminal("sh", "-c", "test -t 0 && test -t 1 && read line && echo got:$line")
        os.write(self.master, b"typed\n")
        self.await_text("got:typed\n")
        self.await_text("shell: ended 0\n")


class Surroundings(run_case.RunCase):
    def test_arguments_are_left_alone(self):
        strange = ["[a,b]", "", "with space", "new\nline", "--help", "--", "{}", "-q", "++", "a=b", "\"'"]
        done = self.run_program("printf", "<%s>", *strange)
        self.assertEqual(done.stdout, "".join(f"<{word}>" for word in strange))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_preloads_of_others_stay(self):
        other = os.path.join(self.setup.plugins, os.pardir, "services", "libplugin_a.so")
        done = self.run_program(self.subject, "environment", env={"LD_PRELOAD": other})
        preload = dict(line.split("=", 1) for line in done.stdout.splitlines())["LD_PRELOAD"]
        self.assertEqual(preload.split(":")[1:], [other])
        self.assertTrue(preload.split(":")[0].endswith("/libleakhook.so"))
        self.assertNotIn("cannot be preloaded", done.stderr)

    def test_environment_stays(self):
        done = self.run_program(self.subject, "environment",
                                env={"KEPT": "a=b ", "LEAKHOOK_SAMPLE": "4KiB", "LEAKHOOK_DIR": "/x"})
        lines = done.stdout.splitlines()
        self.assertIn("KEPT=a=b ", lines)
        self.assertIn("LEAKHOOK_SAMPLE=4KiB", lines)
        self.assertNotIn("LEAKHOOK_DIR=/x", lines)

    def test_closed_descriptors_stay_closed(self):
        for numbers in ((0,), (1,), (2,), (0, 1, 2)):
            closing = " ".join(f"{number}>&-" for number in numbers)
            deeds = [f"closed={number}" for number in numbers]
            done = subprocess.run(["sh", "-c", f'exec "$@" {closing}', "sh",
                                   *self.command([self.subject, *deeds, "exit=5"])],
                                  cwd=self.folder, env=self.variables(), timeout=60,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 5, f"{numbers}: {done.stderr}")

    def test_no_descriptor_more(self):
        bare = subprocess.run(["ls", "/proc/self/fd"], capture_output=True, text=True, check=True)
        done = self.run_program("ls", "/proc/self/fd")
        self.assertEqual(done.stdout, bare.stdout)

    def test_stdin_is_the_programs(self):
        done = self.run_program("cat", stdin=None, input="through\n")
        self.assertEqual(done.stdout, "through\n")

    def test_a_library_path_that_the_loader_cannot_list(self):
        """Spaces and colons part the names in LD_PRELOAD."""
        place = os.path.join(self.folder, "a place: here")
        os.mkdir(place)
        for path in (self.setup.library, self.setup.command):
            shutil.copy(path, place)
        command = os.path.join(place, os.path.basename(self.setup.command))
        self.setup = running.Setup(self.setup.library, command, self.setup.plugins)
        self.assert_status(self.run_program(self.subject, "fd"), 23, "leak_descriptor")


if __name__ == "__main__":
    run_case.main()
