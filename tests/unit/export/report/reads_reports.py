#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Can others read our reports? JUnit by a strict XML parser, SARIF against what its specification
# requires, workflow commands and Markdown as GitHub reads them.
import argparse
import json
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree

VERDICTS = ("clean", "leaking", "rich", "hostile", "misuse_shown", "misuse_fails")
LEVELS = {"none", "note", "warning", "error"}
settings = argparse.Namespace()


def raw(name):
    with open(f"{settings.folder}/{name}", "rb") as file:
        return file.read()


def text(name):
    return raw(name).decode("utf-8")  # fails on what is no UTF-8


class EveryReport(unittest.TestCase):
    def test_no_character_deceives_the_reader(self):
        for verdict in VERDICTS:
            for suffix in ("txt", "xml", "sarif", "github", "md", "html", "json"):
                found = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069"
                                   "\ufeff\uffff]", text(f"{verdict}.{suffix}"))
                self.assertEqual(found, [], f"{verdict}.{suffix}")


class Junit(unittest.TestCase):
    def suites(self, verdict):
        root = ElementTree.fromstring(raw(f"{verdict}.xml"))
        self.assertEqual(root.tag, "testsuites")
        for holder in (root, *root):
            for name, path in (("tests", ".//testcase"), ("failures", ".//failure"), ("errors", ".//error")):
                self.assertEqual(int(holder.get(name)), len(holder.findall(path)), name)
        for suite in root:
            order = [child.tag for child in suite]
            self.assertEqual(order, sorted(order, key=["properties", "testcase", "system-out"].index))
            self.assertRegex(suite.get("timestamp", "2000-01-01T00:00:00"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")
        return list(root)

    def test_each_process_is_a_suite(self):
        self.assertEqual([suite.get("name") for suite in self.suites("rich")], ["service", "worker"])
        self.assertEqual([len(suite.findall("testcase")) for suite in self.suites("rich")], [4, 1])

    def test_no_leak_is_a_passed_test(self):
        (suite,) = self.suites("clean")
        (case,) = suite.findall("testcase")
        self.assertEqual((case.get("name"), list(case)), ("no leaks", []))

    def test_a_leak_is_a_failed_test_under_a_lasting_name(self):
        suite = self.suites("rich")[0]
        names = [case.get("name") for case in suite.findall("testcase")]
        self.assertEqual(len(set(names)), len(names))
        case = suite.findall("testcase")[0]
        self.assertEqual(case.get("name"), "heap/definite in make_session(Connection&) [1111111111111111]")
        self.assertEqual((case.get("classname"), case.get("file"), case.get("line")),
                         ("leakhook.service", "src/session.cc", "42"))
        failure = case.find("failure")
        self.assertEqual(failure.get("type"), "heap/definite")
        self.assertIn("512 blocks definitely lost, and 12.0 KiB in 64 blocks below", failure.get("message"))
        self.assertIn("#4 main src/main.cc:9 (service)", failure.text)
        self.assertEqual((suite.get("hostname"), suite.get("time")), ("builder", "1.500"))
        self.assertIn("unused suppression: leak:never", suite.find("system-out").text)

    def test_undecided_is_an_error(self):
        suites = self.suites("hostile")
        self.assertEqual([suite.get("errors") for suite in suites], ["0", "1"])
        self.assertIn("</script><script>throw", suites[0].get("name"))


class Sarif(unittest.TestCase):
    def run_of(self, verdict):
        log = json.loads(text(f"{verdict}.sarif"))
        self.assertEqual((log["version"], len(log["runs"])), ("2.1.0", 1))
        self.assertRegex(log["$schema"], r"/sarif-schema-2\.1\.0\.json$")
        return log["runs"][0]

    def check_location(self, run, location):
        artifact = location["physicalLocation"]["artifactLocation"]
        uri = urllib.parse.urlsplit(artifact["uri"])
        self.assertRegex(artifact["uri"], r"^[\w.~!$&'()*+,;=@%/:-]+$")
        self.assertIn(uri.scheme, ("", "file"))
        if "uriBaseId" in artifact:
            self.assertIn(artifact["uriBaseId"], run["originalUriBaseIds"])
            self.assertFalse(uri.path.startswith("/"))
        if "region" in location["physicalLocation"]:
            self.assertGreaterEqual(location["physicalLocation"]["region"]["startLine"], 1)

    def test_required_properties_are_there(self):
        for verdict in VERDICTS:
            run = self.run_of(verdict)
            rules = run["tool"]["driver"]["rules"]
            self.assertEqual(run["tool"]["driver"]["name"], "leakhook")
            self.assertEqual(len({rule["id"] for rule in rules}), len(rules))
            for base in run.get("originalUriBaseIds", {}).values():
                self.assertTrue(base["uri"].endswith("/"))
            for invocation in run["invocations"]:
                self.assertIs(invocation["executionSuccessful"], verdict != "hostile")
                for note in invocation.get("toolExecutionNotifications", []):
                    self.assertTrue(note["message"]["text"])
            for result in run["results"]:
                self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
                self.assertTrue(result["message"]["text"])
                self.assertIn(result["level"], LEVELS)
                self.assertEqual(len(result["locations"]), 1)
                frames = [frame for stack in result["stacks"] for frame in stack["frames"]]
                for location in [*result["locations"], *result.get("relatedLocations", []),
                                 *(frame["location"] for frame in frames)]:
                    self.check_location(run, location)

    def test_a_leak_stands_at_the_line_to_mend(self):
        result = self.run_of("rich")["results"][0]
        place = result["locations"][0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"], {"uri": "src/session.cc", "uriBaseId": "SRCROOT"})
        self.assertEqual(place["region"], {"startLine": 42})
        self.assertEqual([len(stack["frames"]) for stack in result["stacks"]], [5, 4])
        self.assertEqual(result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 19)
        self.assertEqual(result["partialFingerprints"], {
            "leakhook/v1": "1111111111111111", "primaryLocationLineHash": "1111111111111111:1"})

    def test_known_and_suppressed_leaks_open_no_alerts(self):
        levels = [result["level"] for result in self.run_of("rich")["results"]]
        self.assertEqual([levels.count("error"), levels.count("warning"), len(levels)], [5, 15, 20])

    def test_nothing_found_is_an_empty_list(self):
        self.assertEqual(self.run_of("clean")["results"], [])


class Misuse(unittest.TestCase):
    """Each report tells of it, with its stacks, and of a failure only where it is one."""

    def test_each_report_has_the_three_stacks(self):
        for verdict in ("misuse_shown", "misuse_fails"):
            for suffix in ("txt", "sarif", "github", "md", "html", "json"):
                for function in ("hang_up", "time_out", "accept_one"):
                    self.assertIn(function, text(f"{verdict}.{suffix}"), f"{verdict}.{suffix}")
        for function in ("hang_up", "time_out", "accept_one"):
            self.assertIn(function, text("misuse_fails.xml"))

    def test_junit_fails_only_for_what_fails(self):
        for verdict, failures in (("misuse_shown", 0), ("misuse_fails", 1)):
            root = ElementTree.fromstring(raw(f"{verdict}.xml"))
            self.assertEqual(int(root.get("failures")), failures)
            self.assertEqual(len(root.findall(".//failure")), failures)
            self.assertEqual(int(root.get("tests")), 1)
        case = ElementTree.fromstring(raw("misuse_fails.xml")).find(".//testcase")
        self.assertEqual((case.get("name"), case.get("file"), case.get("line")),
                         ("misuse/double_close in hang_up(Connection&) [2222222222222222]",
                          "src/connection.cc", "31"))
        shown = ElementTree.fromstring(raw("misuse_shown.xml")).find(".//system-out").text
        self.assertIn("misuse (does not fail): closed a descriptor", shown)

    def test_sarif_has_a_rule_of_its_own_and_the_other_stacks_as_related_places(self):
        for verdict, level in (("misuse_shown", "warning"), ("misuse_fails", "error")):
            (result,) = json.loads(text(f"{verdict}.sarif"))["runs"][0]["results"]
            self.assertEqual((result["ruleId"], result["level"], result["occurrenceCount"]),
                             ("misuse/double_close", level, 3))
            lines = [place["physicalLocation"]["region"]["startLine"]
                     for place in (*result["locations"], *result["relatedLocations"])]
            self.assertEqual(lines, [31, 77, 12])

    def test_github_warns_or_fails_at_the_line(self):
        for verdict, level in (("misuse_shown", "warning"), ("misuse_fails", "error")):
            self.assertIn(f"::{level} file=src/connection.cc,line=31,title=leakhook%3A misuse%3A",
                          text(f"{verdict}.github"))

    def test_markdown_and_html_say_whether_it_fails(self):
        self.assertIn("**Misuse, does not fail**", text("misuse_shown.md"))
        self.assertIn("**Misuse**", text("misuse_fails.md"))
        self.assertIn("1 misuse in", text("misuse_fails.md"))
        self.assertIn("[shown]</summary>", text("misuse_shown.html"))
        self.assertIn("[fails]</summary>", text("misuse_fails.html"))
        self.assertNotIn('id="misuse"', text("clean.html"))

    def test_json_stands_apart_from_holdings(self):
        (process,) = json.loads(text("misuse_fails.json"))["processes"]
        (misuse,) = process["misuses"]
        self.assertEqual(process["holdings"], [])
        self.assertEqual((misuse["misuse"], misuse["kind"], misuse["count"], misuse["decision"]),
                         ("double_close", "socket", 3, "fails"))
        self.assertEqual([misuse[key][0]["line"] for key in ("stack", "closed_before", "opened")],
                         [31, 77, 12])


class Github(unittest.TestCase):
    def commands(self, verdict):
        """[(level, properties, message)] as the runner takes them apart."""
        found = []
        for line in text(f"{verdict}.github").splitlines():
            level, properties, message = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line).groups()
            decoded = dict(part.split("=", 1) for part in properties.split(","))
            self.assertNotRegex(message + properties, "%(?!25|0A|0D|3A|2C)")
            found.append((level, decoded, message))
        return found

    def test_leaks_are_errors_at_their_lines(self):
        level, properties, message = self.commands("rich")[0]
        self.assertEqual((level, properties["file"], properties["line"]), ("error", "src/session.cc", "42"))
        self.assertTrue(properties["title"].startswith("leakhook%3A 48.0 KiB in 512 blocks definitely lost"))
        self.assertIn("%0A  #4 main src/main.cc%3A9".replace("%3A", ":"), message)

    def test_the_last_place_tells_of_the_rest(self):
        commands = self.commands("rich")
        levels = [level for level, _, _ in commands]
        self.assertEqual([levels.count(name) for name in ("error", "warning", "notice")], [5, 10, 1])
        self.assertIn("6 more", commands[-2][2])
        self.assertIn("SUMMARY: leakhook: 61440", commands[-1][2])

    def test_names_make_no_commands(self):
        commands = self.commands("hostile")
        self.assertEqual([level for level, _, _ in commands], ["error", "error", "error", "warning", "warning", "notice"])
        self.assertEqual(set(commands[1][1]), {"file", "line", "title"})


class Markdown(unittest.TestCase):
    def test_names_stand_where_nothing_is_read(self):
        fence = None
        for line in text("hostile.md").splitlines():
            opened = re.match(r"(`{3,})(text)?$", line)
            if opened and fence in (None, opened[1]):
                fence = None if fence else opened[1]
            elif fence is None:
                outside = re.sub(r"<code>[^<>]*</code>", "", line)
                outside = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", outside)
                self.assertNotRegex(outside, r"\bscript|@you|onerror", line)
                if line.startswith("|"):
                    self.assertEqual(len(re.findall(r"(?<!\\)\|", line)), 4, line)
        self.assertIsNone(fence)

    def test_each_leak_has_a_row_and_a_story(self):
        page = text("rich.md")
        self.assertTrue(page.startswith("### ❌ leakhook: 5 leaks in 2 processes\n"))
        self.assertEqual(page.count("<details>"), 5)
        self.assertIn("| 3 sockets not closed | `db::connect() src/db.cc:88` | `worker-1` | `service (pid 4711)` |\n", page)
        self.assertIn("### ✅ leakhook: no leaks in `service (pid 4711)`", text("clean.md"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--make-reports", required=True)
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings.folder = folder
        subprocess.run([options.make_reports, folder], check=True)
        unittest.main(argv=[sys.argv[0], *options.rest])


if __name__ == "__main__":
    main()
