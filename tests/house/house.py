# SPDX-License-Identifier: Apache-2.0
# What is a house check? A rule over the files of the tree, with examples that prove it can fail.
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LEFT_OUT = re.compile(r"(\.git|build[^/]*|__pycache__|.*\.(pb\.gz|lhk))$")


class Tree:
    """Files by their path from the root. `changed` stands above what is on disk, or alone."""

    def __init__(self, changed=None, root=None):
        self.root = root
        self._changed = changed or {}
        self._paths = set(self._changed) | (set(self._on_disk()) if root else set())

    def _on_disk(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if not LEFT_OUT.match(name)]
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), self.root)
                if not LEFT_OUT.match(name) and not os.path.islink(os.path.join(self.root, path)):
                    yield path

    def paths(self, *folders, suffixes=("",)):
        """Sorted paths below these folders (everywhere when none is named)."""
        return sorted(path for path in self._paths if path.endswith(tuple(suffixes)) and
                      (not folders or path.startswith(tuple(f"{name}/" for name in folders))))

    def has(self, path):
        return path in self._paths or any(other.startswith(f"{path}/") for other in self._paths)

    def text(self, path):
        if path in self._changed:
            return self._changed[path]
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def lines(self, path):
        """(number, line) from 1."""
        return enumerate(self.text(path).splitlines(), 1)


def say(path, line, text):
    return f"{path}:{line}: {text}"


def _example_fails(rule, changed, wanted):
    """Why the rule does not say of an example what it should; None when it does."""
    found = list(rule(Tree(changed)))
    if len(found) == len(wanted) and all(re.search(pattern, text)
                                         for pattern, text in zip(wanted, found)):
        return None
    return f"the check itself is wrong: it says {found} of {changed}, not {wanted}"


def main(rule, examples):
    """Ends the process. `rule` yields complaints about a tree; `examples`: [(files, regexes of its
    complaints in order)], of which some are empty and some are not."""
    broken = [text for text in (_example_fails(rule, *example) for example in examples) if text]
    if not any(wanted for _, wanted in examples) or all(wanted for _, wanted in examples):
        broken.append("the check itself is wrong: it needs a good and a bad example")
    found = broken or list(rule(Tree(root=ROOT)))
    print("\n".join(found) if found else f"ok, and {len(examples)} examples")
    sys.exit(1 if found else 0)
