# SPDX-License-Identifier: Apache-2.0
# How is the result of a run of the suite told? One line, and a page in Markdown.
import compare

HEAD = """# Transparency

Which programs behave under libleakhook as without it? Each command line of
`tests/transparency/programs.list` was run bare twice, then with the library in each mode.
This page was made by `scripts/transparency --table docs/TRANSPARENCY.md`.
"""


def summary(results):
    ran = [one for one in results if not one.missing]
    bad = [one for one in ran if not one.is_good()]
    excused = sum(bool(one.excused) for one in ran)
    return (f"{len(ran)} command lines run, {len(ran) - len(bad)} alike ({excused} of them with a "
            f"known exception), {len(bad)} not, {len(results) - len(ran)} skipped")


def page(results, book, modes):
    return HEAD
