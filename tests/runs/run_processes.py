# SPDX-License-Identifier: Apache-2.0
# Are all processes of a run judged, whatever ends them and wherever they live?
import os
import shutil
import signal
import subprocess

import run_case
import running


class Several(run_case.RunCase):
    def test_each_process_that_leaks_is_named(self):
        done = self.run_program(self.subject, "fd", "child", "fd", "fd", "end")
        self.assert_status(done, 23, "3 fd(s)", "2 leaks in 2 processes")

    def test_leaks_of_a_child_alone_fail(self):
        self.assert_status(self.run_program(self.subject, "child", "fd", "end"), 23, "1 fd(s)")

    def test_what_a_child_inherited_is_its_parents(self):
        self.assert_status(self.run_program(self.subject, "fd", "child", "say=x", "end"), 23, "1 fd(s)")

    def test_a_shell_in_front_is_no_leak(self):
        done = self.run_program("sh", "-c", f"true | {self.subject}; {self.subject} exit=3; exit 0")
        self.assert_status(done, 0)

    def test_the_image_after_an_exec_is_judged(self):
        done = self.run_program("sh", "-c", f"exec {self.subject} fd")
        self.assert_status(done, 23, "leak_descriptor", "1 fd(s)")

    def test_an_image_without_the_library_is_no_clean_one(self):
        static = self.program("static_subject")
        self.assert_status(self.run_program("sh", "-c", f"exec {static} fd"), 24, "static_subject")
        self.assert_status(self.run_program("env", "-i", static), 24, "static_subject")

    def test_a_dump_on_the_way_is_not_the_verdict(self):
        os.mkfifo(os.path.join(self.folder, "gate"))
        process = self.start(self.subject, "say=ready", "await=gate", "fd")
        pid = self.ready(process)
        self.assertEqual(self.leakhook("dump", str(pid)).returncode, 0)
        with open(os.path.join(self.folder, "gate"), "wb"):
            pass
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 23, err)
        self.assertIn("1 fd(s)", err)


class Ends(run_case.RunCase):
    """Without a last dump the books tell what was left."""

    def test_sigkill_in_the_middle(self):
        done = self.run_program(self.subject, "fd", "child", "fd", "kill=9", "end")
        self.assert_status(done, 23, "2 fd(s)")
        done = self.run_program(self.subject, "fd", "kill=9")
        self.assert_status(done, 128 + 9, "1 fd(s)")

    def test_an_exit_past_all_hooks(self):
        self.assert_status(self.run_program(self.subject, "fd", "raw-exit"), 23, "1 fd(s)")

    def test_sigkill_after_a_dump_on_the_way(self):
        os.mkfifo(os.path.join(self.folder, "gate"))
        process = self.start(self.subject, "say=ready", "await=gate", "fd", "kill=9")
        pid = self.ready(process)
        self.assertEqual(self.leakhook("dump", str(pid)).returncode, 0)
        with open(os.path.join(self.folder, "gate"), "wb"):
            pass
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 128 + 9, err)
        self.assertIn("1 fd(s)", err)

    def test_sigkill_of_the_wrapper_leaves_the_program_alone(self):
        os.mkfifo(os.path.join(self.folder, "gate"))
        process = self.start(self.subject, "say=ready", "await=gate", "say=done")
        self.ready(process)
        process.kill()
        process.wait()
        with open(os.path.join(self.folder, "gate"), "wb"):
            pass
        self.assertTrue(process.stdout.readline().startswith("done "))


class Daemons(run_case.RunCase):
    def test_one_that_ends_in_time_is_judged(self):
        os.mkfifo(os.path.join(self.folder, "gate"))
        process = self.start(self.subject, "daemon", "say=ready", "await=gate", "fd", "end",
                             options=["--wait=60"])
        self.ready(process)
        with open(os.path.join(self.folder, "gate"), "wb"):
            pass
        _, err = process.communicate(timeout=50)
        self.assertEqual(process.returncode, 23, err)
        self.assertIn("1 fd(s)", err)

    def test_one_that_runs_on_is_named_and_not_judged(self):
        for name in ("gate", "other-gate"):
            os.mkfifo(os.path.join(self.folder, name))
        with open(os.path.join(self.folder, "stderr"), "w+", encoding="utf-8") as stderr:
            process = self.start(self.subject, "daemon", "fd", "say=ready", "await=gate", "end",
                                 "await=other-gate", options=["--wait=0"], stderr=stderr)
            pid = self.ready(process)
            with open(os.path.join(self.folder, "other-gate"), "wb"):
                pass
            status = process.wait(timeout=30)
            stderr.seek(0)
            err = stderr.read()
        self.assertEqual(status, 0, err)
        self.assertIn(f"subject[{pid}] still runs", err)
        self.assertIn("0 fd(s)", err)
        with open(os.path.join(self.folder, "gate"), "wb"):
            pass

    def test_signals_reach_it_when_the_program_has_ended(self):
        process = self.start(self.subject, "daemon", "signals", "end", options=["--wait=60"])
        pid = self.ready(process)
        running.await_true(lambda: self.parent(pid) == process.pid, 20, "the orphan is adopted")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=50)
        self.assertIn("got 15", out)
        self.assertEqual(process.returncode, 0, err)

    @staticmethod
    def parent(pid):
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return int(file.read().rpartition(")")[2].split()[1])


class Places(run_case.RunCase):
    def needs_root(self):
        if os.getuid() != 0:
            self.skipTest("only root may do this")

    def test_a_service_that_drops_its_privileges(self):
        self.needs_root()
        done = self.run_program(self.subject, "fd", "user=65534", "fd")
        self.assert_status(done, 23, "2 fd(s)")
        done = self.run_program(self.subject, "child", "user=65534", "fd", "end")
        self.assert_status(done, 23, "1 fd(s)")

    def test_a_service_that_locks_itself_into_an_empty_folder(self):
        """No way out to write profiles: the books were opened before."""
        self.needs_root()
        empty = os.path.join(self.folder, "empty")
        os.mkdir(empty)
        done = self.run_program(self.subject, "fd", f"chroot={empty}")
        self.assert_status(done, 23, "1 fd(s)")
        self.assertEqual(os.listdir(empty), [])

    def test_a_read_only_root(self):
        """Only /dev/shm can be written."""
        self.needs_root()
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
            self.skipTest("no mount namespace to be had")
        script = ("mount --make-rprivate / && mount -t tmpfs none /dev/shm && "
                  "mount --bind / /mnt && mount --rbind /dev /mnt/dev && mount --rbind /proc /mnt/proc && "
                  "mount -o remount,bind,ro /mnt && ! touch /mnt/tmp/x 2>/dev/null && "
                  'exec chroot /mnt "$@"')
        variables = self.variables()
        del variables["TMPDIR"]
        done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh",
                               *self.command([self.subject, "fd"])], env=variables,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 23, done.stderr)
        self.assertIn("leak_descriptor", done.stderr)

    def test_no_place_for_temporary_files(self):
        self.needs_root()
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
            self.skipTest("no mount namespace to be had")
        # What lies there, perhaps the command itself, stays visible.
        script = ("mount --make-rprivate / && for place in /tmp /var/tmp /dev/shm; do "
                  "mount --bind $place $place && mount -o remount,bind,ro $place || exit 99; done; "
                  "exec \"$@\"")
        place = self.folder
        if place.startswith(("/tmp/", "/var/tmp/", "/dev/shm/")):
            # Where the program would leave its witness must be writable.
            script = script.replace("mount --make-rprivate / &&",
                                    f"mount --make-rprivate / && mount --bind {place} /mnt && cd /mnt &&")
        done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh",
                               *self.command(["touch", "witness"])],
                              env={**self.variables(), "TMPDIR": "/proc"},
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 24, done.stderr)
        self.assertIn("/dev/shm", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertFalse(os.path.exists(os.path.join(place, "witness")), "the program ran")

    def test_entry_point_of_a_container(self):
        """As process 1: orphans are reaped, signals passed on, the rest ends with us."""
        self.needs_root()
        if subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True).returncode != 0:
            self.skipTest("no pid namespace to be had")
        def start(*program, options=()):
            process = subprocess.Popen(["unshare", "--pid", "--fork", "--mount-proc",
                                        *self.command(program, options)], cwd=self.folder,
                                       env=self.variables(), stdout=subprocess.PIPE, text=True,
                                       stderr=subprocess.PIPE, start_new_session=True)
            self.started.append(process)
            return process
        process = start("sh", "-c", "echo $PPID; exit 7")
        out, err = process.communicate(timeout=30)
        self.assertEqual((out, process.returncode), ("1\n", 7), err)
        process = start(self.subject, "fd", "signals")
        self.ready(process)
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True)
        os.kill(int(children.stdout), signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        self.assertEqual((out, process.returncode), ("got 15\n", 23), err)
        # A shell leaves an orphan behind, which ends when it has seen its new parent.
        process = start("sh", "-c", "(while read word; do echo $word; done </proc/self/stat; sleep 0) &")
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, err)

    def test_a_command_and_library_without_proc(self):
        self.needs_root()
        root = os.path.join(self.folder, "root")
        for folder in ("bin", "lib64", "tmp", "lib/x86_64-linux-gnu"):
            os.makedirs(os.path.join(root, folder))
        shutil.copy("/lib64/ld-linux-x86-64.so.2", os.path.join(root, "lib64"))
        for name in ("libc.so.6", "libm.so.6"):
            shutil.copy(f"/lib/x86_64-linux-gnu/{name}", os.path.join(root, "lib/x86_64-linux-gnu"))
        for path in (self.setup.library, self.setup.command, self.subject):
            shutil.copy(path, os.path.join(root, "bin"))
        os.mkdir(os.path.join(root, "dev"))
        with open(os.path.join(root, "dev/null"), "wb"):
            pass
        for deeds, status, text in ((["raw-exit"], 0, "0 fd(s)"), (["fd"], 23, "leak_descriptor")):
            done = subprocess.run(["chroot", root, "/bin/leakhook", "run", "--", "/bin/subject", *deeds],
                                  env={"PATH": os.environ["PATH"]}, capture_output=True, text=True,
                                  timeout=60)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(text, done.stderr)


if __name__ == "__main__":
    run_case.main()
