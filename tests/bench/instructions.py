#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Did the hot path grow? Counts with callgrind the instructions that leakhook adds to a malloc+free pair
# and to open+close, and compares them with instructions.json: 10 % more is a failure.
#
# --update keeps the counts as the new measure; --real counts whole programs and services, bare, sampled
# and exact, which takes minutes. Exit status 77: this machine or build counts differently.
import argparse
import dataclasses
import datetime
import json
import os
import platform
import signal
import statistics
import subprocess
import sys

import counting
import measure
import programs
import runners
import servers

KEPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.json")
SKIPPED = 77
MOST_GROWTH = 1.10
FEW, MANY = 4000, 64000
SAMPLED_TRIES, SAMPLED_MANY = 3, 160000
# name: (runner, arguments of the workload)
COUNTS = {
    "exact_5": ("exact", ("pairs", "5", "1", "COUNTx", "even", "cpu")),
    "exact_20": ("exact", ("pairs", "20", "1", "COUNTx", "even", "cpu")),
    "exact_40": ("exact", ("pairs", "40", "1", "COUNTx", "even", "cpu")),
    "exact_20_mixed": ("exact", ("pairs", "20", "1", "COUNTx", "mixed", "cpu")),
    "sampled_20": ("sampled", ("pairs", "20", "1", "COUNTx", "even", "cpu")),
    "open_and_close": ("exact", ("fds", "open", "COUNTx")),
    "map_among_many": ("exact", ("fds", "map", "COUNTx")),
    "replace_in_full_table": ("small", ("live", "200000", "COUNTx")),
}
# What a server does by the clock (redis ten times a second) goes into the count, too.
SERVED_TRIES = 3
# name: (server, requests few and many)
SERVED = {"redis": (servers.Redis, 16000, 80000), "nginx": (servers.Nginx, 200, 1200),
          "postgresql": (servers.PostgreSQL, 50, 250)}


def first_line(*argv):
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "none"


def ground(options):
    """What counts depend on besides our sources: with another compiler or libc they are others."""
    return {"compiler": options.compiler or "gcc " + first_line("g++", "-dumpfullversion"),
            "libc": " ".join(platform.libc_ver()), "machine": platform.machine(),
            "build": options.buildtype}


def count_pairs(tools, library):
    """{name: instructions added}."""
    modes = {runner.name: runner for runner in runners.ours(library)}
    modes["small"] = dataclasses.replace(modes["exact"],
                                         env={**modes["exact"].env, "LEAKHOOK_MEMORY": "1MiB"})
    bare, added = {}, {}
    for name, (mode, workload) in COUNTS.items():
        argv = [os.path.join(tools, workload[0]), *workload[1:]]
        if workload not in bare:
            bare[workload] = counting.per_repetition(tools, runners.BARE, argv, FEW, MANY)
        # Which blocks are samples is chance, and each costs as much as hundreds of others.
        tries, many = (SAMPLED_TRIES, SAMPLED_MANY) if mode == "sampled" else (1, MANY)
        ours = min(counting.per_repetition(tools, modes[mode], argv, FEW, many) for _ in range(tries))
        added[name] = round(ours - bare[workload], 1)
        print(f"{name}: {added[name]:.1f} added to {bare[workload]:.1f}", flush=True)
    return added


def count_real(tools, library):
    """{program: {runner: instructions}}: whole programs, and services per request."""
    chosen = [runners.BARE] + [one for one in runners.ours(library) if one.name in ("sampled", "exact")]
    found = {}
    for one in programs.every():
        def count(runner, one=one):
            with measure.Folder() as folder:
                return counting.program(tools, runner, one.argv(folder, one.count_size), one.env)
        found[one.name] = count_each(one.name, one.lacks, chosen, count)
    lacks = {service.server: service.lacks for service in servers.every()}
    with measure.Folder() as folder:
        if not lacks[servers.PostgreSQL]:
            servers.make_postgres_template(folder)
        for name, (kind, few, many) in SERVED.items():
            def count_requests(runner, kind=kind, few=few, many=many):
                return statistics.median(counting.per_request(runner, kind, few, many)
                                         for _ in range(SERVED_TRIES))
            found[name] = count_each(name, lacks[kind], chosen, count_requests)
    return {name: row for name, row in found.items() if row}


def count_each(name, lacks, chosen, count):
    row = {}
    for runner in chosen if not lacks else []:
        try:
            row[runner.name] = round(count(runner))
        except measure.Failed as failure:
            print(f"{name}: {runner.name} {failure}", file=sys.stderr)
    shown = [f"{runner} {number:,}" + (f" ({number / row['bare']:.4f}×)" if runner != "bare" and
                                       "bare" in row else "") for runner, number in row.items()]
    print(f"{name}: {', '.join(shown) or 'skipped: ' + lacks}", flush=True)
    return row


def read_kept():
    try:
        with open(KEPT, encoding="ascii") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def keep(kept):
    with open(KEPT, "w", encoding="ascii") as file:
        json.dump(kept, file, indent=2, sort_keys=True)
        file.write("\n")


def with_real(kept, real):
    return {**kept, "real": real, "real_date": datetime.date.today().isoformat()}


def complaints(now, before):
    """What grew by more than a tenth, or is not counted any more."""
    for name, count in before.items():
        if name not in now:
            yield f"{name} is kept but was not counted"
        elif now[name] > count * MOST_GROWTH:
            yield f"{name} grew from {count} to {now[name]} instructions"
    for name in now.keys() - before.keys():
        yield f"{name} is not kept yet: run with --update"


def prove_that_growth_is_noticed():
    """The check itself must fail when a count grows, vanishes or is new."""
    assert list(complaints({"a": 111}, {"a": 100})) and not list(complaints({"a": 109}, {"a": 100}))
    assert list(complaints({}, {"a": 100})) and list(complaints({"a": 1}, {}))


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build", help="build folder")
    parser.add_argument("--compiler", help="its kind and version, as meson tells them")
    parser.add_argument("--buildtype", default="debugoptimized")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--real", action="store_true")
    return parser.parse_args()


def main():
    options = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers are ended
    prove_that_growth_is_noticed()
    build = os.path.abspath(options.build)
    tools, library = os.path.join(build, "tests/bench"), os.path.join(build, "preload/libleakhook.so")
    kept, here = read_kept(), ground(options)
    if counting.lacks():
        print(f"skipped: {counting.lacks()}")
        return SKIPPED
    if not options.update and not options.real and kept.get("ground") != here:
        print(f"skipped: the counts were made with {kept.get('ground')}, here is {here}")
        return SKIPPED
    if options.real:
        real = count_real(tools, library)
        if options.update:
            keep(with_real(kept, real))
        return 0
    added = count_pairs(tools, library)
    if options.update:
        keep({**kept, "ground": here, "per_pair": added})
        return 0
    found = list(complaints(added, kept["per_pair"]))
    for complaint in found:
        print(complaint)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
