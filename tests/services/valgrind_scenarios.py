# SPDX-License-Identifier: Apache-2.0
# What is tracked when a program runs under valgrind, where no keeper can be had?
#
# Tools that leave malloc alone (callgrind, none) leave everything to us; those with a heap of their
# own (memcheck) leave us nothing.
import os
import shutil
import signal
import unittest

import running
import scenario


@unittest.skipUnless(shutil.which("valgrind"), "valgrind is not installed")
class UnderValgrind(scenario.Scenario):
    def valgrind(self, tool, program):
        options = ["--callgrind-out-file=counts"] if tool == "callgrind" else []
        return ["valgrind", "-q", f"--tool={tool}", *options, self.program(program)]

    def export(self, name):
        """{profile: path} of a raw dump."""
        done = self.leakhook("export", name + ".lhk", "-o", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.named(name)

    def test_last_dump_of_a_program_under_callgrind(self):
        done = self.call(*self.valgrind("callgrind", "ends_by_return"), LEAKHOOK_OUTPUT="last")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("last.lhk", done.stderr)
        self.assert_leaks(self.export("last"), "1 heap in leak_block (10 bytes)")

    def test_dumps_by_signal_while_it_goes_on(self):
        process, pid = self.start_until_ready(*self.valgrind("none", "heap_between_dumps"),
                                              word="dump me", LEAKHOOK_OUTPUT="now.%n")
        os.kill(pid, signal.SIGUSR2)
        path = os.path.join(self.folder, "now.0001.lhk")
        running.await_true(lambda: os.path.exists(path), 30, "a raw dump")
        status, _, err = self.goes_on_three_times(process)
        self.assertEqual(status, 0, err)
        self.assert_leaks(self.export("now.0001"), "1 heap in leak_first (10 bytes)", pid)
        self.assert_verdict(self.export("now.0002"), "heap_between_dumps.c", pid=pid)

    def goes_on_three_times(self, process):
        out, err = process.communicate("\n\n\n", timeout=60)
        return process.returncode, out, err

    def test_forked_child_inherits(self):
        done = self.call(*self.valgrind("none", "process_child_holds_inherited"),
                         LEAKHOOK_CHILD_EXIT="0", LEAKHOOK_OUTPUT="of.%p")
        self.assertEqual(done.returncode, 0, done.stderr)
        dumps = [name[:-len(".lhk")] for name in self.files() if name.endswith(".lhk")]
        self.assertEqual(len(dumps), 2, self.files())
        parent, child = sorted(dumps, key=lambda name: int(name.rpartition(".")[2]))
        source = "process_child_holds_inherited.c"
        self.assert_verdict(self.export(parent), source)
        self.assert_verdict(self.export(child), source, is_child=True)

    def test_blocks_that_another_thread_frees(self):
        done = self.call(*self.valgrind("none", "heap_freed_by_another_thread"),
                         LEAKHOOK_OUTPUT="last")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_verdict(self.export("last"), "heap_freed_by_another_thread.c")

    def test_a_tool_with_its_own_heap_is_left_alone(self):
        done = self.call(*self.valgrind("memcheck", "ends_by_return"))
        self.assertEqual(done.returncode, 3, done.stderr)
        said = [line for line in done.stderr.splitlines() if line.startswith("leakhook")]
        self.assertEqual(len(said), 1, done.stderr)
        self.assertIn("nothing is tracked", said[0])
        self.assertEqual(self.files(), [])


if __name__ == "__main__":
    scenario.main()
