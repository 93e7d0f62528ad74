# SPDX-License-Identifier: Apache-2.0
# Does each test that docs/SAFETY.md names as a proof exist, and does meson run it?
import re
import sys

import house

PAGE = "docs/SAFETY.md"
CODE = (".c", ".cc", ".py")
NAME = re.compile(r"`([^`]*)`")


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def rows(tree):
    """(line number, text of the last column) of each table whose last column is called test."""
    is_ours, before = False, ""
    for number, line in tree.lines(PAGE):
        if not line.startswith("|"):
            is_ours = False
        elif re.fullmatch(r"[|\s:-]+", line):
            is_ours = cells(before)[-1] == "test"
        elif is_ours:
            yield number, cells(line)[-1]
        before = line


def files_of(tree, name):
    """Sources of tests called so that some meson.build below tests/ mentions."""
    plans = "\n".join(tree.text(path) for path in tree.paths("tests") if path.endswith("meson.build"))
    if not re.search(rf"'(?:[\w/]+/)?{re.escape(name)}(?:\.\w+)?'", plans):
        return []
    return [path for path in tree.paths("tests", suffixes=CODE)
            if path.rsplit("/", 1)[-1].rsplit(".", 1)[0] == name]


def has_case(text, case):
    return re.search(rf"\bdef {re.escape(case)}\(|\bTEST(?:_[FP])?\(\w+, {re.escape(case)}\)", text)


def complaint(tree, told):
    """Why `file` or `file: case` is no test of ours; None when it is one."""
    name, _, case = told.partition(": ")
    files = files_of(tree, name)
    if not files:
        return f"no test is called {name}"
    if case and not any(has_case(tree.text(path), case) for path in files):
        return f"{files[0]} has no case {case}"
    return None


def complaints(tree):
    if not tree.has(PAGE):
        yield house.say(PAGE, 1, "is missing")
        return
    found = list(rows(tree))
    if not found:
        yield house.say(PAGE, 1, "no table of traps: its last column would be called test")
    for number, text in found:
        names = NAME.findall(text)
        if not names:
            yield house.say(PAGE, number, "a row without a test")
        for name in names:
            reason = complaint(tree, name)
            if reason:
                yield house.say(PAGE, number, reason)


def example(*lines):
    return {PAGE: "# Safety\n\n| trap | way out | test |\n|---|---|---|\n" + "\n".join(lines) + "\n",
            "tests/services/meson.build": "files(\n  'forks.c',\n)\nforeach name : ['scenarios']\n",
            "tests/unit/meson.build": "executable('a', 'deep/table_test.cc', 'gone_test.cc')",
            "tests/services/forks.c": "int main(void) { return 0; }",
            "tests/services/alone.c": "",
            "tests/services/scenarios.py": "class A:\n    def test_link(self):\n        pass\n",
            "tests/unit/deep/table_test.cc": "TEST_F(Table, Grows) {\n}\nTEST(Table, Ends) {}\n"}


EXAMPLES = [
    (example("| a | b | `forks`, `scenarios: test_link` |", "| c `x` | d | `table_test: Grows` `table_test: Ends` |",
             "", "| other | table |", "|---|---|", "| `no` | `test` |"), []),
    (example("| a | b | `made_up` |"), [r"SAFETY\.md:5: no test is called made_up"]),
    (example("| a | b | `alone` |"), ["no test is called alone"]),
    (example("| a | b | `gone_test` |"), ["no test is called gone_test"]),
    (example("| a | b | `forks` |", "| a | b | `scenarios: test_lin` |", "| a | b | `table_test: Table` |"),
     [r":6: .*scenarios\.py has no case test_lin", "has no case Table"]),
    (example("| a | b | some day |"), [r":5: a row without a test"]),
    ({PAGE: "# Safety\n\n| trap |\n|---|\n| a |\n"}, ["no table of traps"]),
    ({"README.md": ""}, ["is missing"]),
]

if __name__ == "__main__":
    sys.exit(house.main(complaints, EXAMPLES))
