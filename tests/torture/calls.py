# SPDX-License-Identifier: Apache-2.0
# Which system calls does the library make? As its source says, to be held against what is seen.
import os
import platform
import re
import subprocess

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
# Tables of numbers that are asked about or recognised, not called.
NOT_MADE = {"preload/base/seccomp_filter.cc", "preload/life/sandbox.cc", "preload/hooks/vfork.cc"}


def numbers():
    """{name: number} of this machine's headers."""
    source = "#include <sys/syscall.h>\n"
    done = subprocess.run(["cc", "-E", "-dM", "-"], input=source, capture_output=True, text=True, check=True)
    return {name: int(number) for name, number in
            re.findall(r"^#define __NR_(\w+) (\d+)$", done.stdout, re.MULTILINE)}


OTHER_PROCESSORS = {"x86_64", "aarch64"} - {platform.machine()}


def in_source():
    """Names of the calls that preload/ and unwind/ make."""
    found = set()
    for folder in ("preload", "unwind"):
        for place, folders, names in os.walk(os.path.join(ROOT, folder)):
            folders[:] = [name for name in folders if name not in OTHER_PROCESSORS]
            for name in names:
                path = os.path.relpath(os.path.join(place, name), ROOT)
                if not path.endswith((".cc", ".h")) or path in NOT_MADE:
                    continue
                with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                    found |= set(re.findall(r"\bSYS_([a-z]\w+)", file.read()))
    return found
