# SPDX-License-Identifier: Apache-2.0
# git: a small repository made, cloned, logged and packed; many short processes and one that stays.
import subprocess

import real_program as real

IDENTITY = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "C",
            "GIT_COMMITTER_EMAIL": "c@example.org", "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
            "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null"}


class Git(real.Program):
    name = "git init, commit, clone, log, gc"
    packages = ["git"]
    tools = ["git"]
    at_exit = "git"

    def git(self, side, *words, where="origin"):
        status, output = side.call("git", "-C", side.path(where), *words, env=IDENTITY)
        return words[0], status, output.replace(side.folder.encode(), b"FOLDER")

    def run(self, side):
        output = [side.call("git", "init", "-q", "-b", "main", "origin", env=IDENTITY)]
        for number in range(12):
            with open(side.path(f"origin/file{number % 4}"), "a", encoding="ascii") as file:
                file.write(f"line {number}\n" * 50)
            output += [self.git(side, "add", "."), self.git(side, "commit", "-q", "-m", f"c{number}")]
        output += [self.git(side, "branch", "old", "HEAD~5"), self.git(side, "gc", "-q"),
                   self.git(side, "fsck", "--no-progress"),
                   side.call("git", "clone", "-q", "origin", "clone", env=IDENTITY),
                   self.git(side, "log", "-p", "--stat", where="clone"),
                   self.git(side, "blame", "file1", where="clone"),
                   self.git(side, "checkout", "nosuch", where="clone"),
                   self.git(side, "count-objects", where="clone")]
        output.append(self.reader_that_stays(side))
        return output

    def reader_that_stays(self, side):
        with subprocess.Popen(["git", "-C", side.path("clone"), "cat-file", "--batch"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=side.folder,
                              bufsize=0,  # communicate() forgets what readline() has buffered
                              env=side.environment(**IDENTITY), stderr=subprocess.DEVNULL) as reader:
            reader.stdin.write(b"HEAD\n")
            reader.stdin.flush()
            first = reader.stdout.readline()
            side.dump(reader.pid)
            rest, _ = reader.communicate(b"HEAD:file1\n", timeout=60)
            return first, rest, reader.returncode


PROGRAM = Git()
