# SPDX-License-Identifier: Apache-2.0
# Does `leakhook top` show what grows, hear its keys, and leave the terminal as it was?
import os
import re
import signal
import subprocess

import running
import scenario
import terminal


class Top(scenario.Scenario):
    SERVICE_SETTINGS = {"LEAKHOOK_AT_EXIT": "0"}

    def setUp(self):
        super().setUp()
        self.terminal = terminal.Terminal()
        self.addCleanup(self.terminal.close)
        self.service, self.pid = self.start_until_ready(self.program("command_grows_on_request"),
                                                        **self.SERVICE_SETTINGS)

    def wish(self, text):
        self.service.stdin.write(text + "\n")
        self.service.stdin.flush()
        self.assertEqual(self.service.stdout.readline(), "done\n")

    def start_top(self, *options, stdin=None):
        """Returns when the table stands on the screen."""
        command = [self.setup.command, "top", str(self.pid), *options]
        env = {**running.environment(self.setup, is_hooked=False), "TERM": "xterm"}
        theirs = self.terminal.theirs
        self.top = subprocess.Popen(command, cwd=self.folder, env=env, start_new_session=True,
                                    stdin=theirs if stdin is None else stdin, stdout=theirs, stderr=theirs,
                                    preexec_fn=self.terminal.become_controlling)
        self.started.append(self.top)
        self.terminal.await_text("since first dump")

    def ends(self):
        """The status; reads on, so that nobody waits for us, and then the rest."""
        self.terminal.await_true(lambda: self.top.poll() is not None, "the end of top")
        while self.terminal.read():
            pass
        return self.top.returncode

    def row(self, function):
        """The figures of the stack that begins with this function."""
        for line in self.terminal.screen.lines():
            if f" {function} " in line:
                return line.split(f" {function} ")[0].split()
        return []

    def assert_row(self, function, figures, most=None):
        """These are the (first `most`) figures of the stack, once all of the table has come."""
        self.terminal.await_true(lambda: self.row(function)[:most] == figures,
                                 f"{function} {figures}")

    def dumps(self):
        found = re.search(r"(\d+) dumps? in", self.terminal.screen.text())
        return int(found[1]) if found else 0


class Tables(Top):
    def test_growth_since_the_first_and_the_last_dump(self):
        self.wish("heap 2")
        self.start_top("--every", "3600")
        self.assert_row("grow_heap", ["heap", "2", "2000"])
        self.wish("heap 3")
        self.wish("fd 4")
        self.terminal.press("u")
        self.terminal.await_text(r"2 dumps in")
        self.assert_row("grow_heap", ["heap", "5", "5000", "+3", "+3000", "+3"], most=6)
        self.assert_row("grow_fd", ["eventfd", "4", "+4", "+4"], most=4)
        self.wish("drop 1")
        self.terminal.press("u")
        self.terminal.await_text(r"3 dumps in")
        self.assert_row("grow_heap", ["heap", "4", "4000", "+2", "+2000", "-1"], most=6)
        self.terminal.press("r")
        self.terminal.await_text(r"1 dump in 0 s")
        self.assert_row("grow_heap", ["heap", "4", "4000"])

    def test_looks_again_by_itself(self):
        self.start_top("--every", "0.1")
        self.wish("heap 7")
        self.terminal.await_true(lambda: self.row("grow_heap")[3:4] == ["+7"], "growth by 7")

    def test_leaves_no_files_and_no_lines(self):
        self.start_top("--every", "3600")
        self.terminal.press("u")
        self.terminal.await_text(r"2 dumps in")
        self.terminal.press("q")
        self.assertEqual(self.ends(), 0)
        status, _, err = self.goes_on(self.service)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(self.files(), [])

    def test_paused_it_asks_for_nothing(self):
        self.start_top("--every", "0.1")
        self.terminal.await_true(lambda: self.dumps() > 2, "three dumps")
        self.terminal.press("p")
        self.terminal.await_text("paused")
        numbers = []
        for _ in range(12):
            name = running.dump_by_command(self.setup, self.pid, self.folder)[0]
            numbers.append(int(running.FILE.fullmatch(os.path.basename(name))["number"]))
        # One may have been under way.
        self.assertEqual(numbers[1:], list(range(numbers[1], numbers[1] + 11)))
        before = self.dumps()
        self.terminal.press("p")
        self.terminal.await_true(lambda: self.dumps() > before + 1, "more dumps")


class TablesOfASegmentFile(Tables):
    """The same, read from LEAKHOOK_DIR: no dump is asked for."""
    SERVICE_SETTINGS = {"LEAKHOOK_AT_EXIT": "0", "LEAKHOOK_DIR": "/tmp", "LEAKHOOK_SIGNAL": "none"}

    def setUp(self):
        segments = scenario.tempfile.mkdtemp(prefix="leakhook-test-")
        self.addCleanup(scenario.shutil.rmtree, segments, ignore_errors=True)
        self.SERVICE_SETTINGS = {**self.SERVICE_SETTINGS, "LEAKHOOK_DIR": segments}
        super().setUp()

    def test_says_where_it_reads(self):
        self.start_top("--every", "3600")
        self.terminal.await_text("segment file")

    test_paused_it_asks_for_nothing = None  # it never does: the service takes no signal


class Keys(Top):
    def test_sorting_kinds_and_help(self):
        self.wish("heap 1")
        self.wish("fd 20")
        self.start_top("--every", "3600")
        self.terminal.await_text("all kinds, .* by growth")
        self.terminal.press("s")
        self.terminal.await_text("by bytes")
        self.terminal.press("k")
        self.terminal.await_text("heap, .* by bytes")
        self.assert_row("grow_fd", [])
        self.terminal.press("K")
        self.terminal.await_text("all kinds")
        self.terminal.press("?")
        self.terminal.await_text("this help")
        self.terminal.press("\x1b")
        self.terminal.await_text("since first dump")

    def test_stack_of_the_chosen_row(self):
        self.wish("fd 20")
        self.start_top("--every", "3600", "--sort", "count", "--kind", "eventfd")
        self.terminal.press("\r")
        self.terminal.await_text(r"grow_fd \S*command_grows_on_request\.c:\d+ \(command_grows_on_request\)")
        self.terminal.press("\x1b")
        self.terminal.await_true(lambda: self.row("grow_fd"), "the list")

    def test_resized_window(self):
        self.start_top("--every", "3600")
        self.terminal.await_true(lambda: len(self.terminal.screen.lines()[0]) == 120, "120 columns")
        for rows, columns in ((24, 120), (12, 60), (30, 140), (3, 10)):
            if (rows, columns) != (24, 120):  # as it begins: the first picture is to be whole
                self.terminal.resize(rows, columns)
            self.terminal.await_true(lambda: [len(line) for line in self.terminal.screen.lines()] ==
                                     [columns] * rows, f"{rows} rows of {columns} columns")


class WaysOut(Top):
    def assert_clean(self):
        self.assertEqual(self.terminal.uncleanliness(), [])

    def test_terminal_is_taken_first(self):
        """What the others find clean was not so in between."""
        self.start_top("--every", "3600")
        self.assertEqual(len(self.terminal.uncleanliness()), 4, self.terminal.uncleanliness())

    def test_keys(self):
        for key in ("q", "\x04"):
            self.start_top("--every", "3600")
            self.terminal.press(key)
            self.assertEqual(self.ends(), 0, key)
            self.assert_clean()

    def test_interrupt_key(self):
        self.start_top("--every", "3600")
        self.terminal.press("\x03")
        self.assertEqual(self.ends(), 128 + signal.SIGINT)
        self.assert_clean()

    def test_signals(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            self.start_top("--every", "3600")
            self.top.send_signal(number)
            self.assertEqual(self.ends(), 128 + number)
            self.assert_clean()

    def test_while_it_waits_for_an_answer(self):
        self.start_top("--every", "3600")
        self.service.send_signal(signal.SIGSTOP)
        self.terminal.press("u")
        self.terminal.press("q")
        self.assertEqual(self.ends(), 0)
        self.assert_clean()
        self.service.send_signal(signal.SIGCONT)

    def test_end_of_the_service(self):
        self.start_top("--every", "3600")
        self.service.communicate("\n", timeout=30)
        self.assertEqual(self.ends(), 0)
        self.assert_clean()
        self.assertIn(f"process {self.pid}: it has ended", self.terminal.screen.plain)

    def test_end_of_stdin(self):
        other = terminal.Terminal()
        self.addCleanup(other.close)
        self.start_top("--every", "3600", stdin=other.theirs)
        other.hang_up()
        self.assertEqual(self.ends(), 0)
        self.assertEqual(self.terminal.screen.modes, terminal.Screen().modes)

    def test_hang_up(self):
        self.start_top("--every", "3600")
        self.terminal.hang_up()
        self.assertIn(self.top.wait(timeout=30), (0, 128 + signal.SIGHUP))

    def test_stopped_and_continued(self):
        self.start_top("--every", "3600")
        self.terminal.press("\x1a")
        self.terminal.await_true(lambda: os.waitid(os.P_PID, self.top.pid, os.WSTOPPED | os.WNOHANG),
                                 "a stop")
        self.assert_clean()
        self.top.send_signal(signal.SIGCONT)
        self.terminal.await_true(lambda: self.terminal.screen.modes["1049"], "the other screen")
        self.terminal.await_text("since first dump")
        self.terminal.press("q")
        self.assertEqual(self.ends(), 0)
        self.assert_clean()


class WithoutTerminal(Top):
    def test_one_table(self):
        self.wish("heap 2")
        for options in ([], ["--once"]):
            done = self.leakhook("top", str(self.pid), *options)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, r"(?m)^heap +2 +2000  grow_heap command_grows_on_request\.c:\d+ < main")
            self.assertNotIn("\x1b", done.stdout)

    def test_one_table_on_a_terminal(self):
        theirs = self.terminal.theirs
        subprocess.run([self.setup.command, "top", "--once", str(self.pid)], stdin=theirs, stdout=theirs,
                       stderr=theirs, timeout=60, check=True)
        self.terminal.await_true(lambda: "[inherited]" in self.terminal.screen.plain, "a table")
        self.assertEqual(self.terminal.uncleanliness(), [])

    def test_what_cannot_be_watched_is_one_line_and_24(self):
        bare, bare_pid = self.start_until_ready(self.program("command_grows_on_request"), is_hooked=False)
        for pid in (bare_pid, 999999999, "service"):
            done = self.leakhook("top", str(pid))
            self.assertEqual(done.returncode, 24, done.stderr)
            self.assertEqual(done.stdout, "")
            self.assertEqual(len([line for line in done.stderr.splitlines() if "leakhook:" in line or
                                  str(pid) in line]), 1, done.stderr)
        self.assertIsNone(bare.poll())


if __name__ == "__main__":
    scenario.main()
