# SPDX-License-Identifier: Apache-2.0
# Do the checks themselves fail when they should? Made from a good profile that is broken in one place.
import copy
import os
import time
import unittest

import judgement
import pprof_file as pb
import profile_check
import run_service
import running
import scenario
import verdict as verdicts


def good_heap():
    p = pb.Profile()
    strings = {"": 0}

    def text(word):
        return strings.setdefault(word, len(strings))
    for kind, unit in (("alloc_objects", "count"), ("alloc_space", "bytes"),
                       ("inuse_objects", "count"), ("inuse_space", "bytes")):
        p.sample_type.append(pb.ValueType(text(kind), text(unit)))
    p.period_type, p.period = pb.ValueType(text("space"), text("bytes")), 1
    p.default_sample_type = text("inuse_space")
    p.mapping = [pb.Mapping(1, 0x1000, 0x9000, 0, text("/bin/service"), text("0a1b"), 1, 1, 1, 1)]
    for index, name in enumerate(("leak_block", "main"), 1):
        p.function.append(pb.Function(index, text(name), text(name), text("service.c"), 0))
        p.location.append(pb.Location(index, 1, 0x2000 + index, [pb.Line(index, 7)]))
    label = pb.Label(text("kind"), text("heap"))
    p.sample = [pb.Sample([1, 2], [3, 300, 2, 200], [label])]
    p.time_nanos = time.time_ns()
    p.comment = [text("leakhook 0.1.0"), text("mode: exact"), text("pid: 42"),
                 text("command: service --quiet")]
    p.string_table = [word.encode() for word in strings]
    return p


def good_reach():
    """A definite block and what hangs below it, one that may be reached, one that is."""
    p = good_heap()

    def text(word):
        if word.encode() not in p.string_table:
            p.string_table.append(word.encode())
        return p.string_table.index(word.encode())
    kind = p.sample[0].label[0]
    p.sample = []
    for number, word in enumerate(("definite", "indirect", "possible", "reachable"), 1):
        labels = [kind, pb.Label(text("bytes"), 0, 100 + number, text("bytes")),
                  pb.Label(text("reach"), text(word))]
        if number <= 2:
            labels.append(pb.Label(text("leak"), 0, 1, text("leak")))
        p.sample.append(pb.Sample([1, 2], [1, 100 + number, 1, 100 + number], labels))
    p.comment.append(text("reachability: done, pause 1.234 ms (predicted 2.000 ms), scanned 123 bytes in "
                          "0.500 ms, 3 threads, 0 of them without their registers"))
    return p


def good_dump():
    heap = good_heap()
    dump = {"heap": heap}
    for name, types in profile_check.PROMISED_TYPES.items():
        if name != "heap":
            p = pb.Profile(period=1, time_nanos=time.time_ns(), comment=heap.comment)
            p.string_table = list(heap.string_table)
            p.period_type = pb.ValueType(p.string_table.index(b"space"), p.string_table.index(b"bytes"))
            for pair in types:
                words = [word.encode() for word in pair.split("/")]
                p.string_table += [word for word in words if word not in p.string_table]
                p.sample_type.append(pb.ValueType(*map(p.string_table.index, words)))
            dump[name] = p
    return dump


BROKEN = {
    "no empty string": lambda p: p.string_table.__setitem__(0, b"x"),
    "not UTF-8": lambda p: p.string_table.append(b"\xff\xfe"),
    "string twice": lambda p: p.string_table.append(b"main"),
    "string index": lambda p: setattr(p.function[0], "name", 999),
    "location id": lambda p: setattr(p.location[1], "id", 7),
    "ids out of order": lambda p: p.location.reverse(),
    "mapping reference": lambda p: setattr(p.location[0], "mapping_id", 2),
    "function reference": lambda p: setattr(p.location[0].line[0], "function_id", 0),
    "no location": lambda p: p.sample[0].location_id.clear(),
    "unknown location": lambda p: p.sample[0].location_id.append(9),
    "value count": lambda p: p.sample[0].value.pop(),
    "negative value": lambda p: p.sample[0].value.__setitem__(2, -1),
    "in use without allocation": lambda p: p.sample[0].value.__setitem__(2, 9),
    "zero sample": lambda p: setattr(p.sample[0], "value", [0, 0, 0, 0]),
    "same sample twice": lambda p: p.sample.append(copy.deepcopy(p.sample[0])),
    "two labels of one key": lambda p: p.sample[0].label.append(p.sample[0].label[0]),
    "label string and number": lambda p: setattr(p.sample[0].label[0], "num", 3),
    "label without key": lambda p: setattr(p.sample[0].label[0], "key", 0),
    "type order": lambda p: p.sample_type.reverse(),
    "type name": lambda p: p.string_table.__setitem__(p.sample_type[0].type, b"alloc-objects"),
    "default type": lambda p: setattr(p, "default_sample_type", p.sample_type[0].type),
    "period": lambda p: setattr(p, "period", 0),
    "duration": lambda p: setattr(p, "duration_nanos", 5),
    "no time": lambda p: setattr(p, "time_nanos", 0),
    "address outside": lambda p: setattr(p.location[0], "address", 0x9000),
    "build id case": lambda p: p.string_table.__setitem__(p.mapping[0].build_id, b"0A1B"),
    "lines missing": lambda p: p.location[0].line.clear(),
    "line number missing": lambda p: setattr(p.location[0].line[0], "line", 0),
    "file missing": lambda p: setattr(p.function[0], "filename", 0),
    "name missing": lambda p: setattr(p.function[0], "name", 0),
    "our own frames": lambda p: p.string_table.__setitem__(p.mapping[0].filename, b"/x/libleakhook.so"),
    "main not first": lambda p: p.string_table.__setitem__(p.mapping[0].filename, b"/lib/libc.so.6"),
    "no version": lambda p: p.comment.pop(0),
    "no mode": lambda p: p.comment.pop(1),
    "wrong pid": lambda p: p.string_table.__setitem__(p.comment[2], b"pid: 43"),
    "no command": lambda p: p.comment.pop(3),
}


BROKEN_REACH = {
    "leak of a reachable block": lambda p: p.sample[3].label.append(p.sample[0].label[3]),
    "lost without a leak": lambda p: p.sample[1].label.pop(),
    "leak number 0": lambda p: setattr(p.sample[0].label[3], "num", 0),
    "unknown word": lambda p: setattr(p.sample[0].label[2], "str", p.string_table.index(b"main")),
    "words without a snapshot": lambda p: p.comment.pop(),
    "words, and a reason for none": lambda p: p.string_table.__setitem__(
        p.comment[-1], b"reachability: unknown: another snapshot was being taken"),
    "odd comment": lambda p: p.string_table.__setitem__(p.comment[-1], b"reachability: done"),
}


class ProfileCheck(unittest.TestCase):
    def test_good_profile_passes(self):
        self.assertEqual(profile_check.complaints(good_heap(), "heap", "service", 42), [])
        self.assertEqual(profile_check.complaints(good_reach(), "heap", "service", 42), [])

    def test_each_fault_of_a_snapshot_is_found(self):
        for name, damage in BROKEN_REACH.items():
            with self.subTest(name):
                p = good_reach()
                damage(p)
                self.assertNotEqual(profile_check.complaints(p, "heap", "service", 42), [])

    def test_each_fault_is_found(self):
        for name, damage in BROKEN.items():
            with self.subTest(name):
                p = good_heap()
                damage(p)
                self.assertNotEqual(profile_check.complaints(p, "heap", "service", 42), [])

    def test_encoding_survives_the_round_trip(self):
        p = good_heap()
        self.assertEqual(pb.decode(pb.Profile, pb.encode(p)), p)

    def test_torn_bytes_are_malformed(self):
        whole = pb.encode(good_heap())
        for size in (1, len(whole) // 2, len(whole) - 1):
            with self.assertRaises(pb.Malformed):
                pb.decode(pb.Profile, whole[:size])


class Judgement(unittest.TestCase):
    def judge(self, line, dump=None):
        return judgement.judge(dump or good_dump(), verdicts.parse([f"// leaks: {line}"]))

    def test_right_verdict_passes(self):
        self.assertEqual(self.judge("2 heap in leak_block (200 bytes)"), [])

    def test_wrong_verdicts_fail(self):
        for line in ("1 heap in leak_block", "3 heap in leak_block", "2 heap in leak_block (199 bytes)",
                     "2 heap in leak_other", "2 heap in leak_block, 1 eventfd in leak_block",
                     "nothing at all"):
            self.assertNotEqual(self.judge(line), [], line)

    def test_clean_function_in_use_fails(self):
        dump = good_dump()
        names = dump["heap"].string_table
        names[names.index(b"leak_block")] = b"clean_block"
        self.assertNotEqual(self.judge("nothing", dump), [])
        dump["heap"].sample[0].value[2:] = [0, 0]
        self.assertEqual(self.judge("nothing", dump), [])

    def test_inherited_is_no_leak(self):
        dump = good_dump()
        heap = dump["heap"]
        heap.string_table += [b"origin", b"inherited"]
        heap.sample[0].label.append(pb.Label(len(heap.string_table) - 2, len(heap.string_table) - 1))
        self.assertNotEqual(self.judge("2 heap in leak_block", dump), [])
        self.assertEqual(self.judge("nothing at all", dump), [])

    def test_conditions_that_fail(self):
        for extra in ("label: kind=^fd$ in leak_block", "stack: leak_block > main", "comment: never"):
            verdict = verdicts.parse(["// leaks: 2 heap in leak_block", f"// {extra}"])
            self.assertNotEqual(judgement.judge(good_dump(), verdict), [], extra)

    def test_verdicts_that_are_none(self):
        for line in ("leaks: 2 heaps in leak_x", "leaks: some", "exit: 0", "leaks: 2 heap in x y"):
            with self.assertRaises(verdicts.BadVerdict):
                verdicts.parse([f"// {line}"])


class Files(scenario.Scenario):
    def examine(self, change, dumps="exit"):
        """Complaints about a folder with one good dump that `change(folder)` damaged."""
        for name, p in good_dump().items():
            pb.write(os.path.join(self.folder, f"leakhook.service.42.0001.{name}.pb.gz"), p)
        change(self.folder)
        run = running.Run(self.folder, pid=42)
        verdict = verdicts.parse(["// leaks: 2 heap in leak_block", f"// dumps: {dumps}"])
        return run_service.examine(run, verdict, "service")

    def test_good_folder_passes(self):
        self.assertEqual(self.examine(lambda folder: None), [])

    def test_bad_folders_fail(self):
        heap = "leakhook.service.42.0001.heap.pb.gz"

        def torn(folder):
            with open(os.path.join(folder, heap), "r+b") as file:
                file.truncate(60)

        def stranger(folder):
            with open(os.path.join(folder, heap + ".tmp"), "wb"):
                pass
        for change in (torn, stranger, lambda folder: os.unlink(os.path.join(folder, heap)),
                       lambda folder: [os.unlink(os.path.join(folder, n)) for n in os.listdir(folder)]):
            self.assertNotEqual(self.examine(change), [])

    def test_dump_that_was_not_made(self):
        self.assertNotEqual(self.examine(lambda folder: None, "both"), [])
        self.assertNotEqual(self.examine(lambda folder: None, "usr2"), [])
        self.assertNotEqual(self.examine(lambda folder: None, "none"), [])

    def test_changed_output_and_status_are_seen(self):
        bare = running.Run("", status=0, stdout=b"a", stderr="x\n")
        verdict = verdicts.Verdict()
        self.assertEqual(list(run_service.compare(bare, bare, verdict)), [])
        for change in ({"status": 1}, {"stdout": b"b"}, {"stderr": ""}, {"stderr": "x\nERROR\n"}):
            other = running.Run("", **{"status": 0, "stdout": b"a", "stderr": "x\n", **change})
            self.assertNotEqual(list(run_service.compare(bare, other, verdict)), [], change)


if __name__ == "__main__":
    scenario.main()
