# SPDX-License-Identifier: Apache-2.0
# Do names that somebody else chose make no other file, line or command, and is a program that has more
# rights than its caller left alone?
import ast
import os
import shutil
import struct
import subprocess
import sys

import profile_check
import running
import scenario

BAD_NAME = "a\nb\x1b[31m%p%n%s;`id`$(id)\t\x7f'\"<b>\u202e"
CONTROLS = [chr(number) for number in (*range(32), 127) if number != 10]


class Names(scenario.Scenario):
    def assert_tame(self, text):
        self.assertEqual([sign for sign in CONTROLS if sign in text], [], repr(text))

    def bad_program(self, name=BAD_NAME):
        folder = os.path.join(self.folder, "bin")
        os.makedirs(folder, exist_ok=True)
        return shutil.copy(self.program("demo_service"), os.path.join(folder, name))

    def outputs(self):
        return [name for name in self.files() if name not in ("bin", "segments")]

    def test_program_with_a_bad_name(self):
        process, pid = self.start_until_ready(self.bad_program())
        done = self.leakhook("dump", str(pid))
        self.assertEqual(done.returncode, 0, done.stderr)
        names = done.stdout.splitlines()
        self.assertEqual(sorted(os.path.basename(name) for name in names), self.outputs())
        status, _, err = self.goes_on(process)
        self.assertEqual(status, 0)
        for text in (done.stdout, err, *self.outputs()):
            self.assert_tame(text)
        self.assertEqual(len(err.splitlines()), 2, err)
        files = {profile_check.profile_name(name): os.path.join(self.folder, name)
                 for name in map(os.path.basename, names)}
        self.assert_verdict(files, "demo_service.cc", pid=pid)

    def test_segment_of_a_program_with_a_bad_name(self):
        os.mkdir(os.path.join(self.folder, "segments"))
        process, pid = self.start_until_ready(self.bad_program(), LEAKHOOK_DIR="segments",
                                              LEAKHOOK_AT_EXIT="0")
        names = os.listdir(os.path.join(self.folder, "segments"))
        for name in names:
            self.assert_tame(name)
            self.assertNotIn("\n", name)
        (name,) = [name for name in names if name.endswith(f".{pid}.lhk")]
        done = self.leakhook("export", os.path.join("segments", name), "-o", "x")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_tame(done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assert_verdict(self.named("x"), "demo_service.cc", pid=pid)
        self.assertEqual(self.goes_on(process)[0], 0)

    def test_sequences_in_a_name_are_not_read_again(self):
        done = subprocess.run([self.bad_program("%p%t%h%n"), "--no-such-option"], cwd=self.folder,
                              env=self.environment(LEAKHOOK_OUTPUT="x.%e.y"), capture_output=True,
                              input="\n", text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("x.%p%t%h%n.y.heap.pb.gz", self.files())

    def test_host_that_is_called_like_a_path(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        inner = os.path.join(self.folder, "deep", "er")
        os.makedirs(inner)
        script = ('echo "../../x" > /proc/sys/kernel/hostname || exit 77; cd deep/er; exec "$@"')
        done = self.call("unshare", "--uts", "/bin/sh", "-c", script, "sh",
                         self.program("heap_malloc_of_nothing"), LEAKHOOK_OUTPUT="%h",
                         LEAKHOOK_CHILDREN="all", LEAKHOOK_CHILD_EXIT="0", LEAKHOOK_VERBOSE="0")
        if done.returncode != 0:
            self.skipTest(f"no name of its own may be had here: {done.stderr}")
        self.assertIn(".._.._x.heap.pb.gz", os.listdir(inner))
        self.assertEqual([name for name in self.files() if "pb.gz" in name and ".._" not in name], [])

    def test_thread_with_a_bad_name(self):
        done = self.call(self.program("thread_with_a_bad_name"), LEAKHOOK_OUTPUT="x")
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in (["report", "x"], ["check", "x", "--fail-on", "all", "--github"]):
            told = self.leakhook(*words)
            self.assertIn(told.returncode, (0, 23), told.stderr)
            self.assertIn("::set-output", (told.stdout + told.stderr).replace("%3A", ":"))
            self.assert_tame(told.stdout + told.stderr)
            commands = [line for line in told.stdout.splitlines() if line.startswith("::")]
            self.assertEqual([line for line in commands if line.startswith("::set")], [])


class MoreRights(scenario.Scenario):
    """A root of its own whose loader loads the library into every program, whatever its rights: that
    of programs with more rights than their caller ignores LD_PRELOAD, not this list."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root")
        self.root = os.path.join(self.folder, "root")
        for folder in ("lib/x86_64-linux-gnu", "lib64", "etc", "tmp"):
            os.makedirs(os.path.join(self.root, folder))
        for path in ("/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"):
            shutil.copy(path, self.root + path)
        for path in (self.setup.library, self.setup.command, self.program("ends_by_return")):
            shutil.copy(path, self.root)
        with open(os.path.join(self.root, "etc/ld.so.preload"), "w", encoding="ascii") as file:
            file.write("/libleakhook.so\n")
        for folder in (self.folder, self.root):
            os.chmod(folder, 0o755)
        os.chmod(os.path.join(self.root, "tmp"), 0o777)
        self.inside = os.path.join(self.root, "ends_by_return")

    def run_inside(self):
        """(status, stderr, files it made) of the program in its root, as nobody."""
        def enter():
            os.chroot(self.root)
            os.chdir("/tmp")
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        env = {"LEAKHOOK_OUTPUT": "/tmp/x", "LEAKHOOK_DIR": "/tmp", "LEAKHOOK_HELP": "1",
               "LEAKHOOK_NONSENSE": "1"}
        done = subprocess.run(["/ends_by_return"], env=env, capture_output=True, text=True, timeout=60,
                              preexec_fn=enter)
        return done.returncode, done.stderr, os.listdir(os.path.join(self.root, "tmp"))

    def test_without_them_it_is_tracked(self):
        status, err, files = self.run_inside()
        self.assertEqual(status, 3, err)
        self.assertIn("x.heap.pb.gz", files)
        self.assertIn("LEAKHOOK_OUTPUT", err)

    def test_set_uid_program_is_left_alone(self):
        os.chown(self.inside, 1, 1)
        os.chmod(self.inside, 0o4755)
        self.assertEqual(self.run_inside(), (3, "", []))

    def test_set_gid_program_is_left_alone(self):
        os.chown(self.inside, 0, 1)
        os.chmod(self.inside, 0o2755)
        self.assertEqual(self.run_inside(), (3, "", []))

    def test_program_with_capabilities_is_left_alone(self):
        bind_low_ports = 1 << 10
        try:
            os.setxattr(self.inside, "security.capability",
                        struct.pack("<5I", 0x02000001, bind_low_ports, 0, 0, 0))
        except OSError as error:
            self.skipTest(f"files have no capabilities here: {error}")
        self.assertEqual(self.run_inside(), (3, "", []))


class Exporter(scenario.Scenario):
    def script(self, path, text):
        with open(path, "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\n{text}\n")
        os.chmod(path, 0o755)
        return path

    def test_it_is_not_found_through_the_path(self):
        folder = os.path.join(self.folder, "bin")
        os.mkdir(folder)
        self.script(os.path.join(folder, "leakhook"), f": > {self.folder}/was_run")
        library = shutil.copy(self.setup.library, self.folder)
        done = self.call(self.program("ends_by_return"), LD_PRELOAD=library, LEAKHOOK_OUTPUT="x",
                         PATH=f"{folder}:{os.environ['PATH']}")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("x.lhk", self.files())
        self.assertNotIn("was_run", self.files())

    def test_it_gets_no_variable_and_no_descriptor(self):
        """Asked in a script that stands in its place."""
        seen = os.path.join(self.folder, "seen")
        script = os.path.join(self.folder, "exporter")
        with open(script, "w", encoding="ascii") as file:
            file.write(f"#!{os.path.realpath(sys.executable)} -S\n"
                       "import os, sys\n"
                       "fds = {n: os.readlink(f'/proc/self/fd/{n}') for n in range(3, 1000)\n"
                       "       if os.path.exists(f'/proc/self/fd/{n}')}\n"
                       f"with open({seen!r}, 'w') as file: print((dict(os.environ), fds), file=file)\n"
                       f"os.execv({self.setup.command!r}, ['leakhook', *sys.argv[1:]])\n")
        os.chmod(script, 0o755)
        process, pid = self.start_until_ready(self.program("demo_service"), LEAKHOOK_EXPORTER=script,
                                              LEAKHOOK_AT_EXIT="0", SECRET="told")
        running.dump_by_command(self.setup, pid, self.folder)
        with open(seen, encoding="ascii") as file:
            variables, descriptors = ast.literal_eval(file.read())
        # Python itself may set a locale.
        self.assertEqual(set(variables) - {"LC_CTYPE"}, {"LEAKHOOK_START", "LEAKHOOK_AT_EXIT"})
        self.assertLessEqual(set(descriptors.values()), {script}, descriptors)
        self.assertEqual(self.goes_on(process)[0], 0)


if __name__ == "__main__":
    scenario.main()
