# SPDX-License-Identifier: Apache-2.0
# What does /proc say of processes below one of ours?
import os
import signal


def children(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += [int(word) for word in file.read().split()]
    except OSError:
        pass
    return found


def descendants(pid, wanted=lambda pid: True):
    """All below a process; nothing below those that are not wanted."""
    found = []
    for child in filter(wanted, children(pid)):
        found += [child, *descendants(child, wanted)]
    return found


def stat_fields(pid):
    """The fields of /proc/PID/stat from the state on; empty when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


def is_zombie(pid):
    fields = stat_fields(pid)
    return not fields or fields[0] in "ZX"


def is_ordinary(pid):
    """Its end will be told by SIGCHLD: no helper of the library."""
    fields = stat_fields(pid)
    return len(fields) > 35 and int(fields[35]) == signal.SIGCHLD


def name(pid):
    """Of the executable."""
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe").replace(" (deleted)", ""))
    except OSError:
        return None
