# SPDX-License-Identifier: Apache-2.0
# Do `leakhook diff`, `report` and `suppress` tell what lies there and what lives, and no more?
import json
import os

import running
import scenario


class Views(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.service, self.pid = self.start_until_ready(self.program("command_grows_on_request"),
                                                        LEAKHOOK_AT_EXIT="0", LEAKHOOK_LABELS="fd")

    def wish(self, text):
        self.service.stdin.write(text + "\n")
        self.service.stdin.flush()
        self.assertEqual(self.service.stdout.readline(), "done\n")

    def dump(self):
        """The stem of a new dump."""
        path = running.dump_by_command(self.setup, self.pid, self.folder)[0]
        return os.path.basename(path).rsplit(".", 3)[0]

    def asked(self, status, *words):
        done = self.leakhook(*words)
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        return done

    def assert_one_line(self, done, *parts):
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        for part in parts:
            self.assertIn(part, lines[0])


class Diff(Views):
    def setUp(self):
        super().setUp()
        self.wish("heap 5")
        self.before = self.dump()

    def test_tells_what_has_changed(self):
        self.wish("heap 3")
        self.wish("fd 2")
        after = self.dump()
        out = self.asked(0, "diff", self.before, after).stdout
        self.assertRegex(out, r"(?m)^  grown \+2\.9 KiB in \+3  \(4\.9 KiB in 5 -> 7\.8 KiB in 8\)$")
        self.assertRegex(out, r"(?m)^  new \+2  \(0 -> 2\)$")
        self.assertRegex(out, r"(?m)^    grow_fd \S*command_grows_on_request\.c:\d+")
        self.assertRegex(out, r"SUMMARY: leakhook diff: 1 new, 1 grown, 0 shrunk, 0 gone, \d+ unchanged")
        back = self.asked(0, "diff", after, self.before).stdout
        self.assertIn("0 new, 0 grown, 1 shrunk, 1 gone", back)

    def test_fails_only_for_what_it_is_told(self):
        self.wish("heap 3")
        after = self.dump()
        self.asked(23, "diff", self.before, after, "--fail-on", "grown")
        self.asked(23, "diff", self.before, after, "--fail-on", "new,grown:heap")
        self.asked(0, "diff", self.before, after, "--fail-on", "new")
        self.asked(0, "diff", self.before, after, "--fail-on", "grown:fd,gone")
        self.asked(0, "diff", after, after, "--fail-on", "new,grown,shrunk,gone")
        self.asked(23, "diff", after, self.before, "--fail-on", "shrunk")

    def test_once_is_not_in_each_iteration(self):
        self.wish("heap 6")
        after = self.dump()
        done = self.asked(23, "diff", self.before, after, "--fail-on", "grown", "--loop", "3")
        self.assertIn("2 in each iteration  [fails]", done.stdout)
        done = self.asked(0, "diff", self.before, after, "--fail-on", "grown", "--loop", "7")
        self.assertIn(", once", done.stdout)

    def test_folders_profiles_and_segments_are_compared_too(self):
        self.wish("heap 1")
        after = self.dump()
        for name in ("a", "b"):
            os.mkdir(os.path.join(self.folder, name))
        for stem, folder in ((self.before, "a"), (after, "b")):
            for path in self.named(stem).values():
                os.rename(path, os.path.join(self.folder, folder, os.path.basename(path)))
        for before, later in (("a", "b"), (f"a/{self.before}.heap.pb.gz", f"b/{after}.heap.pb.gz")):
            out = self.asked(0, "diff", before, later).stdout
            self.assertIn("0 new, 1 grown", out)

    def test_bad_input_is_one_line_and_24(self):
        with open(os.path.join(self.folder, "text.heap.pb.gz"), "w", encoding="ascii") as file:
            file.write("no profile")
        os.mkdir(os.path.join(self.folder, "empty"))
        for bad in ("nowhere", "text.heap.pb.gz", "empty"):
            self.assert_one_line(self.asked(24, "diff", bad, self.before), bad)
            self.assert_one_line(self.asked(24, "diff", self.before, bad), bad)
        for words in (["--fail-on", "more"], ["--fail-on", "grown:socks"], ["--loop", "0"]):
            self.assertTrue(self.asked(24, "diff", self.before, self.before, *words).stderr)
        self.asked(24, "diff", self.before)


class Report(Views):
    def test_files_and_the_living_say_the_same(self):
        self.wish("heap 4")
        self.wish("fd 2")
        for words in ([self.dump()], [str(self.pid)]):
            out = self.asked(0, "report", *words).stdout
            self.assertIn(f"leakhook: what is held in command_grows_on_request (pid {self.pid})\n", out)
            self.assertRegex(out, r"(?m)^\[heap 1\] 3\.9 KiB in 4 blocks in use$")
            self.assertRegex(out, r"(?m)^\[eventfd 1\] 2 eventfds open$")
            self.assertRegex(out, r"grow_heap \S*command_grows_on_request\.c:\d+")
            self.assertIn("SUMMARY: leakhook: 4000 byte(s) held in 4 allocation(s), 2 fd(s)", out)
            self.assertNotIn("leaked", out)

    def test_the_living_are_left_without_files_and_lines(self):
        self.asked(0, "report", str(self.pid))
        self.assertEqual(self.files(), [])
        self.assertEqual(self.goes_on(self.service)[::2], (0, ""))

    def test_descriptors_of_the_living_have_their_numbers(self):
        self.wish("fd 1")
        out = self.asked(0, "report", str(self.pid), "--json", "out.json").stdout
        self.assertEqual(out, "")
        with open(os.path.join(self.folder, "out.json"), encoding="utf-8") as file:
            report = json.load(file)
        [process] = report["processes"]
        [eventfd] = [one for one in process["holdings"] if one["kind"] == "eventfd"]
        self.assertEqual((process["pid"], eventfd["count"], eventfd["fds"]), (self.pid, 1, [3]))
        self.assertEqual(eventfd["stack"][0]["function"], "grow_fd")
        self.assertFalse(report["is_judged"])

    def test_every_form_goes_into_its_file(self):
        self.wish("heap 1")
        self.asked(0, "report", self.dump(), "--html", "a.html", "--markdown", "a.md", "--json", "a.json")
        for name, start in (("a.html", "<!DOCTYPE html>"), ("a.md", "#"), ("a.json", "{")):
            with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                text = file.read()
            self.assertTrue(text.lower().startswith(start.lower()), f"{name}: {text[:40]}")
            self.assertIn("grow_heap", text)
            for claim in ("leaked in", "no leaks in", "Heap leaked", "✅", "does not fail", '"verdict clean"'):
                self.assertNotIn(claim, text)

    def test_what_is_left_out_is_said(self):
        out = self.asked(0, "report", str(self.pid), "--rows", "0").stdout
        self.assertNotIn("--rows", out)

    def test_bad_input_is_one_line_and_24(self):
        bare, bare_pid = self.start_until_ready(self.program("command_grows_on_request"), is_hooked=False)
        for bad in ("nowhere", "999999999", str(bare_pid)):
            self.assert_one_line(self.asked(24, "report", bad), bad)
        self.assertIsNone(bare.poll())
        self.assert_one_line(self.asked(24, "report", str(self.pid), "--html", "no/such/a.html"),
                             "no/such/a.html")


class Suppress(Views):
    def rules(self, *words):
        text = self.asked(0, "suppress", *words).stdout
        with open(os.path.join(self.folder, "rules"), "w", encoding="utf-8") as file:
            file.write(text)
        lines = text.splitlines()
        self.assertTrue(all(line.startswith("# ") for line in lines[::2]), text)
        return dict(zip(lines[1::2], lines[::2]))

    def test_rules_are_sorted_each_once_and_explained(self):
        self.wish("heap 4")
        self.wish("fd 2")
        rules = self.rules(self.dump(), str(self.pid), "--fail-on", "all")
        self.assertEqual(list(rules), ["eventfd:^grow_fd$", "leak:^grow_heap$"])
        self.assertRegex(rules["leak:^grow_heap$"],
                         r"^# heap/unknown: 8 \(7\.8 KiB\), at \S*command_grows_on_request\.c:\d+$")
        self.assertRegex(rules["eventfd:^grow_fd$"], r"^# eventfd: 4, at ")

    def test_bad_input_is_one_line_and_24(self):
        self.assert_one_line(self.asked(24, "suppress", "nowhere"), "nowhere")
        self.assert_one_line(self.asked(24, "suppress", str(self.pid), "--fail-on", "socks"), "socks")


if __name__ == "__main__":
    scenario.main()
