# SPDX-License-Identifier: Apache-2.0
# Does each way to end give the promised exit status, and one line that says why?
import os
import shutil
import signal
import stat

import run_case


class Statuses(run_case.RunCase):
    def test_0_when_nothing_leaks(self):
        done = self.run_program(self.subject)
        self.assert_status(done, 0, "SUMMARY: leakhook: 0 byte(s) leaked in 0 allocation(s), 0 fd(s)")

    def test_23_for_a_descriptor_with_the_line_that_opened_it(self):
        done = self.run_program(self.subject, "fd")
        self.assert_status(done, 23, "leak_descriptor", "subject.c", "1 fd(s)")

    def test_23_for_lost_blocks_with_the_line_that_allocated_them(self):
        done = self.run_program(self.subject, "block", "block")
        self.assert_status(done, 23, "leak_block", "subject.c",
                           "SUMMARY: leakhook: 80 byte(s) leaked in 2 allocation(s), 0 fd(s)")

    def test_0_for_blocks_held_in_vector_registers(self):
        done = self.run_program(self.program("holds_in_vector_registers"))
        self.assert_status(done, 0, "no leaks")

    def test_0_for_a_double_close_that_is_told_with_its_stacks(self):
        done = self.run_program(self.subject, "close-twice")
        self.assert_status(done, 0, "no leaks", "misuse (does not fail):",
                           "closed a descriptor that was closed already", "close_again",
                           "where it had been given back before:", "close_first", "subject.c",
                           "0 fd(s)")

    def test_23_for_a_double_close_when_asked_for(self):
        done = self.run_program(self.subject, "close-twice", options=["--fail-on=misuse"])
        self.assert_status(done, 23, "1 misuse in", "close_again", "close_first")
        self.assertNotIn("does not fail", done.stderr)

    def test_0_for_a_double_close_that_is_suppressed(self):
        self.write("rules.supp", "misuse:close_again\n")
        done = self.run_program(self.subject, "close-twice",
                                options=["--fail-on=misuse", "--suppressions", "rules.supp"])
        self.assert_status(done, 0, "suppressed misuse: 1 stack, by 1 rule")
        self.assertNotIn("unused suppression", done.stderr)
        self.write("rules.supp", "misuse:close_first\n")
        done = self.run_program(self.subject, "close-twice",
                                options=["--fail-on=misuse", "--suppressions", "rules.supp"])
        self.assert_status(done, 23, "unused suppression: misuse:close_first")

    def test_the_programs_own_status_comes_first(self):
        self.assert_status(self.run_program(self.subject, "fd", "exit=7"), 7, "leak_descriptor")
        self.assert_status(self.run_program(self.subject, "exit=7"), 7)
        self.assert_status(self.run_program(self.program("static_subject"), "exit=7"), 7, "static")

    def test_128_and_the_signal(self):
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT):
            done = self.run_program(self.subject, f"kill={int(number)}")
            self.assert_status(done, 128 + number)
            said = [line for line in done.stderr.splitlines() if "killed by signal" in line]
            self.assertEqual(len(said), 1, done.stderr)
            self.assertIn(f"signal {int(number)} ({number.name})", said[0])

    def test_127_when_there_is_no_such_program(self):
        for name in ("no-such-program", "./no-such-program", "/nonexistent/program"):
            done = self.run_program(name)
            self.assert_status(done, 127, name)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_127_when_the_interpreter_is_missing(self):
        script = self.write("script", "#!/nonexistent/shell\n", 0o755)
        self.assert_status(self.run_program(script), 127, "interpreter")

    def test_126_when_it_cannot_be_executed(self):
        self.assert_status(self.run_program(self.write("text", "no program")), 126, "text",
                           "Permission denied")
        self.assert_status(self.run_program(self.folder), 126, "is a directory")

    def test_24_for_a_static_program(self):
        done = self.run_program(self.program("static_subject"), "fd")
        self.assert_status(done, 24, "static")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_24_for_a_set_uid_program(self):
        if os.getuid() != 0:
            self.skipTest("only root makes a set-uid program of another user")
        copy = shutil.copy(self.subject, os.path.join(self.folder, "set_uid"))
        os.chown(copy, 12345, 12345)
        os.chmod(copy, 0o4755)
        self.assertTrue(os.stat(copy).st_mode & stat.S_ISUID)
        self.assert_status(self.run_program(copy, "fd"), 24, "set-uid")


class NothingIsRun(run_case.RunCase):
    """Whatever leakhook cannot do is said before the program starts."""

    def refuses(self, *options, says=()):
        witness = os.path.join(self.folder, "witness")
        done = self.run_program("touch", witness, options=options)
        self.assert_status(done, 24, *says)
        self.assertFalse(os.path.exists(witness), "the program ran")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_bad_options(self):
        self.refuses("--no-such-option", says=["--no-such-option"])
        self.refuses("--fail-on=nonsense", says=["--fail-on", "nonsense"])
        self.refuses("--allow=fd<2", says=["--allow", "fd<2"])
        self.refuses("--min-bytes=many", says=["--min-bytes"])
        self.refuses("--loop=0", says=["--loop"])
        self.refuses("--fail-own", says=["--own"])
        self.refuses("--update-baseline", says=["--baseline"])

    def test_unreadable_suppressions(self):
        self.refuses("--suppressions", "nowhere.supp", says=["nowhere.supp"])
        self.write("rules.supp", "# fine\nleak:fine\nno rule\n")
        self.refuses("--suppressions", "rules.supp", says=["rules.supp:3"])

    def test_unreadable_baseline(self):
        self.refuses("--baseline", "nowhere.base", says=["nowhere.base"])
        self.write("bad.base", "what is this\n")
        self.refuses("--baseline", "bad.base", says=["bad.base:1"])

    def test_reports_that_cannot_be_written(self):
        for option in ("--junit", "--sarif", "--html", "--markdown"):
            self.refuses(option, "nowhere/report", says=["nowhere/report"])
        self.refuses("--keep", "/proc/profiles", says=["/proc/profiles"])

    def test_no_program(self):
        for words in (["run"], ["run", "--"], ["run", self.subject]):
            done = self.leakhook(*words)
            self.assertEqual(done.returncode, 24, words)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_a_command_without_its_library(self):
        command = shutil.copy(self.setup.command, os.path.join(self.folder, "leakhook"))
        self.setup = run_case.running.Setup(self.setup.library, command, self.setup.plugins)
        self.refuses(says=["libleakhook.so"])


class Reports(run_case.RunCase):
    def test_each_form_tells_of_the_leak(self):
        forms = ("junit", "sarif", "html", "markdown")
        options = [f"--{form}={form}.out" for form in forms]
        done = self.run_program(self.subject, "fd", options=[*options, "--github"])
        self.assert_status(done, 23, "::error")
        for form in forms:
            with open(os.path.join(self.folder, f"{form}.out"), encoding="utf-8") as file:
                self.assertIn("leak_descriptor", file.read(), form)

    def test_quiet_says_nothing_when_nothing_fails(self):
        done = self.run_program(self.subject, options=["--quiet"])
        self.assert_status(done, 0)
        self.assertEqual(done.stderr, "")
        self.assert_status(self.run_program(self.subject, "fd", options=["-q"]), 23, "SUMMARY")

    def test_stdout_is_the_programs(self):
        done = self.run_program(self.subject, "fd", "say=hello")
        self.assertRegex(done.stdout, r"^hello \d+\n$")

    def test_misspelt_setting_is_named(self):
        done = self.run_program(self.subject, env={"LEAKHOOK_SAMPEL": "1"})
        self.assert_status(done, 0, "LEAKHOOK_SAMPEL")


class Kept(run_case.RunCase):
    def test_profiles_can_be_kept_and_checked_again(self):
        done = self.run_program(self.subject, "fd", options=["--keep", "kept"])
        self.assert_status(done, 23)
        kept = os.path.join(self.folder, "kept")
        self.assertTrue(any(name.endswith(".fd.pb.gz") for name in os.listdir(kept)))
        again = self.check("kept")
        self.assertEqual(again.returncode, 23, again.stderr)
        self.assertIn("leak_descriptor", again.stdout)
        self.assertEqual(self.check("--fail-on=thread", "kept").returncode, 0)
        self.assertEqual(self.check("--no-such-option", "kept").returncode, 24)

    def test_check_of_what_is_no_profile(self):
        self.write("text.pb.gz", "no profile")
        for name in ("text.pb.gz", "nowhere"):
            done = self.check(name)
            self.assertEqual(done.returncode, 24, done.stderr)
            self.assertIn(name, done.stderr)
        self.assertEqual(self.check().returncode, 24)


class Policy(run_case.RunCase):
    def test_only_what_is_asked_for_fails(self):
        self.assert_status(self.run_program(self.subject, "fd", options=["--fail-on=heap"]), 0)
        self.assert_status(self.run_program(self.subject, "fd", options=["--fail-on=file"]), 23)
        self.assert_status(self.run_program(self.subject, "fd", options=["--allow=fd<=1"]), 0)
        self.assert_status(self.run_program(self.subject, "fd", "fd", options=["--allow=fd<=1"]), 23)

    def test_suppressions_of_leak_sanitizer(self):
        rules = self.write("rules.supp", "leak:leak_block\nleak:never_called\n")
        done = self.run_program(self.subject, "block", options=["--suppressions", rules])
        self.assert_status(done, 0, "never_called")
        done = self.run_program(self.subject, "block", "other-block",
                                options=["--suppressions", rules])
        self.assert_status(done, 23, "24 byte(s) leaked in 1 allocation(s)")

    def test_baseline_keeps_old_leaks_quiet(self):
        update = ["--baseline", "known", "--update-baseline"]
        self.assert_status(self.run_program(self.subject, "block", "fd", options=update), 0)
        known = ["--baseline", "known"]
        self.assert_status(self.run_program(self.subject, "block", "fd", options=known), 0)
        self.assert_status(self.run_program(self.subject, "block", "fd", "other-block", options=known),
                           23, "24 byte(s) leaked in 1 allocation(s), 0 fd(s)")
        self.assert_status(self.run_program(self.subject, "fd", "fd", options=known), 23, "1 fd(s)")


if __name__ == "__main__":
    run_case.main()
