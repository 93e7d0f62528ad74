# SPDX-License-Identifier: Apache-2.0
# Do files and functions that comments and pages name still exist?
import ctypes
import fnmatch
import io
import re
import sys
import tokenize

import house

TOP = ("preload", "unwind", "export", "tests", "scripts", "docs", "deploy")
INNER = ("hooks", "ledger", "life", "base", "contract", "unit", "services", "house", "real", "fuzz",
         "bench", "programs", "plugins", "oracle")
SUFFIX = r"(?:(?:cc|h|c|def|py|S|rs|proto|md|build)\b|\*)"
FILE = re.compile(rf"(?<![\w./<*{{$-])((?:[\w-]+/)*[\w-]+\.{SUFFIX}|(?:{'|'.join(TOP)})/[\w./*-]*)")
FUNCTION = re.compile(r"(?<![\w.>-])((?:\w+::)*[A-Za-z_]\w*)\(\)")
C_COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
C_LIKE = (".cc", ".h", ".c", ".def", ".S", ".rs", ".proto")
CODE = (*C_LIKE, ".py", ".build")
LIBC = ctypes.CDLL(None)


def c_comments(text):
    """(line, comment)"""
    for match in C_COMMENT.finditer(text):
        if not match[0].startswith('"'):
            first = text.count("\n", 0, match.start()) + 1
            for offset, line in enumerate(match[0].split("\n")):
                yield first + offset, line


def python_comments(text):
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    except (tokenize.TokenError, SyntaxError):
        return


def comments(path, text):
    """(line, text) of all that is meant for people."""
    if path.endswith(".md"):
        return enumerate(text.splitlines(), 1)
    if path.endswith(C_LIKE):
        return c_comments(text)
    if path.endswith(".py"):
        return python_comments(text)
    return ((number, match[1]) for number, line in enumerate(text.splitlines(), 1)
            if (match := re.search(r"(?:^|\s)#\s?(.*)", line)))


def is_ours(name):
    first = name.split("/")[0]
    return first in TOP or first in INNER or ("/" not in name and name.endswith((".cc", ".def")))


def exists(tree, all_paths, name):
    name = name.rstrip("/.")
    if "*" in name:
        return any(fnmatch.fnmatch(path, name) or fnmatch.fnmatch(path, f"*/{name}")
                   for path in all_paths)
    return tree.has(name) or any(path.endswith(f"/{name}") or f"/{name}/" in path
                                 for path in all_paths)


def words_of_code(tree):
    words = set()
    for path in tree.paths(suffixes=C_LIKE):
        words |= set(re.findall(r"\w+", C_COMMENT.sub(" ", tree.text(path))))
    return words


def complaints(tree):
    all_paths, words = tree.paths(), words_of_code(tree)
    for path in all_paths:
        if not path.endswith((*CODE, ".md")) and not path.startswith("scripts/"):
            continue
        if path == "CHANGELOG.md":
            continue  # tells of what is gone
        for number, line in comments(path, tree.text(path)):
            for match in FILE.finditer(line):
                if is_ours(match[1]) and not exists(tree, all_paths, match[1]):
                    yield house.say(path, number, f"{match[1]} does not exist")
            if not path.startswith(("preload/", "unwind/")):
                continue
            for match in FUNCTION.finditer(line):
                name = match[1].rsplit("::")[-1]
                if name not in words and not hasattr(LIBC, name):
                    yield house.say(path, number, f"{match[1]}() does not exist")


EXAMPLES = [
    ({"preload/ledger/heap.cc": "// See ledger/heap.cc, preload/ledger, heap.cc and tests/unit.\n",
      "tests/unit/a.cc": ""}, []),
    ({"unwind/a.cc": "int a;  // as in ledger/heap.cc\n/* and\n tests/house/b.py */"},
     [r"a\.cc:1: ledger/heap\.cc", r"a\.cc:3: tests/house/b\.py"]),
    ({"README.md": "The list is `interposed.def`, see docs/way.md.\n"}, ["interposed", "docs/way"]),
    ({"unwind/a.h": "", "ARCHITECTURE.md": "unwind/a.* but not base/real.* or <link.h>, stdio.h"},
     [r"base/real\.\*"]),
    ({"scripts/run": "#!/bin/sh\n# calls scripts/nothing\n"}, [r"run:2: scripts/nothing"]),
    ({"export/a.cc": 'call("tests/none.cc"); // fopen() in gone()\n', "CHANGELOG.md": "gone.cc"}, []),
    ({"unwind/a.cc": "void walk();\n// walk() as fork() and a::walk() do, other than went()\n"},
     [r"a\.cc:2: went\(\)"]),
    ({"tests/a.py": "x = '# gone.cc'  # but gone.def\n"}, [r"a\.py:1: gone\.def"]),
]

if __name__ == "__main__":
    sys.exit(house.main(complaints, EXAMPLES))
