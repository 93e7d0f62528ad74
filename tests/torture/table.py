# SPDX-License-Identifier: Apache-2.0
# How does a test of torture tell its end? By its exit status, and by a row of the table that
# scripts/torture makes.
#
# Environment: TORTURE_LONG, not empty: the long form; TORTURE_TABLE: the file for rows.
import os

SKIPPED = 77


def is_long():
    return bool(os.environ.get("TORTURE_LONG"))


def row(*cells):
    """What was done, how often, and how that ended."""
    print(" | ".join(cells))
    path = os.environ.get("TORTURE_TABLE")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")


def skip(name, reason):
    """Exit status of a test for which the machine lacks something."""
    row(name, "", f"skipped: {reason.strip()}")
    return SKIPPED


def tell(name, counts, complaints, stderr=""):
    """Exit status; says what was wrong."""
    row(name, counts, f"**{len(complaints)} complaints**" if complaints else "ok")
    for complaint in complaints[:20]:
        print(complaint)
    if complaints and stderr:
        print(f"stderr was: {stderr[-1500:]}")
    return 1 if complaints else 0
