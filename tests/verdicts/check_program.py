#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Does leakhook say of a program, at -O2 and at -O0, and of its clean twin what its first lines say?
import argparse
import os
import sys

import judges
import truth


def complaints(place, words, child, status):
    try:
        heard = judges.leakhook(place)
    except judges.NotHeard as error:
        return [str(error)]
    print("\n".join(heard.skipped), end="\n" if heard.skipped else "")
    found = list(truth.complaints(heard.words, words))
    if child:
        said = heard.child or judges.empty_words()
        found += [f"child: {text}" for text in truth.complaints(said, child)]
    if heard.status != status:
        found.append(f"status {heard.status} instead of {status}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--build", required=True, help="folder of the programs")
    parser.add_argument("--library", required=True)
    parser.add_argument("--sandbox", default="", help="the program that makes one")
    args = parser.parse_args()
    of_program = truth.of_file(args.source)
    expected = of_program.limit or of_program.words
    runs = [(suffix, expected, of_program.child) for suffix in ("", "_at_O0")]
    if of_program.clean:
        runs.append(("_clean", of_program.clean, None))
    failed = False
    for suffix, words, child in runs:
        name = of_program.name + suffix
        place = judges.Place(os.path.join(os.path.abspath(args.build), name), os.path.abspath(args.build),
                             os.path.abspath(args.library),
                             os.path.abspath(args.sandbox) if args.sandbox else "")
        for text in complaints(place, words, child, of_program.status):
            print(f"{name}: {text}")
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
