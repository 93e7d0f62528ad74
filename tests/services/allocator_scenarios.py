# SPDX-License-Identifier: Apache-2.0
# Does the heap move to mimalloc where LEAKHOOK_ALLOCATOR asks for it and it can, and is it said where
# it cannot?
import ctypes.util
import os
import shutil
import subprocess
import sys
import unittest

import run_service
import scenario
import verdict as verdicts

SAID = r"^leakhook: LEAKHOOK_ALLOCATOR=mimalloc is not in force: "
IN_FORCE = "allocator: mimalloc"
MIMALLOC = ctypes.util.find_library("mimalloc")
JEMALLOC = ctypes.util.find_library("jemalloc")
# What a second allocator could break: everything about blocks, threads, forks, libraries and the end.
# Not heap_statistics_unchanged, heap_usable_size_filled and thread_keys_all_in_use: they print what
# differs by nature.
PROGRAMS = """
    command_title_overwrites_environment.c ends_by_SIGTERM.c ends_by_exec.c ends_by_exit_in_atexit.c
    ends_by_exit_while_threads_run.c ends_by_quick_exit.c ends_by_uncaught_exception.cc
    fd_numbers_unchanged.c heap_before_and_in_atexit.c heap_errno_kept.c heap_every_opener.c
    heap_freed_by_another_thread.c heap_inside_libc.c heap_libraries_free_in_destructors.c
    heap_malloc_of_nothing.c heap_of_a_program_that_does_nothing.c heap_operator_new.cc
    heap_realloc_races.c heap_refused_requests.c library_never_closed.c
    library_opened_while_others_allocate.c library_with_deepbind.c mapping_every_opener.c
    process_child_holds_inherited.c process_forks_while_threads_allocate.c process_vfork_rounds.c
    stack_of_coroutines.c stack_of_longjmp_and_throw.cc start_of_many_static_objects.cc
    start_with_early_constructor.c thread_cancelled_in_a_storm.c thread_destructors_allocate.cc
    thread_with_the_smallest_stack.c""".split()


def needs(library, name):
    return unittest.skipUnless(library, f"{name} is not installed")


@needs(MIMALLOC, "libmimalloc")
class OnMimalloc(scenario.Scenario):
    def test_programs_cannot_tell(self):
        for source in PROGRAMS:
            with self.subTest(source):
                path = os.path.join(os.path.dirname(__file__), source)
                verdict = verdicts.of_file(path)
                verdict.env["LEAKHOOK_ALLOCATOR"] = "mimalloc"
                if verdict.dumps != "none":
                    verdict.comment.append(IN_FORCE)
                program = self.program(os.path.splitext(source)[0])
                self.assertEqual(run_service.test_program(program, verdict, self.setup), [])

    def test_profile_of_the_usual_heap_does_not_name_it(self):
        self.call(self.program("heap_malloc_of_nothing"), LEAKHOOK_OUTPUT="usual")
        self.assertNotIn("allocator:", self.comments(self.named("usual")))

    def test_a_shell_and_its_children(self):
        done = self.call("/bin/sh", "-c", "echo $(echo a | tr a b) $0; (exit 3); echo $?; exec expr 2 + 3",
                         LEAKHOOK_ALLOCATOR="mimalloc", LEAKHOOK_CHILD_EXIT="0",
                         LEAKHOOK_VERBOSE="0")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "b /bin/sh\n3\n5\n", ""))
        comments = [self.comments({"heap": dump["heap"]})
                    for numbered in self.dumps().values() for dump in numbered.values()]
        self.assertGreater(len(comments), 1)
        self.assertEqual([text for text in comments if IN_FORCE not in text], [])


class WhereItIs(scenario.Scenario):
    """The heap stays, the program runs, one line says why, and the profile does not claim it."""

    def assert_stays(self, reason, program="heap_every_opener", **env):
        process = subprocess.run([self.program(program)], cwd=self.folder, input="\n", text=True,
                                 capture_output=True, timeout=60, env=self.environment(
                                     LEAKHOOK_ALLOCATOR="mimalloc", LEAKHOOK_OUTPUT="stays", **env))
        self.assertEqual(process.returncode, 0, process.stderr)
        lines = [line for line in process.stderr.splitlines() if "ALLOCATOR" in line]
        self.assertEqual(len(lines), 1, process.stderr)
        self.assertRegex(lines[0], SAID + reason)
        self.assertNotIn(IN_FORCE, self.comments(self.named("stays")))
        self.assert_verdict(self.named("stays"), program + ".c", program)

    def folder_with(self, content):
        folder = os.path.join(self.folder, "lib")
        os.mkdir(folder)
        shutil.copy(content, os.path.join(folder, "libmimalloc.so.2"))
        return folder

    def test_library_that_cannot_be_loaded(self):
        empty = os.path.join(self.folder, "empty")
        with open(empty, "wb"):
            pass
        folder = self.folder_with(empty)
        self.assert_stays(".*libmimalloc.so.2: file too short", LD_LIBRARY_PATH=folder)

    def test_library_that_is_another(self):
        folder = self.folder_with(self.program("libplugin_a.so"))
        self.assert_stays(".*undefined symbol: mi_malloc", LD_LIBRARY_PATH=folder)

    def test_error_is_gone_for_the_program(self):
        folder = self.folder_with(self.program("libplugin_a.so"))
        script = "import ctypes; f = ctypes.CDLL(None).dlerror; f.restype = ctypes.c_char_p; print(f())"
        done = self.call(os.path.realpath(sys.executable), "-S", "-c", script,
                         LEAKHOOK_ALLOCATOR="mimalloc", LEAKHOOK_AT_EXIT="0", LD_LIBRARY_PATH=folder)
        self.assertRegex(done.stderr, SAID)
        self.assertEqual(done.stdout, "None\n")

    def test_program_with_its_own_malloc(self):
        self.assert_stays("the program has its own allocator", "program_with_its_own_malloc")

    @needs(JEMALLOC, "libjemalloc")
    def test_program_with_another_allocator_library(self):
        preload = f"{self.setup.library}:{JEMALLOC}"
        self.assert_stays("the program has its own allocator", "heap_malloc_of_nothing",
                          LD_PRELOAD=preload)

    @needs(MIMALLOC, "libmimalloc")
    def test_too_little_address_space(self):
        limited = f"ulimit -v 8000000; exec {self.program('heap_malloc_of_nothing')}"
        done = self.call("/bin/sh", "-c", limited, LEAKHOOK_ALLOCATOR="mimalloc",
                         LEAKHOOK_OUTPUT="limited")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, SAID.replace("^", "") + ".* address space")
        self.assertNotIn(IN_FORCE, self.comments(self.named("limited")))

    def test_untracked_programs_are_left_alone(self):
        done = self.call("/bin/sh", "-c", "grep -c libmimalloc /proc/self/maps; :",
                         LEAKHOOK_ALLOCATOR="mimalloc", LEAKHOOK_CHILDREN="none",
                         LEAKHOOK_AT_EXIT="0")
        self.assertEqual((done.stdout, done.stderr), ("0\n", ""))


if __name__ == "__main__":
    scenario.main()
