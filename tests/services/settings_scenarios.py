# SPDX-License-Identifier: Apache-2.0
# Do settings with more than one right answer work: output names, sampling, lines on stderr?
import os
import re
import socket

import pprof_file
import running
import scenario

PROGRAM = "heap_malloc_of_nothing"


class Output(scenario.Scenario):
    def run_with(self, stem, **env):
        done = self.call(self.program(PROGRAM), LEAKHOOK_OUTPUT=stem, **env)
        self.assertEqual(done.returncode, 0)
        return done

    def test_every_sequence(self):
        self.run_with("x-%e-%h-%n-%t")
        heaps = [name for name in self.files() if name.endswith(".heap.pb.gz")]
        self.assertEqual(len(heaps), 1, self.files())
        host = re.escape(socket.gethostname())
        self.assertRegex(heaps[0], rf"^x-{PROGRAM}-{host}-0001-\d{{4}}\S*\.heap\.pb\.gz$")

    def test_absolute_stem(self):
        self.run_with(os.path.join(self.folder, "here"))
        self.assertIn("here.heap.pb.gz", self.files())

    def test_file_of_another_process_is_never_overwritten(self):
        self.run_with("same")
        first = self.named("same")
        with open(first["heap"], "rb") as file:
            before = file.read()
        self.run_with("same")
        with open(first["heap"], "rb") as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(len([n for n in self.files() if n.endswith("heap.pb.gz")]), 2)

    def test_newer_dump_of_one_process_replaces_without_number(self):
        process, pid = self.start_until_ready(self.program("demo_service"), LEAKHOOK_OUTPUT="one",
                                              LEAKHOOK_AT_EXIT="0")
        for _ in range(3):
            running.dump_by_command(self.setup, pid, self.folder)
        self.assertEqual(len([n for n in self.files() if "heap" in n]), 1, self.files())
        self.assert_verdict(self.named("one"), "demo_service.cc", "demo_service", pid)
        self.assertEqual(self.goes_on(process)[0], 0)

    def test_hostile_stem(self):
        done = self.run_with("%q%%%" + "y" * 4000)
        self.assertRegex(done.stderr.splitlines()[0],
                         r"LEAKHOOK_OUTPUT=%q%%%y+\.\.\. \(4005 characters.* default .* is used")
        self.assertIn("heap", self.dumps().popitem()[1][1])

    def test_stem_too_long_behind_the_working_directory(self):
        parent = self.folder
        self.folder = os.path.join(self.folder, *["d" * 200] * 3)
        os.makedirs(self.folder)
        lines = self.run_with("relative").stderr.splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertRegex(lines[0], "LEAKHOOK_OUTPUT .*more than 511 characters")
        self.assertIn("no dump", lines[1])
        self.assertEqual(self.files(), [])
        # The same program is dumped when it is given a place.
        self.run_with(os.path.join(parent, "here"))
        self.folder = parent
        self.assertIn("here.heap.pb.gz", self.files())

    def test_start_folder_that_is_gone(self):
        script = 'mkdir gone && cd gone && rmdir ../gone && LD_PRELOAD=$PRELOAD exec "$0"'
        done = self.call("sh", "-c", script, self.program(PROGRAM), is_hooked=False, PRELOAD=self.setup.library)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, "^leakhook: LEAKHOOK_OUTPUT is relative to .* nobody knows")
        self.assertEqual([name for name in os.listdir("/") if name.startswith(f"leakhook.{PROGRAM}.")], [])

    def test_sequences_that_make_the_path_too_long(self):
        long_name = os.path.join(self.folder, "n" * 60)
        os.symlink(self.program(PROGRAM), long_name)
        done = self.call(long_name, LEAKHOOK_OUTPUT="%e/" * 20)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"^leakhook: no dump: the path .*LEAKHOOK_OUTPUT.*longer than")
        self.assertEqual(self.files(), [os.path.basename(long_name)])


class Verbose(scenario.Scenario):
    def test_silent(self):
        done = self.call(self.program(PROGRAM), LEAKHOOK_VERBOSE="0", LEAKHOOK_NONSENSE="1")
        self.assertEqual(done.stderr, "")

    def test_one_line_per_dump(self):
        done = self.call(self.program(PROGRAM))
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("leakhook"), lines[0])

    def test_one_line_per_bad_setting(self):
        done = self.call(self.program(PROGRAM), LEAKHOOK_OUTPT="x", LEAKHOOK_MEMORY="lots",
                         LEAKHOOK_AT_EXIT="0")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 2, done.stderr)
        self.assertIn("LEAKHOOK_OUTPUT", done.stderr)
        self.assertIn("LEAKHOOK_MEMORY", done.stderr)

    def test_other_variables_are_no_business_of_ours(self):
        done = self.call(self.program(PROGRAM), LEAKHOOKS="1", XLEAKHOOK_A="2", LEAKHOOK_AT_EXIT="0")
        self.assertEqual(done.stderr, "")


class Sampling(scenario.Scenario):
    def totals(self, distance):
        stem = f"sampled-{distance}"
        done = self.call(self.program("heap_sampled"), LEAKHOOK_SAMPLE=distance,
                         LEAKHOOK_OUTPUT=stem, LEAKHOOK_CHILD_EXIT="never")
        self.assertEqual(done.returncode, 0, done.stderr)
        profile = pprof_file.read(self.named(stem)["heap"])
        return profile, [sum(sample.value[i] for sample in profile.sample) for i in range(4)]

    def stated(self, profile, name):
        """The estimate of all samples and its standard error, as the comments say."""
        text = "\n".join(profile.comments())
        found = re.search(rf"^{name}: (\d+) \w+, standard error (\d+)$", text, re.MULTILINE)
        self.assertTrue(found, text)
        return int(found[1]), int(found[2])

    def test_truth_lies_within_the_stated_error(self):
        exact, truth = self.totals("1")
        self.assertEqual(exact.period, 1)
        self.assertNotIn("standard error", "\n".join(exact.comments()))
        self.assertGreater(truth[3], 200 << 20)
        for distance in (64 << 10, 512 << 10):
            sampled, guess = self.totals(str(distance))
            self.assertEqual(sampled.period, distance)
            self.assertIn("sampl", "\n".join(sampled.comments()))
            for at, name in ((2, "inuse_objects"), (3, "inuse_space")):
                stated, error = self.stated(sampled, name)
                self.assertEqual(stated, guess[at])
                self.assertGreater(error, 0)
                self.assertLess(error, 0.2 * truth[at], "a few hundred samples know better")
                self.assertLess(abs(guess[at] - truth[at]), 5 * error, (name, truth, guess))


if __name__ == "__main__":
    scenario.main()
