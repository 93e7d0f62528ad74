# SPDX-License-Identifier: Apache-2.0
# Does a file say what no file of ours says: whose machine it was made on, or what is left to do?
import ipaddress
import re
import sys

import house

SOURCE = (".cc", ".h", ".c", ".def", ".S", ".py", ".rs", ".proto", "meson.build", "meson_options.txt")
FOLDERS = r"/(?:home|root|work|workspace|Users|builds)"
PATHS = re.compile(rf"(?<![\w.}}%)*\]-]){FOLDERS}/[\w.-]|(?:^|(?<=[\s`])){FOLDERS}(?=[\s`,;]|$)")
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X])\b")
TICKET = re.compile(r"\b(?:issues? (?:show|#?\d+)|(?:ticket|task) #?\d+)\b", re.IGNORECASE)
HOST = re.compile(r"\b(?:https?|ftp|git|ssh)://(?:[^\s/@]*@)?\[?([\w.-]+|[\da-fA-F:]+)")
PRIVATE_HOST = re.compile(r"\b[\w-]+\.(?:internal|intranet|corp|lan|localdomain)\b(?!\()")
# Public homes of what we name; machines that only some can reach are not among them.
PUBLIC = re.compile(r"(?:[\w-]+\.)*(?:example|example\.(?:com|org|net)|localhost|test|invalid|apache\.org|"
                    r"github\.com|go\.dev|google\.com|gnu\.org|kernel\.org|llvm\.org|man7\.org|"
                    r"debian\.org|debian\.net|elfutils\.org|sourceware\.org|mesonbuild\.com|"
                    r"prometheus\.io|parca\.dev|postgresql\.org|redis\.io|nginx\.org|"
                    r"keepachangelog\.com|semver\.org|freedesktop\.org|dwarfstd\.org|x86\.org|"
                    r"spdx\.org|w3\.org|oasis-open\.org|%s|\{\w+\})$")
FIRST_LINES = 16  # of a service: its verdict comes first


def is_source(tree, path):
    return path.endswith(SOURCE) or tree.text(path).startswith("#!")


def is_public(host):
    """Loopback is public too: everybody has one."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return PUBLIC.match(host)


def bad_words(line):
    for match in PATHS.finditer(line):
        yield f"a path of someone's machine: {match[0]}"
    for match in UNFINISHED.finditer(line):
        yield f"unfinished: {match[0]}"
    for match in TICKET.finditer(line):
        yield f"a word that only some can follow: {match[0]}"
    for match in HOST.finditer(line):
        if not is_public(match[1].rstrip(".")):
            yield f"an unknown host: {match[1]}"
    for match in PRIVATE_HOST.finditer(line):
        yield f"a private host: {match[0]}"


def head_complaints(tree, path):
    lines = tree.text(path).splitlines()
    if not lines:
        return
    at = [number for number, line in enumerate(lines[:FIRST_LINES])
          if "SPDX-License-Identifier: Apache-2.0" in line]
    if not at:
        yield house.say(path, 1, "no SPDX line")
    elif path.startswith(("preload/", "unwind/", "export/")) and path.endswith((".cc", ".h")):
        if at[0] != 0 or len(lines) < 2 or not lines[1].startswith("//"):
            yield house.say(path, 2, "the second line does not say which question the file answers")


def complaints(tree):
    for path in tree.paths():
        if path == "LICENSE" or "\0" in tree.text(path):
            continue
        if is_source(tree, path):
            yield from head_complaints(tree, path)
        for number, line in tree.lines(path):
            for text in bad_words(line):
                yield house.say(path, number, text)


SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
# In pieces, so that this file passes its own rule.
BAD_LINES = {"see /" + "home/me/tree": "path of someone", '"/' + 'root/x"': "path of someone", "in /" + "work": "path of someone",
             "TO" + "DO: later": "unfinished", "// XX" + "X": "unfinished",
             "as iss" + "ue 12 says": "only some can follow",
             "from http:" + "//mirror.here.io/debian": "unknown host: mirror",
             "the registry." + "corp has it": "private host", "http:" + "//10.1.2.3/": "unknown host: 10",
             "http:" + "//user@box:80/": "unknown host: box"}
GOOD_LINES = ("tests/real/work, a/home/b, ${root}/work/x", "mkstemp(\"x.XXXXXX\")", "todo_list, issue a dump",
              "https://www.apache.org/licenses and http://127.0.0.1:8080", "/proc/1/root and \"/root\"",
              "elfutils 0.188, version 1.2.3.4.5")
EXAMPLES = [
    ({"README.md": "\n".join(GOOD_LINES)}, []),
    *(({"README.md": "\n" + line}, [rf"README\.md:2: .*{text}"]) for line, text in BAD_LINES.items()),
    ({"export/a.cc": SPDX + "// Which?\nint a;\n", "tests/services/a.c": "// leaks: none\n" + SPDX,
      "scripts/run": "#!/bin/bash\n# " + SPDX, "export/empty.cc": ""}, []),
    ({"tests/a.py": "import os\n", "scripts/run": "#!/bin/bash\n"}, ["run:1: no SPDX", "py:1: no SPDX"]),
    ({"unwind/a.h": SPDX + "#pragma once\n"}, [r"a\.h:2: .*which question"]),
]

if __name__ == "__main__":
    sys.exit(house.main(complaints, EXAMPLES))
