# SPDX-License-Identifier: Apache-2.0
# How much memory of a process is the library's own? The kernel's figures of its segment, which is kept
# out of core dumps and is known by that, and of what belongs to libleakhook.so itself.
import re

HEAD = re.compile(r"(?P<begin>[0-9a-f]+)-(?P<end>[0-9a-f]+) (?P<rights>\S{4}) \S+ \S+ \d+ *(?P<name>.*)")


def mappings(pid):
    """Of /proc/PID/smaps: {"name": ..., "rights": ..., "flags": [...], "Rss": KiB, ...}"""
    found = []
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as file:
        for line in file:
            head = HEAD.match(line)
            if head:
                found.append(head.groupdict())
                continue
            key, _, text = line.partition(":")
            found[-1][key] = text.split() if key == "VmFlags" else int(text.split()[0])
    return found


def of_library(pid):
    """KiB that are resident: {"resident": of the segment, "variables": of libleakhook.so}."""
    kib, before = {"resident": 0, "variables": 0}, None
    for mapping in mappings(pid):
        is_ours = mapping["name"].endswith("/libleakhook.so") and "w" in mapping["rights"]
        # Its variables that begin as zero follow without a name.
        follows = before is not None and not mapping["name"] and mapping["begin"] == before
        if is_ours or follows:
            kib["variables"] += mapping["Rss"]
        elif not mapping["name"] and "dd" in mapping["VmFlags"]:
            kib["resident"] += mapping["Rss"]
        before = mapping["end"] if is_ours else None
    return kib


def anonymous(pid):
    """KiB of anonymous memory of a process."""
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("RssAnon"))
