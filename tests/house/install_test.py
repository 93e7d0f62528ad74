# SPDX-License-Identifier: Apache-2.0
# Does an installation work? Installs into an empty folder, lets a program run under the library that
# stands there, and looks whether it finds the command that stands there.
import argparse
import glob
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

PROGRAM = shutil.which("true")


def run(*argv, **env):
    """stdout of a command; fails the test with its stderr."""
    done = subprocess.run(argv, env={**os.environ, **env}, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise AssertionError(f"{argv}: status {done.returncode}: {done.stdout} {done.stderr}")
    return done.stdout


class Installed(unittest.TestCase):
    build = None

    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.mkdtemp(prefix="leakhook-install-")
        cls.addClassCleanup(shutil.rmtree, cls.root, ignore_errors=True)
        run("meson", "install", "-C", cls.build, "--no-rebuild", "--destdir", cls.root)

    def found(self, pattern):
        """The only file that matches, from the root of the installation."""
        paths = glob.glob(os.path.join(self.root, "**", pattern), recursive=True)
        self.assertEqual(len(paths), 1, f"{pattern}: {paths}")
        return paths[0]

    def files_of_a_run(self, library):
        """(names of the files that a program under this library leaves, stderr)"""
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([PROGRAM], cwd=folder, capture_output=True, text=True, timeout=60,
                                  env={"LD_PRELOAD": library, "PATH": os.environ["PATH"]})
            self.assertEqual(done.returncode, 0, done.stderr)
            return sorted(os.listdir(folder)), done.stderr

    def assert_profiles(self, library):
        names, stderr = self.files_of_a_run(library)
        self.assertTrue(any(name.endswith(".heap.pb.gz") for name in names), f"{names} {stderr}")
        self.assertFalse(any(name.endswith(".lhk") for name in names), names)

    def test_every_file_is_there(self):
        self.assertTrue(stat.S_IMODE(os.stat(self.found("bin/leakhook")).st_mode) & stat.S_IXOTH)
        for pattern in ("libleakhook.so", "leakhook.pc", "man1/leakhook.1*",
                        "bash-completion/completions/leakhook", "include/leakhook_gtest.h"):
            self.assertGreater(os.path.getsize(self.found(pattern)), 0, f"{pattern} is empty")

    def test_nothing_else_is_there(self):
        names = sorted(name for _, _, names in os.walk(self.root) for name in names)
        wanted = ["leakhook", "leakhook", "leakhook.1", "leakhook.pc", "leakhook_gtest.h",
                  "libleakhook.so"]
        self.assertEqual([name.replace(".1.gz", ".1") for name in names], wanted)

    def test_pkg_config_names_the_library(self):
        config = os.path.dirname(self.found("leakhook.pc"))
        path = run("pkg-config", "--variable=preload", "leakhook", PKG_CONFIG_PATH=config).strip()
        self.assertEqual(self.root + path, self.found("libleakhook.so"))
        path = run("pkg-config", "--variable=command", "leakhook", PKG_CONFIG_PATH=config).strip()
        self.assertEqual(self.root + path, self.found("bin/leakhook"))
        version = run("pkg-config", "--modversion", "leakhook", PKG_CONFIG_PATH=config).strip()
        self.assertIn(version, run(self.found("bin/leakhook"), "--version"))

    def test_library_finds_the_command(self):
        self.assert_profiles(self.found("libleakhook.so"))

    def test_library_finds_the_command_where_lib_has_no_triplet(self):
        self.copied_to("lib/libleakhook.so", "bin/leakhook")

    def test_library_finds_the_command_beside_it(self):
        self.copied_to("libleakhook.so", "leakhook")

    def copied_to(self, library, command):
        with tempfile.TemporaryDirectory() as folder:
            for source, place in ((self.found("libleakhook.so"), library),
                                  (self.found("bin/leakhook"), command)):
                target = os.path.join(folder, place)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copy(source, target)
            self.assert_profiles(os.path.join(folder, library))

    def test_profiles_come_from_the_command(self):
        """What the tests above see is the work of the installed command: without it there is .lhk."""
        with tempfile.TemporaryDirectory() as folder:
            alone = shutil.copy(self.found("libleakhook.so"), folder)
            names, _ = self.files_of_a_run(alone)
        self.assertTrue(names and all(name.endswith(".lhk") for name in names), names)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    options, rest = parser.parse_known_args()
    Installed.build = options.build
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
