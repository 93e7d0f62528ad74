# SPDX-License-Identifier: Apache-2.0
# Do we take what is scarce only where the service can spare it: memory of its group, room in its core
# files, its blocking calls, the output of builds that run through us?
import contextlib
import os
import re
import signal
import subprocess

import running
import scenario

MiB = 1 << 20


class CoreFiles(scenario.Scenario):
    def anonymous(self, pid):
        """(bytes that a core file would have, bytes that are kept out of it) of private memory."""
        with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as file:
            mappings = re.findall(r"^Anonymous: +(\d+) kB$.*?^VmFlags: ([^\n]*)$", file.read(),
                                  re.MULTILINE | re.DOTALL)
        self.assertTrue(mappings)
        dumped, left_out = 0, 0
        for size, flags in mappings:
            if "dd" in flags.split():
                left_out += int(size) * 1024
            else:
                dumped += int(size) * 1024
        return dumped, left_out

    def with_blocks(self, is_hooked):
        _, pid = self.start_until_ready(self.program("heap_of_many_blocks"), "100000",
                                        is_hooked=is_hooked, LEAKHOOK_AT_EXIT="0")
        return self.anonymous(pid)

    def test_our_tables_stay_out(self):
        bare, hooked = self.with_blocks(False), self.with_blocks(True)
        self.assertLess(hooked[0] - bare[0], MiB // 2)
        self.assertGreater(hooked[1] - bare[1], 3 * MiB // 2, "the tables of 100 000 blocks")


class Memory(scenario.Scenario):
    VERSIONS = (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max"))

    @contextlib.contextmanager
    def group(self, limit):
        """The file that takes the pids of a control group which may have `limit` bytes."""
        for folder, name in self.VERSIONS:
            path = os.path.join(folder, f"leakhook-test-{os.getpid()}")
            try:
                os.mkdir(path)
            except OSError:
                continue
            try:
                with open(os.path.join(path, name), "w", encoding="ascii") as file:
                    file.write(str(limit))
                yield os.path.join(path, "cgroup.procs")
                return
            except FileNotFoundError:
                continue
            finally:
                running.await_true(lambda path=path: self.is_gone(path), 20, "the end of the group")
        self.skipTest("no control group of memory may be made here")

    @staticmethod
    def is_gone(path):
        try:
            os.rmdir(path)
        except OSError:
            return False
        return True

    def run_in(self, procs, is_hooked):
        script = f'echo $$ > {procs} || exit 77; exec "$@"'
        return subprocess.run(["/bin/sh", "-c", script, "sh", self.program("heap_of_many_blocks"),
                               "1200000"], cwd=self.folder, capture_output=True, text=True, timeout=100,
                              stdin=subprocess.DEVNULL,
                              env=running.environment(self.setup, is_hooked=is_hooked))

    def test_blocks_that_nearly_fill_a_control_group(self):
        """38 MiB of 64 are the program's; tables without a bound would take 30 more."""
        with self.group(64 * MiB) as procs:
            bare, hooked = self.run_in(procs, False), self.run_in(procs, True)
        for run in (bare, hooked):
            self.assertEqual((run.returncode, run.stdout.splitlines()[1:]), (0, ["goes on"]), run.stderr)
        self.assertIn("ceiling_reached", hooked.stderr)
        self.assertTrue(self.files(), "a dump")


class Interruptions(scenario.Scenario):
    def start(self):
        os.mkdir(os.path.join(self.folder, "segments"))
        return self.start_until_ready(self.program("command_read_without_a_signal"), word="dump me",
                                      LEAKHOOK_DIR="segments", LEAKHOOK_AT_EXIT="0")

    def test_reading_a_segment_interrupts_nothing(self):
        process, pid = self.start()
        for _ in range(30):
            told = self.leakhook("report", str(pid))
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertIn("leak_block", told.stdout)
        self.assertIn("interrupted: no", self.goes_on(process)[1])

    def test_a_dump_by_signal_does(self):
        """Proves the program: it would have told."""
        process, pid = self.start()
        running.dump_by_command(self.setup, pid, self.folder)
        self.assertIn("interrupted: yes", self.goes_on(process)[1])


class Builds(scenario.Scenario):
    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="ascii") as file:
            file.write(text)

    def test_a_build_says_and_makes_the_same(self):
        self.write("a.c", "int b(void);\nint main(void) { return b(); }\n")
        self.write("b.c", "int b(void) { return 7; }\n")
        self.write("Makefile", "ab: a.o b.o\n\tcc -o $@ $^\n\t./ab; echo $$?\n"
                               "clean:\n\trm -f ab a.o b.o\n")
        runs = []
        for is_hooked in (False, True):
            self.call("make", "clean", is_hooked=False)
            done = self.call("make", "-j2", "--output-sync", is_hooked=is_hooked)
            lines = sorted(done.stdout.splitlines())
            runs.append((done.returncode, lines, set(self.files())))
        self.assertEqual(runs[0][:2], runs[1][:2])
        self.assertIn("7", runs[0][1])
        new = runs[1][2] - runs[0][2]
        self.assertEqual({name.split(".")[1] for name in new}, {"make"}, new)

    def test_a_program_with_the_libraries_of_our_exporter(self):
        """It brings a protobuf library, and a format called profile.proto, of its own: the command."""
        process, pid = self.start_until_ready(self.program("demo_service"), LEAKHOOK_AT_EXIT="0",
                                              LEAKHOOK_EXPORTER="/nonexistent", LEAKHOOK_OUTPUT="raw")
        os.kill(pid, signal.SIGUSR2)
        running.await_true(lambda: "raw.lhk" in self.files(), 20, "a raw dump")
        self.assertEqual(self.goes_on(process)[0], 0)
        done = self.call(self.setup.command, "export", "raw.lhk", "-o", "x", LEAKHOOK_OUTPUT="its_own")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_verdict(self.named("x"), "demo_service.cc", "demo_service", pid)
        self.assertIn("its_own.heap.pb.gz", self.files())

    def test_a_program_with_little_stack(self):
        """Reading debug data takes 150 KiB of it, which the exporter inherits a limit of."""
        done = self.call("/bin/sh", "-c", 'ulimit -s 100; exec "$0"', self.program("ends_by_return"),
                         LEAKHOOK_OUTPUT="little")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assert_verdict(self.named("little"), "ends_by_return.c", "ends_by_return")


if __name__ == "__main__":
    scenario.main()
