# SPDX-License-Identifier: Apache-2.0
# Is what a living service can reach told right, and does the service not mind?
import os
import re
import signal

import judgement
import pprof_file
import running
import scenario

PROGRAM = "command_pictured_while_it_works"


def words(path):
    """{(function, word): blocks} of leak_* and clean_* functions."""
    profile = pprof_file.read(path)
    found = {}
    for sample in profile.sample:
        if sample.value[2] == 0:
            continue
        functions = judgement.functions_of(profile, sample)
        function = next((f for f in functions if judgement.JUDGED.fullmatch(f)), None)
        if function:
            key = (function, judgement.labels_of(profile, sample).get("reach"))
            found[key] = found.get(key, 0) + sample.value[2]
    return found


def remark(path):
    profile = pprof_file.read(path)
    comments = [profile.text(index) for index in profile.comment]
    return [comment for comment in comments if comment.startswith("reachability:")]


class Reach(scenario.Scenario):
    def ask(self, pid, *options):
        paths = running.dump_by_command(self.setup, pid, self.folder, *options)
        return next(path for path in paths if path.endswith(".heap.pb.gz"))

    def assert_ends_well(self, process):
        status, out, err = self.goes_on(process)
        self.assertEqual(status, 0, err)
        self.assertIn("all well", out)

    def assert_true_words(self, path):
        found = words(path)
        self.assertEqual({key: n for key, n in found.items() if key[0] == "leak_block"},
                         {("leak_block", "definite"): 3})
        lost = {key for key in found if key[0] == "clean_block" and key[1] != "reachable"}
        self.assertEqual(lost, set())
        self.assertIn(("clean_block", "reachable"), found)
        self.assertRegex(remark(path)[0], r"^reachability: done, pause ")

    def test_words_of_a_working_service(self):
        process, pid = self.start_until_ready(self.program(PROGRAM), LEAKHOOK_AT_EXIT="0")
        for _ in range(10):
            self.assert_true_words(self.ask(pid, "--reach"))
        self.assert_ends_well(process)

    def test_segment_in_a_file(self):
        os.mkdir(os.path.join(self.folder, "segments"))
        process, pid = self.start_until_ready(self.program(PROGRAM), LEAKHOOK_AT_EXIT="0",
                                              LEAKHOOK_DIR="segments")
        for _ in range(3):
            self.assert_true_words(self.ask(pid, "--reach"))
        self.assert_ends_well(process)

    def test_only_when_asked(self):
        process, pid = self.start_until_ready(self.program(PROGRAM), LEAKHOOK_AT_EXIT="0")
        path = self.ask(pid)
        self.assertEqual(remark(path), [])
        self.assertEqual({word for _, word in words(path)}, {None})
        self.assert_ends_well(process)

    def test_every_dump_where_the_setting_says_so(self):
        process, pid = self.start_until_ready(self.program(PROGRAM), LEAKHOOK_REACH="all")
        self.assert_true_words(running.dump_by_signal(pid, self.folder)["heap"])
        self.assert_ends_well(process)
        running.await_true(lambda: 2 in self.dumps()[pid], 20, "the last dump")
        self.assertRegex(remark(self.dumps()[pid][2]["heap"])[0], "done")

    def test_another_signal_when_the_program_takes_ours(self):
        """SIGURG is ignored from the start: threads are asked by the dump signal."""
        script = f"trap '' URG; exec {self.program(PROGRAM)}"
        process, pid = self.start_until_ready("sh", "-c", script, LEAKHOOK_AT_EXIT="0")
        self.assert_true_words(self.ask(pid, "--reach"))
        self.assert_ends_well(process)

    def assert_unknown(self, reason, **env):
        process, pid = self.start_until_ready(self.program(PROGRAM), LEAKHOOK_AT_EXIT="0", **env)
        path = self.ask(pid, "--reach")
        self.assertEqual([line.partition(" (predicted")[0] for line in remark(path)],
                         [f"reachability: unknown: {reason}"])
        self.assertEqual({word for _, word in words(path)} - {None}, set())
        self.assert_ends_well(process)

    def test_no_pause_where_none_is_allowed(self):
        self.assert_unknown("the pause would be longer than LEAKHOOK_SNAPSHOT_MAX allows",
                            LEAKHOOK_SNAPSHOT_MAX="0")

    def test_no_words_without_a_heap(self):
        self.assert_unknown("the heap is not tracked", LEAKHOOK_KINDS="fd")

    def children(self, pid):
        found = []
        for thread in os.listdir(f"/proc/{pid}/task"):
            try:
                with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
                    found += [int(word) for word in file.read().split()]
            except OSError:
                pass
        return found

    def is_keeper(self, pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
            return fields[35] != str(int(signal.SIGCHLD)) and fields[0] != "Z"
        except (OSError, IndexError):
            return False

    def test_goes_on_when_whoever_takes_the_picture_is_killed(self):
        process, pid = self.start_until_ready(self.program(PROGRAM), LEAKHOOK_REACH="all",
                                              LEAKHOOK_AT_EXIT="0")
        killed = 0
        while killed < 10:
            os.kill(pid, signal.SIGUSR2)
            keepers = []
            running.await_true(lambda: keepers.extend(filter(self.is_keeper, self.children(pid)))
                               or keepers, 20, "a keeper")
            for keeper in keepers:
                try:
                    os.kill(keeper, signal.SIGKILL)
                    killed += 1
                except ProcessLookupError:
                    pass
        self.assertIsNone(process.poll())
        # Until the time of a killed one is up, nobody else may ask the threads.
        last = []
        running.await_true(lambda: last.append(self.ask(pid)) or "done" in remark(last[-1])[0], 60,
                           "a picture after those that were killed")
        self.assert_true_words(last[-1])
        self.assert_ends_well(process)


if __name__ == "__main__":
    scenario.main()
