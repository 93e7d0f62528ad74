#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Is this profile one that pprof, Parca and our own promises accept? As a command: FILE...
import os
import re
import sys
import time

import pprof_file

PROMISED_TYPES = {
    "heap": ["alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes"],
    "fd": ["open_fds/count"],
    "thread": ["live_threads/count"],
    "timer": ["live_timers/count"],
    "misuse": ["opened/count", "closed_before/count", "misuses/count"],
    "mapping": ["mappings/count", "mapped_space/bytes"],
}
TYPE_NAME = re.compile(r"[a-z][a-z0-9_]*")
BUILD_ID = re.compile(r"([0-9a-f]{2})*")
REACH_WORDS = ("definite", "indirect", "possible", "reachable")
REACH_DONE = (r"reachability: done, pause \d+\.\d{3} ms \(predicted \d+\.\d{3} ms\), scanned \d+ bytes "
              r"in \d+\.\d{3} ms, \d+ threads, \d+ of them without their registers")
REACH_ANY = rf"{REACH_DONE}|reachability: unknown: \S.*"
FILE_NAME = re.compile(r"\.(?P<profile>[a-z]+)\.pb\.gz$")


def profile_name(path):
    """`heap` of `leakhook.service.7.0001.heap.pb.gz`; None for other names."""
    match = FILE_NAME.search(path)
    return match["profile"] if match else None


def check_strings(p):
    table = p.string_table
    if not table or table[0] != b"":
        yield "string_table[0] is not empty"
    for index, text in enumerate(table):
        try:
            text.decode("utf-8")
        except UnicodeDecodeError:
            yield f"string {index} is not UTF-8: {text!r}"
    if len(set(table)) != len(table):
        yield "a string stands twice in the table"


def string_references(p):
    for t in p.sample_type + ([p.period_type] if p.period_type else []):
        yield from (t.type, t.unit)
    for sample in p.sample:
        for label in sample.label:
            yield from (label.key, label.str, label.num_unit)
    for mapping in p.mapping:
        yield from (mapping.filename, mapping.build_id)
    for function in p.function:
        yield from (function.name, function.system_name, function.filename)
    yield from p.comment
    yield from (p.default_sample_type, p.drop_frames, p.keep_frames)


def check_references(p):
    size = len(p.string_table)
    if any(index < 0 or index >= size for index in string_references(p)):
        yield "a string index outside of the table"
    for name in ("mapping", "location", "function"):
        ids = [entry.id for entry in getattr(p, name)]
        if ids != list(range(1, len(ids) + 1)):
            yield f"{name} ids are not 1..n in order"
    for location in p.location:
        if location.mapping_id > len(p.mapping):
            yield f"location {location.id}: no mapping {location.mapping_id}"
        for line in location.line:
            if not 1 <= line.function_id <= len(p.function):
                yield f"location {location.id}: no function {line.function_id}"
    for index, sample in enumerate(p.sample):
        if not sample.location_id:
            yield f"sample {index} has no location"
        if any(not 1 <= i <= len(p.location) for i in sample.location_id):
            yield f"sample {index}: a location that does not exist"


def check_types(p, name):
    types = p.types()
    for t in p.sample_type:
        if not TYPE_NAME.fullmatch(p.text(t.type)) or not TYPE_NAME.fullmatch(p.text(t.unit)):
            yield f"sample type {p.text(t.type)}/{p.text(t.unit)} is no plain name"
    if not types:
        yield "no sample types"
    if name in PROMISED_TYPES and types != PROMISED_TYPES[name]:
        yield f"sample types {types} instead of {PROMISED_TYPES[name]}"
    if p.period_type is None or p.period < 1:
        yield "no period"
    elif name == "heap":
        if (p.text(p.period_type.type), p.text(p.period_type.unit)) != ("space", "bytes"):
            yield "period_type of heap is not space/bytes"
    elif name and p.period != 1:
        yield f"period {p.period} instead of 1"
    if name == "heap" and p.text(p.default_sample_type) != "inuse_space":
        yield "default_sample_type of heap is not inuse_space"


def check_samples(p, name):
    forms = {}
    for index, sample in enumerate(p.sample):
        if len(sample.value) != len(p.sample_type):
            yield f"sample {index}: {len(sample.value)} values, {len(p.sample_type)} types"
        elif any(value < 0 for value in sample.value):
            yield f"sample {index}: negative value {sample.value}"
        elif not any(sample.value):
            yield f"sample {index} says nothing: {sample.value}"
        elif name == "heap" and (sample.value[0] < sample.value[2] or
                                 sample.value[1] < sample.value[3]):
            yield f"sample {index}: more in use than was allocated: {sample.value}"
        keys = [label.key for label in sample.label]
        if len(set(keys)) != len(keys):
            yield f"sample {index}: two values under one label key"
        for label in sample.label:
            if label.key == 0 or (label.str and (label.num or label.num_unit)):
                yield f"sample {index}: a label without key, or both string and number"
            form = "string" if label.str else "number"
            if forms.setdefault(label.key, form) != form:
                yield f"label {p.text(label.key)}: string in one place, number in another"
    if len(set(identity(sample) for sample in p.sample)) != len(p.sample):
        yield "two samples with the same stack and labels"


def identity(sample):
    labels = sorted((label.key, label.str, label.num, label.num_unit) for label in sample.label)
    return tuple(sample.location_id), tuple(labels)


def check_reach(p, name):
    """What a snapshot found out: words and leaks belong together, and to a comment."""
    said = [comment for comment in p.comments() if comment.startswith("reachability: ")]
    for comment in said:
        if not re.fullmatch(REACH_ANY, comment):
            yield f"an odd comment: {comment}"
    keys = [p.string_table.index(key) if key in p.string_table else -1 for key in (b"reach", b"leak")]
    for index, sample in enumerate(p.sample):
        words = [p.text(label.str) for label in sample.label if label.key == keys[0]]
        leaks = [label.num for label in sample.label if label.key == keys[1]]
        if any(word not in REACH_WORDS for word in words):
            yield f"sample {index}: an unknown word {words}"
        if (words in (["definite"], ["indirect"])) != bool(leaks) or any(leak < 1 for leak in leaks):
            yield f"sample {index}: {words} with leak {leaks}"
        if words and not (name in ("heap", None) and any(re.fullmatch(REACH_DONE, one) for one in said)):
            yield f"sample {index}: {words} in profile {name} that speaks of {said}"


def check_mappings(p):
    for m in p.mapping:
        if m.memory_start >= m.memory_limit:
            yield f"mapping {m.id}: empty range"
        if not BUILD_ID.fullmatch(p.text(m.build_id)):
            yield f"mapping {m.id}: build id {p.text(m.build_id)} is not lower-case hex"
        if not p.text(m.filename):
            yield f"mapping {m.id} has no file name"
        mine = [location for location in p.location if location.mapping_id == m.id]
        lines = [line for location in mine for line in location.line]
        if m.has_functions and any(not location.line for location in mine):
            yield f"mapping {m.id}: has_functions, but not every location has lines"
        if m.has_filenames and any(not p.function[line.function_id - 1].filename for line in lines):
            yield f"mapping {m.id}: has_filenames, but not every function has a file"
        if m.has_line_numbers and any(line.line <= 0 for line in lines):
            yield f"mapping {m.id}: has_line_numbers, but not every line has a number"


def check_locations(p):
    seen = set()
    for location in p.location:
        if location.mapping_id:
            m = p.mapping[location.mapping_id - 1]
            if not m.memory_start <= location.address < m.memory_limit:
                yield f"location {location.id}: {location.address:#x} outside of its mapping"
            if "libleakhook" in p.text(m.filename):
                yield f"location {location.id} lies in our own library"
        key = (location.mapping_id, location.address,
               tuple((line.function_id, line.line) for line in location.line))
        if key in seen:
            yield f"location {location.id} stands twice"
        seen.add(key)
    for function in p.function:
        if not function.name:
            yield f"function {function.id} has no name"


def check_moment(p):
    if p.duration_nanos != 0:
        yield "a snapshot has no duration"
    if not 1_500_000_000 * 10**9 < p.time_nanos < (time.time() + 60) * 10**9:
        yield f"time_nanos {p.time_nanos} is no time of our days"


def check_comments(p, pid):
    comments = "\n".join(p.comments())
    for what, pattern in (("version", r"\d+\.\d+\.\d+"), ("mode", r"\bexact\b|\bsampl"),
                          ("pid", rf"\bpid\b\D*{pid or ''}\d*"), ("command", r"\bcommand\b")):
        if not re.search(pattern, comments):
            yield f"comments do not tell the {what}"


def complaints(p, name=None, main=None, pid=None):
    """Everything that is wrong with the profile, as sentences. `name`: which profile it should be;
    `main`: base name of the program; `pid`: the process that it tells about."""
    found = list(check_strings(p)) + list(check_references(p))
    if found:
        return found  # the rest follows these references
    found += list(check_types(p, name)) + list(check_samples(p, name))
    found += list(check_reach(p, name))
    found += list(check_mappings(p)) + list(check_locations(p))
    found += list(check_moment(p)) + list(check_comments(p, pid))
    if main and p.mapping and os.path.basename(p.text(p.mapping[0].filename)) != main:
        found.append(f"the first mapping is {p.text(p.mapping[0].filename)}, not {main}")
    return found


def check_file(path, main=None, pid=None):
    """As complaints(), for a file."""
    try:
        return complaints(pprof_file.read(path), profile_name(path), main, pid)
    except pprof_file.Malformed as error:
        return [f"malformed: {error}"]


def main():
    bad = 0
    for path in sys.argv[1:]:
        for complaint in check_file(path):
            print(f"{path}: {complaint}")
            bad += 1
    return 1 if bad or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
