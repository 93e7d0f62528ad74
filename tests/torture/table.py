# SPDX-License-Identifier: Apache-2.0
# How does a test of torture tell its end? By its exit status, and by a row of the table that
# scripts/torture makes.
SKIPPED = 77


class Table:
    """Rows of Markdown: what was done to whom, how often, and how that ended."""

    @staticmethod
    def add_option(parser):
        parser.add_argument("--table", metavar="FILE", help="append a row of Markdown for each result")

    def __init__(self, options):
        self._path = options.table

    def row(self, *cells):
        print(" | ".join(cells))
        if self._path:
            with open(self._path, "a", encoding="utf-8") as file:
                file.write("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")

    def skip(self, name, reason):
        """Exit status of a test for which the machine lacks something."""
        self.row(name, "", f"skipped: {reason.strip()}")
        return SKIPPED

    def tell(self, name, counts, complaints, stderr=""):
        """Exit status; says what was wrong."""
        self.row(name, counts, f"**{len(complaints)} complaints**" if complaints else "ok")
        for complaint in complaints[:20]:
            print(complaint)
        if complaints and stderr:
            print(f"stderr was: {stderr[-1500:]}")
        return 1 if complaints else 0
