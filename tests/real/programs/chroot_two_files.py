# SPDX-License-Identifier: Apache-2.0
# Are our two files all that is needed? Alone with libc and a small program in an empty chroot.
import os
import re
import shutil

import real_program as real

LIBC_ONLY = re.compile(r"linux-vdso|ld-linux|/libc\.so\.6|libc\.so\.6 =>|statically linked|"
                       r"not a dynamic executable")


def libraries(side, path):
    """Lines of ldd."""
    env = real.running.environment(side.setup, is_hooked=False)
    done = real.subprocess.run(["ldd", path], capture_output=True, text=True, env=env)
    return [line.strip() for line in (done.stdout + done.stderr).splitlines()]


def check_needs(side, path):
    strangers = [line for line in libraries(side, path) if not LIBC_ONLY.search(line)]
    if strangers:
        raise real.Failure(f"{path} needs more than libc: {strangers}")


class ChrootTwoFiles(real.Program):
    name = "two files in an empty chroot"
    packages = ["libc6"]
    tools = ["ldd"]
    needs_root = True

    def run(self, side):
        root = side.path("root")
        for folder in ("lib/x86_64-linux-gnu", "lib64", "tmp"):
            os.makedirs(os.path.join(root, folder))
        program = os.path.join(side.setup.plugins, "ends_by_return")
        shutil.copy("/lib/x86_64-linux-gnu/libc.so.6", os.path.join(root, "lib/x86_64-linux-gnu"))
        shutil.copy("/lib64/ld-linux-x86-64.so.2", os.path.join(root, "lib64"))
        shutil.copy(program, os.path.join(root, "program"))
        env = {"PATH": "/"}
        if side.is_hooked:
            for path in (side.setup.library, side.setup.command):
                check_needs(side, path)
            shutil.copy(side.setup.library, os.path.join(root, "libleakhook.so"))
            shutil.copy(side.setup.command, os.path.join(root, "leakhook"))
            env |= {"LD_PRELOAD": "/libleakhook.so", "LEAKHOOK_OUTPUT": "/tmp/leakhook.%e.%p.%n"}
        done = self.enter(root, env)
        if side.is_hooked:
            self.check_profiles(side, os.path.join(root, "tmp"), done.stderr)
        return done.returncode, done.stdout

    @staticmethod
    def enter(root, env):
        return real.subprocess.run(["/program"], env=env, capture_output=True, cwd="/",
                                   preexec_fn=lambda: (os.chroot(root), os.chdir("/")))

    @staticmethod
    def check_profiles(side, folder, stderr):
        dump = {}
        for name in sorted(os.listdir(folder)):
            target = shutil.copy(os.path.join(folder, name), side.profiles)
            dump[real.profile_check.profile_name(name)] = target
        if "heap" not in dump or "leak_block" not in real.functions(dump["heap"]):
            raise real.Failure(f"no named profile: {sorted(dump)} {stderr.decode()}")
        side.busy.append(dump)


PROGRAM = ChrootTwoFiles()
