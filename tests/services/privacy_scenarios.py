# SPDX-License-Identifier: Apache-2.0
# Does what we write tell no secret, belong to its owner alone, and go through nobody's links?
import base64
import gzip
import os
import re
import signal
import stat
import subprocess

import pprof_file
import running
import scenario


class Secrets(scenario.Scenario):
    """Planted in the environment, in memory and in the arguments; looked for in all that is written."""

    def setUp(self):
        super().setUp()
        self.in_environment, self.in_memory, self.in_argument = (os.urandom(12).hex() for _ in range(3))
        secret = os.path.join(self.folder, "secret")
        with open(secret, "w", encoding="ascii") as file:
            file.write(self.in_memory)
        self.texts = os.path.join(self.folder, "texts")
        os.mkdir(self.texts)
        os.mkdir(os.path.join(self.folder, "segments"))
        self.said = 0

    def start(self, **env):
        process, pid = self.start_until_ready(self.program("secrets_in_memory"),
                                              f"--token={self.in_argument}",
                                              SECRET=self.in_environment, LEAKHOOK_REACH="all",
                                              LEAKHOOK_LABELS="fd,path", LEAKHOOK_VERBOSE="9", **env)
        return process, pid

    def keep(self, *texts):
        for text in texts:
            self.said += 1
            with open(os.path.join(self.texts, str(self.said)), "w", encoding="utf-8") as file:
                file.write(text)

    def tell(self, *words):
        done = self.leakhook(*words)
        self.assertIn(done.returncode, (0, 23), done.stderr)
        self.keep(done.stdout, done.stderr)

    def end(self, process):
        status, out, err = self.goes_on(process)
        self.assertEqual(status, 0, err)
        self.keep(out, err)

    def all_reports(self, *inputs):
        self.tell("check", *inputs, "--fail-on", "all", "--all", "--github", "--junit", "texts/junit",
                  "--sarif", "texts/sarif", "--html", "texts/html", "--markdown", "texts/markdown",
                  "--baseline", "texts/baseline", "--update-baseline")
        self.tell("report", *inputs, "--rows", "0")
        self.tell("report", *inputs, "--html", "texts/held", "--json", "texts/json")
        self.tell("suppress", *inputs)

    def everything(self):
        """{name: bytes} of every file, opened up: compressed ones, and profiles within a page."""
        found = {}
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(folder, name)
                if path == os.path.join(self.folder, "secret"):
                    continue
                with open(path, "rb") as file:
                    content = file.read()
                found[name] = gzip.decompress(content) if name.endswith(".gz") else content
                for number, text in enumerate(re.findall(rb"H4sI[\w+/]+=*", content)):
                    found[f"{name}:{number}"] = gzip.decompress(base64.b64decode(text))
        return found

    def assert_secrets_kept(self, least):
        found = self.everything()
        self.assertGreaterEqual(len(found), least, sorted(found))
        for secret in (self.in_environment, self.in_memory):
            told = [name for name, content in found.items() if secret.encode() in content]
            self.assertEqual(told, [])
        # Proves the search: the command line is promised to stand in profiles, and is found.
        with_arguments = [name for name, content in found.items()
                          if self.in_argument.encode() in content]
        self.assertGreater(len(with_arguments), 3, sorted(found))
        return with_arguments

    def test_profiles_of_all_kinds_and_all_reports(self):
        process, pid = self.start()
        running.dump_by_command(self.setup, pid, self.folder, "--labels", "fd,path", "--reach")
        self.tell("report", str(pid), "--rows", "0")
        stem = os.path.basename(self.dumps()[pid][1]["heap"]).removesuffix(".heap.pb.gz")
        self.all_reports(stem)
        self.end(process)
        self.tell("diff", stem, os.path.basename(self.dumps()[pid][3]["heap"])
                  .removesuffix(".heap.pb.gz"))
        with_arguments = self.assert_secrets_kept(25)
        # The html pages carry the profiles themselves.
        self.assertTrue(any(name.startswith("html:") for name in with_arguments), with_arguments)

    def test_arguments_stand_in_one_comment_alone(self):
        process, pid = self.start()
        running.dump_by_command(self.setup, pid, self.folder)
        self.end(process)
        for path in self.dumps()[pid][1].values():
            profile = pprof_file.read(path)
            texts = [text.decode() for text in profile.string_table if self.in_argument.encode() in text]
            self.assertEqual(len(texts), 1, path)
            self.assertTrue(texts[0].startswith("command: "), texts)
            self.assertIn(texts[0], profile.comments())

    def test_segments_and_raw_dumps(self):
        process, pid = self.start(LEAKHOOK_DIR="segments", LEAKHOOK_EXPORTER="/nonexistent",
                                  LEAKHOOK_OUTPUT="raw")
        os.kill(pid, signal.SIGUSR2)
        running.await_true(lambda: "raw.lhk" in self.files(), 20, "a raw dump")
        self.tell("export", "raw.lhk", "-o", "from_raw")
        segment = os.path.join("segments", os.listdir(os.path.join(self.folder, "segments"))[0])
        self.tell("export", segment, "-o", "from_segment")
        self.all_reports(segment)
        self.end(process)
        self.assert_secrets_kept(15)


class Owners(scenario.Scenario):
    """With a umask that would give everybody everything."""

    def start(self, **env):
        words = 'umask 0; exec "$0"'
        return self.start_until_ready("/bin/sh", "-c", words, self.program("demo_service"),
                                      **env)

    def assert_private(self, *suffixes):
        seen = set()
        for folder, _, names in os.walk(self.folder):
            for name in names:
                suffix = next((s for s in suffixes if name.endswith(s)), None)
                seen.add(suffix)
                mode = stat.S_IMODE(os.lstat(os.path.join(folder, name)).st_mode)
                self.assertEqual((name, mode), (name, 0o600))
        self.assertEqual(seen, set(suffixes))

    def test_profiles(self):
        process, pid = self.start()
        running.dump_by_command(self.setup, pid, self.folder)
        self.assertEqual(self.goes_on(process)[0], 0)
        self.assert_private(".pb.gz")

    def test_segments_and_raw_dumps(self):
        os.mkdir(os.path.join(self.folder, "segments"))
        process, _ = self.start(LEAKHOOK_DIR="segments", LEAKHOOK_EXPORTER="/nonexistent")
        self.assertEqual(self.goes_on(process)[0], 0)
        self.assert_private(".lhk")
        self.assertGreaterEqual(len(self.files()), 2)

    def test_profiles_that_a_run_keeps(self):
        done = subprocess.run(["/bin/sh", "-c", 'umask 0; exec "$@"', "sh", self.setup.command, "run",
                               "--keep", "kept", "--fail-on", "none", "--", "/bin/true"],
                              cwd=self.folder, timeout=60, capture_output=True, text=True,
                              env=running.environment(self.setup, is_hooked=False))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_private(".pb.gz")


class Links(scenario.Scenario):
    """Somebody has put links where files are to appear."""

    def setUp(self):
        super().setUp()
        self.target = os.path.join(self.folder, "target")
        with open(self.target, "w", encoding="ascii") as file:
            file.write("theirs")
        os.mkdir(os.path.join(self.folder, "out"))

    def plant(self, name):
        os.symlink(self.target, os.path.join(self.folder, "out", name))
        return name

    def assert_untouched(self, *links):
        with open(self.target, encoding="ascii") as file:
            self.assertEqual(file.read(), "theirs")
        for link in links:
            self.assertTrue(os.path.islink(os.path.join(self.folder, "out", link)), link)

    def test_profiles(self):
        links = [self.plant(f"x.{profile}.pb.gz") for profile in running.ALWAYS]
        done = self.call(self.program("ends_by_return"), LEAKHOOK_OUTPUT="out/x")
        self.assertEqual(done.returncode, 3)
        self.assert_untouched(*links)
        profiles = [name for name in os.listdir(os.path.join(self.folder, "out")) if name not in links]
        self.assertEqual(len(profiles), 5, profiles)

    def test_raw_dumps_and_pipes(self):
        self.plant("x.lhk")
        done = self.call(self.program("ends_by_return"), LEAKHOOK_OUTPUT="out/x",
                         LEAKHOOK_EXPORTER="/nonexistent")
        self.assertEqual(done.returncode, 3)
        self.assert_untouched("x.lhk")
        self.assertEqual(len(os.listdir(os.path.join(self.folder, "out"))), 2)
        os.mkfifo(os.path.join(self.folder, "out", "y.lhk"))  # nobody ever writes into it
        done = self.call(self.program("ends_by_return"), LEAKHOOK_OUTPUT="out/y",
                         LEAKHOOK_EXPORTER="/nonexistent")
        self.assertEqual(done.returncode, 3)
        self.assertEqual(len(os.listdir(os.path.join(self.folder, "out"))), 4)

    def test_segments(self):
        """The shell's pid is that of the program, so the name is known beforehand."""
        name = "leakhook.ends_by_return.$$.lhk"
        done = self.call("/bin/sh", "-c", f'ln -s {self.target} out/{name}; exec "$0"',
                         self.program("ends_by_return"), LEAKHOOK_DIR="out", LEAKHOOK_AT_EXIT="0")
        self.assertEqual(done.returncode, 3)
        found = os.listdir(os.path.join(self.folder, "out"))
        links = [name for name in found if os.path.islink(os.path.join(self.folder, "out", name))]
        self.assert_untouched(*links)
        names = [name for name in found if name.startswith("leakhook.ends_by_return.")]
        self.assertEqual((len(links), len(names)), (1, 2), found)

    def test_baselines(self):
        """Under the name that the file has while it is written."""
        script = 'ln -s "$TARGET" "out/baseline.tmp.$$"; exec "$@"'
        done = subprocess.run(["/bin/sh", "-c", script, "sh", self.setup.command, "run", "--baseline",
                               "out/baseline", "--update-baseline", "--", "/bin/true"],
                              cwd=self.folder, timeout=60, capture_output=True, text=True,
                              env={**running.environment(self.setup, is_hooked=False),
                                   "TARGET": self.target})
        self.assertEqual(done.returncode, 0, done.stderr)
        found = os.listdir(os.path.join(self.folder, "out"))
        self.assertIn("baseline", found)
        self.assert_untouched(*(name for name in found if name != "baseline"))
        self.assertEqual(len(found), 2, found)


if __name__ == "__main__":
    scenario.main()
