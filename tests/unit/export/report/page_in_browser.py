#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Does the page of the HTML report work in a browser? Headless Chromium draws pages of test verdicts;
# a script of the test, admitted by its hash, clicks and types as a reader would.
import argparse
import base64
import hashlib
import html.parser
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
VOID = {"meta", "link", "input", "img", "br", "hr"}
settings = argparse.Namespace()


class Element:
    def __init__(self, tag, attributes):
        self.tag, self.attributes, self.children = tag, dict(attributes), []

    def all(self, test):
        for child in self.children:
            if isinstance(child, Element):
                if test(child):
                    yield child
                yield from child.all(test)

    def tags(self, tag):
        return list(self.all(lambda element: element.tag == tag))

    def classed(self, name):
        return list(self.all(lambda element: name in (element.attributes.get("class") or "").split()))

    def by_id(self, name):
        return next(self.all(lambda element: element.attributes.get("id") == name), None)

    def text(self):
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


class Reader(html.parser.HTMLParser):
    """The tree of a page that Chromium wrote, in which every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.root = Element("root", [])
        self.open = [self.root]
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        element = Element(tag, attrs)
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        if self.open[-1].tag == tag:
            self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)


def page_text(name):
    with open(f"{settings.folder}/{name}.html", encoding="utf-8") as file:
        return file.read()


def drawn(text, choices=""):
    """(page as it stands after its scripts, lines of its console)"""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/page.html"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run(
            [settings.browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={folder}/profile", "--enable-logging=stderr", "--dump-dom",
             "--virtual-time-budget=5000", f"file://{path}#{choices}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=True)
    console = [line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]
    return Reader(done.stdout.decode()).root, console


def driven(text, script):
    """The page after a script of ours ran behind its own."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    text = text.replace("script-src ", f"script-src 'sha256-{digest}' ", 1)
    return drawn(text.replace("</body>", f"<script>{script}</script></body>"))


def column(table, index):
    return [row.tags("td")[index].text() for row in table.classed("cause")]


def numbers(texts):
    return [int(text.replace(",", "")) for text in texts]


def width(element):
    return float(re.search(r"width: ([\d.]+)%", element.attributes["style"])[1])


class Drawn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page, cls.console = drawn(page_text("rich"), "show=all")

    def test_scripts_run_to_their_end_without_a_word(self):
        self.assertEqual(self.console, [])
        self.assertEqual(self.page.tags("html")[0].attributes.get("class"), "drawn")

    def test_a_table_for_each_profile(self):
        tables = [table.attributes["id"] for table in self.page.by_id("tables").tags("table")]
        self.assertEqual(tables, ["table-heap", "table-mapping", "table-fd", "table-thread", "table-timer"])
        self.assertEqual(column(self.page.by_id("table-fd"), 0),
                         ["socket", "filesuppressed", "file"])

    def test_many_rows_wait_behind_a_button(self):
        self.assertEqual(len(self.page.by_id("table-heap").classed("cause")), 50)
        self.assertIn("Show all 153 rows", self.page.by_id("tables").text())

    def test_flames_share_the_width_of_their_parent(self):
        frames = self.page.by_id("flame").classed("frame")
        self.assertGreater(len(frames), 60)
        self.assertEqual(width(frames[0]), 100)
        self.assertEqual([frame.text() for frame in frames[:3]], ["all", "main", "serve(Connection&)"])
        for level in range(2, 6):
            row = [width(frame) for frame in frames if frame.attributes["aria-level"] == str(level)]
            self.assertLessEqual(sum(row), 100.001)
            self.assertGreater(sum(row), 50)

    def test_histograms_have_bars(self):
        for name in ("sizes", "ages"):
            bars = self.page.by_id(name).classed("bar-fill")
            self.assertGreater(len(bars), 4)
            self.assertEqual(max(width(bar) for bar in bars), 100)

    def test_the_run_is_told(self):
        text = self.page.by_id("run").text()
        for wanted in ("unused suppression", "leak:never (rules.txt:1)", "stacks_lost: 3", "timer<=1",
                       "310 MiB scanned", "mode: exact", "gone from the baseline"):
            self.assertIn(wanted, text)

    def test_profiles_can_be_downloaded(self):
        files = {link.attributes["download"]: base64.b64decode(link.attributes["href"].split(",")[1])
                 for link in self.page.by_id("files").tags("a")}
        self.assertEqual(files, {"leakhook.service.4711.0001.heap.pb.gz": b"\x1f\x8bheap",
                                 "leakhook.service.4711.fd.pb.gz": b"\x1f\x8b\0\xff"})


class Choices(unittest.TestCase):
    def test_address_sorts_a_table(self):
        for sort, order in (("count", "ascending"), ("-count", "descending")):
            table = drawn(page_text("rich"), f"show=all&sort.heap={sort}")[0].by_id("table-heap")
            counts = numbers(column(table, 2))
            self.assertEqual(counts, sorted(counts, reverse=order == "descending"))
            heads = [head.attributes.get("aria-sort") for head in table.tags("th")]
            self.assertEqual([head for head in heads if head], [order])

    def test_only_leaks_are_shown_first(self):
        page, _ = drawn(page_text("rich"))
        self.assertEqual([len(table.classed("cause")) for table in page.by_id("tables").tags("table")],
                         [1, 1, 2, 1])
        self.assertIn("5 of 159 findings", page.by_id("found").text())
        self.assertEqual([len(part) for part in [page.classed("story"), page.classed("below")]], [1, 1])

    def test_reader_clicks_and_types(self):
        page, console = driven(page_text("rich"), """
          const say = (name, value) => document.body.setAttribute(`data-${name}`, value);
          const first = () => document.querySelector("#table-heap .cause td:nth-child(3)").textContent;
          document.querySelector("#show input[value=all]").click();
          document.getElementById("heap-count").click(); say("falling", first());
          document.getElementById("heap-count").click(); say("rising", first());
          say("focus", document.activeElement.id);
          document.querySelector(".more").click();
          say("rows", document.querySelectorAll("#table-heap .cause").length);
          const search = document.getElementById("search");
          document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "/", bubbles: true}));
          say("searches", document.activeElement === search);
          search.value = "DB:: 10.0.0.5"; search.dispatchEvent(new Event("input"));
          say("found", document.querySelectorAll(".cause").length);
          document.querySelector(".cause").click();
          say("story", document.querySelector(".story .stack").textContent);
          say("address", location.hash);""")
        self.assertEqual(console, [])
        said = page.tags("body")[0].attributes
        self.assertEqual((said["data-falling"], said["data-rising"]), ("576", "1"))
        self.assertEqual((said["data-focus"], said["data-searches"]), ("heap-count", "true"))
        self.assertEqual((said["data-rows"], said["data-found"]), ("153", "1"))
        self.assertIn("db::connect() src/db.cc:88", said["data-story"])
        self.assertIn("search=DB", said["data-address"])
        self.assertIn("sort.heap=count", said["data-address"])

    def test_keys_walk_and_zoom_flames(self):
        page, console = driven(page_text("leaking"), """
          const names = [];
          const press = (key) => {
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
            names.push(document.activeElement.textContent);
          };
          document.querySelector("#flame [tabindex='0']").focus();
          for (let i = 0; i < 4; ++i) press("ArrowDown");
          press("ArrowRight"); press("ArrowLeft"); press("ArrowRight"); press("Enter");
          document.body.setAttribute("data-names", names.join());
          document.body.setAttribute("data-width", document.activeElement.style.width);
          press("Escape");
          document.body.setAttribute("data-cells", document.querySelectorAll("#flame .frame").length);""")
        self.assertEqual(console, [])
        said = page.tags("body")[0].attributes
        grow, make = "Buffer::grow(unsigned long)", "std::make_unique<Session>()"
        self.assertEqual(said["data-names"].split(",")[:4],
                         ["main", "serve(Connection&)", "make_session(Connection&)", make])
        self.assertEqual(said["data-names"].split(",")[4:], [grow, make, grow, grow])
        self.assertEqual((said["data-width"], said["data-cells"]), ("100%", "9"))


class Hostile(unittest.TestCase):
    def test_names_stay_names(self):
        page, console = drawn(page_text("hostile"), "show=all")
        self.assertEqual(console, [])
        self.assertEqual(page.tags("html")[0].attributes.get("class"), "drawn")
        self.assertEqual([len(page.tags(tag)) for tag in ("script", "img", "style")], [2, 0, 1])
        self.assertIn("a</script><script>throw 'ran'</script><img src=x", page.by_id("tables").text())
        for character in "\u202e\u2028\ufeff\x1b\x01":
            self.assertNotIn(character, page.text())

    def test_policy_forbids_what_is_not_ours(self):
        text = page_text("clean").replace("</body>", "<script>document.title = 'ran'</script>"
                                          "<img src='https://example.org/x.png'></body>")
        page, console = drawn(text)
        self.assertEqual(page.tags("title")[0].text(), "no leaks in service (pid 4711) · leakhook")
        self.assertEqual(len([line for line in console if "Content Security Policy" in line]), 2)

    def test_nothing_is_asked_of_a_network(self):
        self.assertEqual(set(re.findall(r"\w+://[^\s'\"]+", page_text("rich"))), {"http://www.w3.org/2000/svg"})
        self.assertEqual(re.findall(r"<(?:script|img|iframe|object)[^>]* src", page_text("rich")), [])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--make-reports", required=True)
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()
    settings.browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not settings.browser:
        print(f"no browser to draw the page: none of {', '.join(BROWSERS)} is installed")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        settings.folder = folder
        subprocess.run([options.make_reports, folder], check=True)
        unittest.main(argv=[sys.argv[0], *options.rest])


if __name__ == "__main__":
    main()
