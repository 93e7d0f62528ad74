# SPDX-License-Identifier: Apache-2.0
# Do the pages say what the tables say? The README's tables, and every LEAKHOOK_ name anywhere.
import importlib.machinery
import importlib.util
import os
import re
import sys

import house

sys.dont_write_bytecode = True
SCRIPTS = os.path.join(house.ROOT, "scripts")
sys.path.insert(0, SCRIPTS)
import def_rows  # noqa: E402

MANUAL = "export/leakhook.1"
COMPLETION = "export/leakhook.bash"
OF_TESTS = {"LONG"}  # settings of tests and demos, which no user meets


def readme_tables():
    loader = importlib.machinery.SourceFileLoader("readme_tables", f"{SCRIPTS}/readme_tables")
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("readme_tables", loader))
    loader.exec_module(module)
    return module


TABLES = readme_tables()
TEXTS = {name: make() for name, make in TABLES.TABLES.items()}
SETTINGS = [row["name"] for row in def_rows.rows(
    f"{house.ROOT}/preload/contract/settings.def", "SETTING", "name, type, preset, meaning")]


def table_complaints(tree, path):
    text = tree.text(path) if tree.has(path) else ""
    for name, wanted in TEXTS.items():
        match = TABLES.between(name).search(text)
        if not match:
            yield house.say(path, 1, f"no table between <!-- {name} --> and <!-- /{name} -->: "
                                     "see scripts/readme_tables")
            continue
        first = text.count("\n", 0, match.start(2)) + 1
        is_, should = match[2].split("\n"), wanted.split("\n")
        for offset in range(max(len(is_), len(should))):
            if is_[offset:offset + 1] != should[offset:offset + 1]:
                yield house.say(path, first + offset, f"the table of {name} is not what its .def "
                                                      "says: run scripts/readme_tables --paste")
                break


def macros(tree):
    """Names of ours that the code defines, which are no settings."""
    defined = re.compile(r"#\s*define LEAKHOOK_(\w+)")
    return {name for path in tree.paths("preload", "export", suffixes=(".h", ".cc"))
            for name in defined.findall(tree.text(path))}


def names_in(tree, path):
    """(line, name) of each setting that a page names; the manual writes \\- and \\_ at times."""
    for number, line in tree.lines(path):
        for match in re.finditer(r"LEAKHOOK_([A-Z][A-Z_]*[A-Z])", line.replace("\\", "")):
            yield number, match[1]


def complaints(tree):
    yield from table_complaints(tree, "README.md")
    known = {*SETTINGS, *OF_TESTS, *macros(tree)}
    pages = [path for path in tree.paths(suffixes=(".md",)) if path != "CHANGELOG.md"]
    for path in [*pages, *(name for name in (MANUAL, COMPLETION) if tree.has(name))]:
        for number, name in names_in(tree, path):
            if name not in known:
                yield house.say(path, number, f"LEAKHOOK_{name} is no row of settings.def")
    named = {name for _, name in names_in(tree, MANUAL)} if tree.has(MANUAL) else set()
    lists_them = len(named) * 2 > len(SETTINGS)  # else it points to the table
    for name in SETTINGS if lists_them else []:
        if name not in named:
            yield house.say(MANUAL, 1, f"LEAKHOOK_{name} is not described")


GOOD = "".join(f"<!-- {name} -->\n{text}\n<!-- /{name} -->\n" for name, text in TEXTS.items())
ALL = "".join(f"LEAKHOOK_{name}\n" for name in SETTINGS)
EXAMPLES = [
    ({"README.md": GOOD, MANUAL: ".B LEAKHOOK_*\n" + ALL}, []),
    ({"README.md": "# leakhook\n" + GOOD.replace("<!-- kinds -->", "")},
     ["no table between <!-- kinds -->"]),
    ({"README.md": GOOD.replace("256MiB", "128MiB")}, [r"README\.md:\d+: the table of settings"]),
    ({"README.md": GOOD.replace("\n<!-- /kinds", "\n| more | than | true |\n<!-- /kinds")}, ["kinds"]),
    ({}, ["no table between <!-- settings", "no table between <!-- kinds"]),
    ({"README.md": GOOD, MANUAL: ALL.replace("LEAKHOOK_DIR\n", "")}, ["LEAKHOOK_DIR is not desc"]),
    ({"README.md": GOOD, MANUAL: "as with LEAKHOOK_DIR"}, []),
    ({"README.md": GOOD, "docs/a.md": "\nset LEAKHOOK_SAMPEL=1, LEAKHOOK_KINDS, LEAKHOOK_HERE\n",
      "preload/a.h": "#define LEAKHOOK_HERE 1\n"}, [r"a\.md:2: LEAK"]),
]

if __name__ == "__main__":
    sys.exit(house.main(complaints, EXAMPLES))
