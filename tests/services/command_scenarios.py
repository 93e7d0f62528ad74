# SPDX-License-Identifier: Apache-2.0
# Does the command do its part: dump, on, off, export; and refuse what it must not touch?
import os
import signal
import stat
import subprocess

import pprof_file
import running
import scenario


class Dump(scenario.Scenario):
    def test_names_its_files_on_stdout(self):
        process, pid = self.start_until_ready(self.program("demo_service"))
        done = self.leakhook("dump", str(pid))
        self.assertEqual(done.returncode, 0, done.stderr)
        names = done.stdout.split()
        self.assertEqual({os.path.basename(name) for name in names}, set(self.files()))
        files = self.dumps()[pid][1]
        self.assert_verdict(files, "demo_service.cc", "demo_service", pid)
        self.assertEqual(self.goes_on(process)[0], 0)

    def test_refuses_a_process_without_the_library(self):
        process, pid = self.start_until_ready(self.program("demo_service"), is_hooked=False)
        done = self.leakhook("dump", str(pid))
        self.assertEqual(done.returncode, 24, done.stderr)
        self.assertTrue(done.stderr)
        self.assertIsNone(process.poll(), "the process was killed by the signal")
        self.assertEqual(self.files(), [])

    def test_refuses_what_is_no_process(self):
        for argument in ("999999999", "0", "-1", "service", ""):
            done = self.leakhook("dump", "--", argument)
            self.assertNotEqual(done.returncode, 0, argument)
            self.assertTrue(done.stderr, argument)

    def test_fd_numbers_and_paths_on_request(self):
        _, pid = self.start_until_ready(self.program("demo_service"))
        done = self.leakhook("dump", "--labels=fd,path", str(pid))
        self.assertEqual(done.returncode, 0, done.stderr)
        profile = pprof_file.read(self.dumps()[pid][1]["fd"])
        keys = {profile.text(label.key) for sample in profile.sample for label in sample.label}
        self.assertLessEqual({"fd", "path"}, keys)

    def test_finds_the_signal_that_the_service_listens_to(self):
        _, pid = self.start_until_ready(self.program("demo_service"), LEAKHOOK_SIGNAL="RTMIN+5")
        running.dump_by_command(self.setup, pid, self.folder)
        self.assert_verdict(self.dumps()[pid][1], "demo_service.cc", "demo_service", pid)

    def test_finds_it_when_the_service_overwrote_its_environment(self):
        """As nginx, PostgreSQL and redis do to show a title in ps."""
        process, pid = self.start_until_ready(self.program("command_title_overwrites_environment"),
                                              word="dump me", LEAKHOOK_SIGNAL="RTMIN+5")
        running.dump_by_command(self.setup, pid, self.folder)
        self.assertEqual(self.goes_on(process)[0], 0)

    def test_plain_signal_gives_the_same(self):
        _, pid = self.start_until_ready(self.program("demo_service"))
        for number in (1, 2, 3):
            running.dump_by_signal(pid, self.folder)
            self.assertEqual(max(self.dumps()[pid]), number)
        running.await_true(lambda: not running.Run(self.folder).strangers(), 10, "only whole files")
        leakhook_files = self.leakhook("dump", str(pid)).stdout.split()
        self.assertTrue(leakhook_files)
        self.assert_verdict(self.dumps()[pid][3], "demo_service.cc", "demo_service", pid)


class Waiting(scenario.Scenario):
    """Four dumps stand at a gate; what is asked for meanwhile waits for its turn."""

    def setUp(self):
        super().setUp()
        self.gate = os.path.join(self.folder, "gate")
        os.mkfifo(self.gate)
        self.exporter = os.path.join(self.folder, "exporter")
        with open(self.exporter, "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\n: > {self.folder}/stands.$$\nread line < {self.gate}\n"
                       f'exec {self.setup.command} "$@"\n')
        os.chmod(self.exporter, 0o755)

    def standing(self):
        return [name for name in self.files() if name.startswith("stands.")]

    @staticmethod
    def field(pid, name):
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file)[name]

    def has_taken_signals(self, pid):
        pending = int(self.field(pid, "ShdPnd"), 16) | int(self.field(pid, "SigPnd"), 16)
        return pending == 0 and self.field(pid, "State").startswith("S")

    def test_requests_keep_their_labels_and_get_their_answer(self):
        process, pid = self.start_until_ready(self.program("demo_service"), LEAKHOOK_AT_EXIT="0",
                                              LEAKHOOK_EXPORTER=self.exporter)
        for number in (1, 2, 3, 4):
            os.kill(pid, signal.SIGUSR2)
            running.await_true(lambda: len(self.standing()) == number, 20, f"dump {number}")
        asked = []
        for labels in ("fd", "path", None):
            options = [f"--labels={labels}"] if labels else []
            waits = subprocess.Popen([self.setup.command, "dump", *options, str(pid)],
                                     cwd=self.folder, env=running.environment(self.setup, is_hooked=False),
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            # It sleeps only once it has sent its signal and waits for the answer.
            running.await_true(lambda: self.field(waits.pid, "State").startswith("S") and
                               self.has_taken_signals(pid), 20, "the service has the request")
            asked.append((labels, waits))
        self.assertEqual(len(self.standing()), 4, "all keepers are busy")
        with open(self.gate, "w", encoding="ascii") as gate:
            gate.write("\n" * 7)
            gate.flush()
            answers = [(labels, *waits.communicate(timeout=60)) for labels, waits in asked]
        for labels, out, err in answers:
            path = next((name for name in out.split() if ".fd." in name), None)
            self.assertIsNotNone(path, f"{labels}: {out!r} {err!r}")
            profile = pprof_file.read(os.path.join(self.folder, path))
            keys = {profile.text(label.key) for sample in profile.sample for label in sample.label}
            self.assertEqual(keys & {"fd", "path"}, {labels} - {None}, path)
        running.await_true(lambda: len(self.dumps()[pid]) == 7, 20, "seven dumps")
        self.assertEqual(self.goes_on(process)[0], 0)


class OnAndOff(scenario.Scenario):
    def test_only_what_happened_while_on_is_seen(self):
        process, pid = self.start_until_ready(self.program("heap_between_dumps"), word="dump me",
                                              LEAKHOOK_START="off")
        for word in ("on", "off"):
            self.assertEqual(self.leakhook(word, str(pid)).returncode, 0)
            process.stdin.write("\n")
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), f"dump me {pid}\n")
        running.dump_by_command(self.setup, pid, self.folder)
        self.assert_leaks(self.dumps()[pid][1], "1 heap in leak_second (20 bytes)", pid)
        self.assertEqual(self.goes_on(process)[0], 0)

    def test_refuses_a_process_without_the_library(self):
        process, pid = self.start_until_ready(self.program("demo_service"), is_hooked=False)
        self.assertEqual(self.leakhook("on", str(pid)).returncode, 24)
        self.assertIsNone(process.poll())


class WithoutExporter(scenario.Scenario):
    """Whoever asks hears why there are no profiles, instead of waiting in vain."""

    def assert_told(self, output, *words):
        process, pid = self.start_until_ready(self.program("demo_service"), LEAKHOOK_OUTPUT=output,
                                              LEAKHOOK_EXPORTER="/nonexistent/leakhook")
        for command in ("dump", "report"):  # the one wants names, the other profiles
            asked = self.leakhook(command, "--timeout", "3600", str(pid))
            self.assertEqual(asked.returncode, 24)
            self.assertEqual(asked.stdout, "")
            for word in words:
                self.assertIn(word, asked.stderr)
            self.assertEqual(asked.stderr.count("\n"), 1)
        self.assertEqual(self.goes_on(process)[0], 0)

    def test_raw_dump_is_named(self):
        self.assert_told("raw", "the exporter could not run", os.path.join(self.folder, "raw.lhk"))

    def test_raw_dump_of_a_picture_is_whole(self):
        process, pid = self.start_until_ready(self.program("demo_service"), LEAKHOOK_OUTPUT="raw",
                                              LEAKHOOK_EXPORTER="/nonexistent/leakhook")
        asked = self.leakhook("dump", "--reach", "--timeout", "3600", str(pid))
        self.assertIn("raw dump in", asked.stderr)
        self.assertEqual(self.leakhook("export", "raw.lhk", "-o", "later").returncode, 0)
        self.assertIn("reachability: done", self.comments(self.named("later")))
        self.assertEqual(self.goes_on(process)[0], 0)

    def test_what_cannot_be_written_is_said(self):
        self.assert_told("/nonexistent/raw", "cannot write a dump to /nonexistent/raw.lhk")

    def test_nobody_is_told_where_that_would_kill(self):
        """The exporter dies of its answer, the keeper must not: it alone knows what it has written."""
        process, pid = self.start_until_ready(self.program("limit_by_seccomp_of_connect"), word="dump me",
                                              LEAKHOOK_OUTPUT="raw", WAITS="1")
        self.assertEqual(self.leakhook("dump", "--timeout", "0.5", str(pid)).returncode, 24)
        path = os.path.join(self.folder, "raw.lhk")
        running.await_true(lambda: os.path.exists(path) and not running.keepers_of(pid), 20, "a raw dump")
        self.assertEqual(self.goes_on(process)[0], 0)
        comments = self.comments(self.named("raw"))
        self.assertIn("dumps_raw: 1", comments)
        self.assertNotIn("dumps_lost", comments)


class Export(scenario.Scenario):
    def raw_dump(self):
        """A .lhk file, as a service writes it that cannot find the command."""
        library = os.path.join(self.folder, "libleakhook.so")
        with open(self.setup.library, "rb") as source, open(library, "wb") as target:
            target.write(source.read())
        self.setup = running.Setup(library, self.setup.command, self.setup.plugins)
        process, pid = self.start_until_ready(self.program("demo_service"), LEAKHOOK_OUTPUT="raw",
                                              LEAKHOOK_EXPORTER="/nonexistent/leakhook")
        os.kill(pid, signal.SIGUSR2)
        path = os.path.join(self.folder, "raw.lhk")
        running.await_true(lambda: os.path.exists(path), 20, "a raw dump")
        status, _, err = self.goes_on(process)
        self.assertEqual(status, 0)
        self.assertIn("leakhook", err)
        return path, pid

    def test_raw_dump_becomes_profiles_later(self):
        path, pid = self.raw_dump()
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0)
        done = self.leakhook("export", path, "-o", "later")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_verdict(self.named("later"), "demo_service.cc", "demo_service", pid)

    def test_a_thread_writes_the_raw_dump_where_no_process_can_be_had(self):
        os.chmod(self.folder, 0o777)
        process, pid = self.start_until_ready(self.program("limit_of_processes"), word="dump me",
                                              LEAKHOOK_OUTPUT="raw", WAITS="1")
        os.kill(pid, signal.SIGUSR2)
        path = os.path.join(self.folder, "raw.lhk")
        running.await_true(lambda: os.path.exists(path), 20, "a raw dump")
        self.assertEqual(self.goes_on(process)[0], 0)
        done = self.leakhook("export", path, "-o", "later")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_leaks(self.named("later"), "1 heap in leak_one (77 bytes)", pid)

    def test_hostile_raw_dumps_are_refused_with_a_reason(self):
        path, _ = self.raw_dump()
        with open(path, "rb") as file:
            good = file.read()
        cases = {"empty": b"", "short": good[:5000], "cut": good[:len(good) // 2],
                 "text": b"no segment at all\n" * 1000, "magic": good[:8] + b"\xff" * 4096,
                 "zeros": bytes(100000)}
        for name, content in cases.items():
            with open(os.path.join(self.folder, name + ".lhk"), "wb") as file:
                file.write(content)
            done = self.leakhook("export", name + ".lhk", "-o", name)
            self.assertGreaterEqual(done.returncode, 0, f"{name}: killed by a signal")
            if name != "cut":
                self.assertEqual(done.returncode, 24, f"{name}: {done.stderr}")
            self.assertTrue(done.stderr or self.named(name), name)

    def test_flipped_bytes_never_crash(self):
        path, _ = self.raw_dump()
        with open(path, "rb") as file:
            good = bytearray(file.read())
        for step in range(40):
            bad = bytearray(good)
            for at in range(16 + step * 97, min(len(bad), 200000), 1543 + step):
                bad[at] ^= 0xff
            with open(os.path.join(self.folder, "bad.lhk"), "wb") as file:
                file.write(bad)
            done = self.leakhook("export", "bad.lhk", "-o", "bad")
            self.assertGreaterEqual(done.returncode, 0, f"step {step}: killed by a signal")

    def test_missing_file(self):
        done = self.leakhook("export", "nowhere.lhk")
        self.assertEqual(done.returncode, 24)
        self.assertIn("nowhere.lhk", done.stderr)


class Words(scenario.Scenario):
    def test_help_and_version(self):
        for words in (["--help"], ["dump", "--help"], ["export", "--help"], ["on", "--help"]):
            done = self.leakhook(*words)
            self.assertEqual(done.returncode, 0, words)
            self.assertTrue(done.stdout, words)
        self.assertRegex(self.leakhook("--version").stdout, r"\d+\.\d+\.\d+")

    def test_unknown_words_fail(self):
        for words in (["dmup", "1"], ["--no-such-option"], []):
            done = subprocess.run([self.setup.command, *words], capture_output=True, text=True,
                                  timeout=20)
            self.assertEqual(done.returncode, 24, words)
            self.assertIn("leakhook --help", done.stderr)
            self.assertEqual("dmup" in done.stderr, "dmup" in words)


if __name__ == "__main__":
    scenario.main()
