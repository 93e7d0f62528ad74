# SPDX-License-Identifier: Apache-2.0
# Are the right processes of a tree tracked: behind scripts, through exec, after fork, short ones?
import os

import running
import scenario



class Tree(scenario.Scenario):
    def script(self, text):
        path = os.path.join(self.folder, "start.sh")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("PROGRAM", self.program("demo_service")))
        return path

    def tracked(self):
        return {os.path.basename(next(iter(files.values()))).split(".")[1]: pid
                for pid, numbered in self.dumps().items() for files in numbered.values()}

    def dump_behind(self, text, **env):
        process, pid = self.start_until_ready("/bin/sh", self.script(text), **env)
        running.dump_by_command(self.setup, pid, self.folder)
        self.assert_verdict(self.dumps()[pid][1], "demo_service.cc", "demo_service", pid)
        return process, pid

    def test_service_behind_a_script(self):
        process, _ = self.dump_behind("PROGRAM\ntrue\n")
        self.assertEqual(self.goes_on(process)[0], 0)

    def test_service_behind_exec(self):
        process, pid = self.dump_behind("ls / >/dev/null\nexec PROGRAM\n")
        self.assertEqual(process.pid, pid)
        self.assertEqual(self.goes_on(process)[0], 0)
        self.assertEqual(len(self.dumps()[pid]), 2)

    def test_service_in_the_background(self):
        process, _ = self.dump_behind("exec 3<&0\nPROGRAM <&3 &\nwait $!\n")
        self.assertEqual(self.goes_on(process)[0], 0)

    def test_short_children_leave_no_files(self):
        done = self.call("/bin/sh", "-c", "for i in 1 2 3 4 5; do ls / | grep e | wc -l; done")
        self.assertEqual(done.returncode, 0)
        self.assertLessEqual(set(self.tracked()), {"dash", "sh"})

    def test_short_children_when_asked_for(self):
        self.call("/bin/sh", "-c", "ls /; ls /", LEAKHOOK_CHILD_EXIT="0")
        self.assertIn("ls", self.tracked())

    def test_children_none(self):
        done = self.call("/bin/sh", "-c", "ls /; true", LEAKHOOK_CHILDREN="none",
                         LEAKHOOK_CHILD_EXIT="0")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(self.dumps()), 1, self.files())

    def test_children_none_leaves_forks_alone(self):
        self.call(self.program("process_child_holds_inherited"), LEAKHOOK_CHILDREN="none",
                  LEAKHOOK_CHILD_EXIT="0")
        self.assertEqual(len(self.dumps()), 1, self.files())

    def test_children_exec_follows_own_exec(self):
        process, pid = self.dump_behind("exec PROGRAM\n", LEAKHOOK_CHILDREN="exec")
        self.assertEqual(process.pid, pid)
        self.assertEqual(self.goes_on(process)[0], 0)

    def test_children_exec_leaves_started_programs_alone(self):
        self.call("/bin/sh", "-c", "ls /; true", LEAKHOOK_CHILDREN="exec", LEAKHOOK_CHILD_EXIT="0")
        self.assertNotIn("ls", self.tracked())

    def test_children_exec_keeps_plain_forks(self):
        self.call(self.program("process_child_holds_inherited"), LEAKHOOK_CHILDREN="exec",
                  LEAKHOOK_CHILD_EXIT="0")
        self.assertEqual(len(self.dumps()), 2, self.files())

    def test_never(self):
        self.call("/bin/sh", "-c", "sleep 0; ls /", LEAKHOOK_CHILD_EXIT="never")
        self.assertEqual(len(self.dumps()), 1)

    def test_same_output_of_a_pipeline(self):
        words = "printf 'b\\na\\nc\\n' | sort | tee copy | tr a-z A-Z; cat copy; rm copy; exit 5"
        bare = self.call("/bin/sh", "-c", words, is_hooked=False)
        hooked = self.call("/bin/sh", "-c", words)
        self.assertEqual((hooked.returncode, hooked.stdout), (bare.returncode, bare.stdout))

    def test_inherited_descriptors_are_no_leaks(self):
        process, pid = self.start_until_ready("/bin/sh", self.script("exec PROGRAM 7</etc/passwd\n"))
        running.dump_by_command(self.setup, pid, self.folder)
        self.assert_verdict(self.dumps()[pid][1], "demo_service.cc", "demo_service", pid)
        self.assertEqual(self.goes_on(process)[0], 0)


if __name__ == "__main__":
    scenario.main()
