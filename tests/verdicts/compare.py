#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Do leakhook, valgrind and LeakSanitizer say the same about the same binaries, and is every difference
# explained beside the program? Writes the table of docs/VERDICTS.md.
import argparse
import concurrent.futures
import os
import shutil
import sys
from dataclasses import dataclass, field

import judges
import truth

JUDGES = {"leakhook": judges.leakhook, "valgrind": judges.valgrind,
          "LeakSanitizer": judges.leaksanitizer}
AGREE_AT_LEAST = 0.95
MOST_DEATHS = 0.05  # of programs, by errors of a peer's own


@dataclass
class Row:
    truth: truth.Truth
    words: truth.Words                          # of the program, or of its twin
    is_twin: bool
    heard: dict = field(default_factory=dict)   # judge -> Heard
    complaints: list = field(default_factory=list)
    deaths: list = field(default_factory=list)  # sentences about peers that died of themselves

    @property
    def name(self):
        return self.truth.name + ("_clean" if self.is_twin else "")


def rows_of(sources):
    for name in sorted(os.listdir(sources)):
        if name.endswith((".c", ".cc")):
            of_program = truth.of_file(os.path.join(sources, name))
            yield Row(of_program, of_program.words, False)
            if of_program.clean:
                yield Row(of_program, of_program.clean, True)


def differences(row, judge, heard):
    """What a judge says otherwise than the truth. LeakSanitizer has no words for parts of what is lost."""
    if judge == "LeakSanitizer":
        mine, its = row.words.lost(), heard.words.lost()
        return [] if mine == its else [f"lost {truth.text_of(its)} instead of {truth.text_of(mine)}"]
    expected = row.words
    if judge == "leakhook" and row.truth.limit and not row.is_twin:
        expected = row.truth.limit
    found = list(truth.complaints(heard.words, expected, of_kinds=judge == "leakhook"))
    if row.truth.child and not row.is_twin:
        found += [f"child: {text}" for text in truth.complaints(
            heard.child or judges.empty_words(), row.truth.child, of_kinds=False)]
    return found


def hear(row, judge, place, status):
    """Sentences about what the judge says or does otherwise than it should."""
    try:
        heard = row.heard[judge] = JUDGES[judge](place)
    except judges.NotHeard as error:
        return [str(error)]
    found = differences(row, judge, heard)
    return found + ([f"status {heard.status}, bare {status}"] if heard.status != status else [])


def judge_row(row, names, place):
    try:
        status = judges.bare(place).status
    except judges.NotHeard as error:
        row.complaints.append(str(error))
        return
    if status != row.truth.status:
        row.complaints.append(f"status {status} instead of {row.truth.status}")
    for judge in names:
        found = hear(row, judge, place, status)
        if judge not in row.truth.differs or row.is_twin:
            told = row.deaths if judges.PEER_DIED in found else row.complaints
            told += [f"{judge}: {text}" for text in found]
        elif not found and judge not in row.truth.by_chance:
            row.complaints.append(f"{judge}: a difference is explained, and there is none")


def agree(row):
    """Do leakhook and valgrind say the same of what is lost?"""
    said = [row.heard[judge].words for judge in ("leakhook", "valgrind") if judge in row.heard]
    return len(said) == 2 and all(said[0].heap[word] == said[1].heap[word] for word in truth.LOST)


def cell(row, judge):
    heard = row.heard.get(judge)
    if not heard:
        return "–"
    if judge == "LeakSanitizer":
        lost = heard.words.lost()
        return "same" if lost == row.words.lost() else f"**lost {truth.text_of(lost)}**"
    is_same = not list(truth.complaints(heard.words, row.words, of_kinds=False))
    return "same" if is_same else f"**{amounts(heard.words)}**"


def amounts(words):
    return ", ".join(f"{word} {truth.text_of(amount)}" for word, amount in words.heap.items()
                     if amount is None or amount[0]) or "nothing"


def agreement(rows):
    """(programs in whose lost blocks leakhook and valgrind agree, programs), without the twins."""
    programs = [row for row in rows if not row.is_twin]
    return sum(map(agree, programs)), len(programs)


def markdown(rows):
    compared = [row for row in rows if not row.is_twin]
    agreeing, programs = agreement(rows)
    yield f"leakhook and valgrind agree in definite and in indirect on {agreeing} of {programs} programs."
    yield ""
    yield "| program | truth | leakhook | valgrind | LeakSanitizer |"
    yield "| --- | --- | --- | --- | --- |"
    for row in compared:
        yield "| " + " | ".join([f"`{row.name}`", amounts(row.words),
                                 *(cell(row, judge) for judge in JUDGES)]) + " |"
    yield ""
    for row in compared:
        reasons = [f"{peer}: {why}" for peer, why in row.truth.differs.items()]
        if row.truth.limit:
            reasons.append(f"leakhook: {amounts(row.truth.limit)}, as {row.truth.limit_reason}")
        for reason in reasons:
            yield f"- `{row.name}`, {reason}."


def write_table(path, rows):
    """Between the marks of the document, which keeps its words."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, begin, rest = text.partition("<!-- verdicts -->\n")
    _, end, behind = rest.partition("<!-- /verdicts -->")
    if not begin or not end:
        sys.exit(f"{path}: no <!-- verdicts --> and <!-- /verdicts -->")
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + begin + "\n".join(markdown(rows)) + "\n" + end + behind)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, help="folder of the programs")
    parser.add_argument("--library", default="")
    parser.add_argument("--judges", default=",".join(JUDGES))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--table", help="document whose table is written anew")
    parser.add_argument("names", nargs="*", help="programs; none: all")
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    rows = [row for row in rows_of(os.path.dirname(os.path.abspath(__file__)))
            if not args.names or row.name in args.names]
    names = args.judges.split(",")
    if "valgrind" in names and not shutil.which("valgrind"):
        print("valgrind is not installed")
        sys.exit(77)  # a skipped test
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(lambda row: judge_row(row, names, judges.Place(
            os.path.join(build, row.name), build, os.path.abspath(args.library))), rows))
    for row in rows:
        for text in row.complaints + row.deaths:
            print(f"{row.name}: {text}")
    failed = sum(bool(row.complaints) for row in rows)
    deaths = sum(bool(row.deaths) for row in rows)
    print(f"{len(rows) - failed} of {len(rows)} programs as they should be, {deaths} not compared with a peer")
    failed += not args.names and deaths > MOST_DEATHS * len(rows)
    if {"leakhook", "valgrind"} <= set(names):
        agreeing, programs = agreement(rows)
        print(f"{agreeing} of {programs} programs: leakhook and valgrind agree in what is lost")
        failed += not args.names and agreeing < AGREE_AT_LEAST * programs
    if args.table:
        write_table(args.table, rows)
    sys.exit(failed > 0 or not rows)


if __name__ == "__main__":
    main()
