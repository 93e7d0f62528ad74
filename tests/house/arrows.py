# SPDX-License-Identifier: Apache-2.0
# Do the includes point the way the house is drawn, and stay few and shallow?
import os
import re
import sys

import house

INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')
GENERATED = {"profile.pb.h"}
MOST_HEADERS = 12
DEEPEST = 5
# Folder -> folders and files that its files may include, beside its own.
ARROWS = {
    "preload/hooks": ["preload/ledger", "preload/life", "preload/base", "preload/contract",
                      "preload/interposed.def"],
    "preload/life": ["preload/ledger", "preload/mark", "preload/base", "preload/contract",
                     "unwind/capture.h"],
    "preload/mark": ["preload/base", "preload/contract"],
    "preload/ledger": ["preload/base", "preload/contract", "unwind/capture.h",
                       "unwind/last_stack.h", "unwind/readable.h", "unwind/stack_cache.h"],
    "preload/base": ["preload/contract", "preload/interposed.def"],
    "preload/contract": [],
    "unwind": [],
    "export": ["preload/contract"],
}


def folder_of(path):
    """The longest folder of ARROWS that holds the path."""
    return max((name for name in ARROWS if path.startswith(f"{name}/")), key=len, default=None)


def found_at(tree, source, name):
    """The path that an include names: beside the source, from the root, or below its own folder."""
    for start in (os.path.dirname(source), "", folder_of(source)):
        path = os.path.normpath(os.path.join(start, name))
        if tree.has(path):
            return path
    inside = [path for path in tree.paths(folder_of(source)) if path.endswith(f"/{name}")]
    return inside[0] if inside else None


def includes(tree, path):
    """[(line number, name, path or None)]"""
    found = []
    for number, line in tree.lines(path):
        match = INCLUDE.match(line)
        if match and match[1] not in GENERATED:
            found.append((number, match[1], found_at(tree, path, match[1])))
    return found


def is_allowed(source, target):
    own = folder_of(source)
    return any(target == name or target.startswith(f"{name}/") for name in [own, *ARROWS[own]])


def longest_chain(graph, path, above=()):
    """The longest chain of own headers below a file; tables are no headers."""
    chains = [[target, *longest_chain(graph, target, (*above, path))] for target in graph[path]
              if target not in above and not target.endswith(".def")]
    return max(chains, key=len, default=[])


def complaints(tree):
    graph = {}
    for path in tree.paths("preload", "unwind", "export", suffixes=(".cc", ".h", ".def", ".S")):
        graph[path] = []
        if folder_of(path) is None:
            continue
        for number, name, target in includes(tree, path):
            if target is None:
                yield house.say(path, number, f'"{name}" is no file of the tree')
            elif not is_allowed(path, target):
                yield house.say(path, number, f"{folder_of(path)} may not include {target}")
            if target is not None:
                graph[path].append(target)
    for path in graph:
        if len(graph[path]) > MOST_HEADERS:
            yield house.say(path, 1, f"includes {len(graph[path])} own headers, more than "
                                     f"{MOST_HEADERS}")
    for path in graph:
        graph[path] = [target for target in graph[path] if target in graph]
    for path in graph:
        found = longest_chain(graph, path) if path.endswith(".cc") else []
        if len(found) > DEEPEST:
            yield house.say(path, 1, f"own headers are nested {len(found)} deep, more than {DEEPEST}: "
                                     + " > ".join(os.path.basename(name) for name in found))


def chain(length):
    files = {f"unwind/h{i}.h": f'#include "h{i + 1}.h"\n' for i in range(1, length)}
    return {"unwind/a.cc": '#include "h1.h"\n', f"unwind/h{length}.h": "", **files}


def crowd(size):
    files = {f"export/h{i}.h": "" for i in range(size)}
    return {"export/a.cc": "".join(f'#include "h{i}.h"\n' for i in range(size)), **files}


HEADERS = {"preload/hooks/sockets.h": "", "preload/ledger/ledger.h": "", "preload/base/real.h": "",
           "preload/contract/layout.h": "", "preload/interposed.def": "", "unwind/capture.h": "",
           "unwind/rule.h": "", "unwind/x86_64/machine.h": "", "export/target.h": ""}


def one(path, *names):
    return {**HEADERS, path: "".join(f'#include "{name}"\n' for name in names)}


EXAMPLES = [
    (one("preload/hooks/a.cc", "sockets.h", "../ledger/ledger.h", "../interposed.def"), []),
    (one("preload/hooks/a.cc", "../../unwind/capture.h"), [r"a\.cc:1: preload/hooks may not"]),
    (one("preload/ledger/a.cc", "../hooks/sockets.h"), [r"may not include preload/hooks"]),
    (one("preload/ledger/a.cc", "../../unwind/capture.h", "../../unwind/rule.h"), [r":2: .*rule\.h"]),
    (one("preload/base/a.cc", "../contract/layout.h", "../ledger/ledger.h"), [r":2: .*ledger\.h"]),
    (one("preload/contract/a.h", "../base/real.h"), [r"contract may not include preload/base"]),
    (one("unwind/a.cc", "machine.h", "../preload/contract/layout.h"), [r":2: unwind may not"]),
    (one("export/a.cc", "target.h", "profile.pb.h", "../preload/contract/layout.h"), []),
    (one("export/a.cc", "../preload/base/real.h", "../unwind/capture.h"), ["base/real", "unwind/"]),
    (one("export/a.cc", "nowhere.h"), [r"a\.cc:1: \"nowhere\.h\" is no file"]),
    (chain(5), []), (chain(6), [r"unwind/a\.cc:1: own headers are nested 6 deep"]),
    (crowd(12), []), (crowd(13), [r"export/a\.cc:1: includes 13 own headers"]),
]

if __name__ == "__main__":
    sys.exit(house.main(complaints, EXAMPLES))
