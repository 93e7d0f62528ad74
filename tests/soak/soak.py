#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Does a service live with the library for a long time as it does without? One service under load, with
# dumps; its memory, its books, its callers' waits. Prints what was measured, keeps it as a row of JSON.
#
# Two servers of a kind stand side by side, one bare. The load goes to one of them at a time, in slices: a
# few for the one with the library, then one for the bare one. What else the machine does in these minutes
# thus meets both, neither takes the other's processor, and what a dump costs falls upon the callers of
# the server that is dumped. Between slices connections stay open and nothing is asked: then the books
# are compared.
# Exit status: 0 all checks held, 1 no, 77 the machine lacks what the service needs.
import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time

import books
import checks
import resident
import services

real = books.real
SKIPPED = 77
IN_A_ROW = 3      # slices of the server with the library between two moments of quiet
MOST_FAILURES = 3  # dumps that were not made, before no more are asked for
TRIES = 20        # to find a moment in which the service says the same before and after a dump
PERCENTILES = (0.5, 0.99, 0.999)


class Load:
    """The callers of one server. `waits`: {microseconds: how many} of all slices."""

    def __init__(self, options, server):
        self.waits, self.requests, self.errors = {}, 0, 0
        self.process = subprocess.Popen(
            [options.load, server.protocol, server.address, str(server.connections),
             str(server.renewed_after)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def warm_up(self, requests):
        """Fills what fills in the first seconds; nobody's wait counts."""
        self.begin(1, requests)
        self.finish()
        self.waits, self.requests, self.errors = {}, 0, 0

    def begin(self, seconds, rate):
        self.process.stdin.write(f"{seconds} {rate}\n")

    def finish(self):
        line = self.process.stdout.readline()
        if not line:
            raise real.Failure(f"the load ended with status {self.process.wait()}")
        said = json.loads(line)
        self.requests += said["requests"]
        self.errors += said["errors"]
        for wait, count in said["waits"]:
            self.waits[wait] = self.waits.get(wait, 0) + count

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Soak:
    def __init__(self, options, kind):
        self.options, self.kind = options, kind
        self.complaints = []
        self.names = books.counter_names()
        self.slices = {"bare": 0, "hooked": 0}
        self.roles = {}
        self.failures = 0
        self.row = {"service": kind.title, "rate": kind.rate, "asked": options.seconds,
                    "every": options.every, "reach_each": options.reach_each, "dumps": 0, "reach": 0, "books": 0,
                    "pauses": [], "losses": {}, "memory": {}}

    def complain(self, text):
        print(f"** {text}", file=sys.stderr)
        self.complaints.append(text)

    def run(self):
        env = {**self.kind.env, **dict(pair.split("=", 1) for pair in self.options.set)}
        sides = [real.Side(self.options.setup, is_hooked, env) for is_hooked in (False, True)]
        loads = []
        try:
            self.bare, self.hooked = (self.kind(side) for side in sides)
            for server in (self.bare, self.hooked):
                server.start()
                loads.append(Load(self.options, server))
                loads[-1].warm_up(self.options.warm_up * self.kind.rate)
            self.bare_load, self.load = loads
            self.roles = self.hooked.targets()
            self.soak()
            self.judge()
            ends = [server.stop() for server in (self.bare, self.hooked)]
            if ends[0] != ends[1]:
                self.complain(f"ends with status {ends[1]}, bare with {ends[0]}")
        except (real.Failure, RuntimeError, OSError, subprocess.TimeoutExpired, TimeoutError) as error:
            self.complain(f"{type(error).__name__}: {error}")
            self.tell_logs(sides)
        finally:
            for load in loads:
                load.end()
            for side in sides:
                side.end()

    def tell_logs(self, sides):
        """What there is to be seen of servers when something went wrong."""
        for role, pid in self.roles.items():
            print("\n".join(f"{role}: {line}" for line in books.threads_of(pid)))
        for side in sides:
            if os.path.exists(side.path("log")):
                with open(side.path("log"), encoding="utf-8", errors="replace") as file:
                    print(f"log of a server{' with the library' * side.is_hooked}:\n{file.read()[-2000:]}")

    def soak(self):
        slices = max(1, round(self.options.seconds / self.options.every))
        self.begin = time.monotonic()
        for number in range(1, slices + 1):
            self.slice(number)
            if number % IN_A_ROW == 0 or number == slices:
                self.compare_books()
                self.bare_load.begin(self.options.every, self.kind.rate)
                self.bare_load.finish()
                self.slices["bare"] += 1
        self.slices["hooked"] = slices
        self.row["seconds"] = slices * self.options.every

    def slice(self, number):
        """A dump in its middle, and every so often another one with reachability after it."""
        self.load.begin(self.options.every, self.kind.rate)
        time.sleep(self.options.every / 2)
        for role in self.roles:
            self.dump(role)
        if number % self.options.reach_each == 0:
            for role in self.roles:
                dump = self.dump(role, "--reach")
                said, pause = dump.reach() if dump else ("no dump", None)
                if pause is None:
                    self.complain(f"{role}: {said or 'no word on reachability'}")
                else:
                    self.row["reach"] += 1
                    self.row["pauses"].append(pause)
        self.load.finish()

    def dump(self, role, *more):
        """Of one process, and what the library takes of its memory. None: it was not made."""
        pid = self.roles[role]
        try:
            paths = self.hooked.side.dump(pid, *more)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            self.failures += 1
            if self.failures == MOST_FAILURES:
                raise
            self.complain(f"{role}: {error}")
            return None
        self.row["dumps"] += 1
        absent = set(real.running.ALWAYS) - set(paths)
        if absent:
            raise real.Failure(f"a dump without {sorted(absent)}")
        dump = books.Dump(paths)
        comments = dump.comments()
        for name, count in checks.losses(comments, self.names).items():
            self.row["losses"][name] = max(count, self.row["losses"].get(name, 0))
        self.row["memory"].setdefault(role, []).append(
            {"at": round(time.monotonic() - self.begin, 1), "segment": checks.segment_kib(comments),
             **resident.of_library(pid)})
        return dump

    def compare_books(self):
        """At rest: what the service and the kernel say before and after a dump, and what the dump says."""
        for role, pid in self.roles.items():
            for _ in range(TRIES):
                before = {**books.of_kernel(pid), **self.hooked.told()[role]}
                dump = self.dump(role)
                if dump and before == {**books.of_kernel(pid), **self.hooked.told()[role]}:
                    break
            else:
                self.complain(f"{role}: never at rest")
                continue
            self.row["books"] += len(before)
            found = {**dump.counts(), **self.hooked.found(role, dump)}
            for text in checks.differences(before, found):
                self.complain(f"books differ: {role}: {text}")
        self.hooked.side.busy.clear()
        for name in os.listdir(self.hooked.side.profiles):
            os.unlink(os.path.join(self.hooked.side.profiles, name))

    def judge(self):
        row = self.row
        for role, points in row["memory"].items():
            step = checks.step([point["segment"] for point in points])
            for what in ("segment", "resident"):
                why = checks.rising([point[what] for point in points], step)
                if why:
                    self.complain(f"{role}: the segment ({what}) is not flat: {why}")
        for name, count in row["losses"].items():
            if name not in self.kind.explained:
                self.complain(f"lost: {name}: {count}")
        wanted = int(self.options.every * self.kind.rate)
        for name, load in (("bare", self.bare_load), ("hooked", self.load)):
            if load.errors or load.requests != wanted * self.slices[name]:
                self.complain(f"{name}: {load.errors} errors in {load.requests} answers")
            row[name] = {"requests": load.requests,
                         "waits": [checks.percentile(load.waits, share) for share in PERCENTILES]}
        pids = (next(iter(server.targets().values())) for server in (self.bare, self.hooked))
        row["anonymous"] = [resident.anonymous(pid) for pid in pids]

    def tell(self):
        """Lines for people."""
        row = self.row
        print(f"{row['service']}: {row.get('seconds')} s, {row['dumps']} dumps, {row['reach']} of them with "
              f"reachability, {row['books']} numbers compared, losses {row['losses'] or 'none'}")
        for role, points in row["memory"].items():
            for what in ("resident", "variables"):
                kib = [point[what] for point in points]
                print(f"  {role}: {what} {kib[0]} KiB first, {statistics.median(kib):.0f} median, {kib[-1]} last")
        for name in ("bare", "hooked"):
            if name in row:
                print(f"  {name}: {row[name]['requests']} requests, p50/p99/p99.9 in µs: {row[name]['waits']}")
        print("\n".join(f"FAILED: {text}" for text in self.complaints) or "  all checks held")


def read_options():
    parser = argparse.ArgumentParser()
    for name in ("library", "command", "load", "call-server"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seconds", type=float, default=900, help="of load on the server with the library")
    parser.add_argument("--every", type=float, default=10, help="seconds between dumps: a slice")
    parser.add_argument("--reach-each", type=int, default=6, help="slices between dumps with reachability")
    parser.add_argument("--warm-up", type=float, default=5, help="seconds' worth of requests before")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="a setting")
    parser.add_argument("--forgets", metavar="KIND", action="append", default=[], help="of call_server")
    parser.add_argument("--expect", metavar="REGEX", action="append", default=[],
                        help="complaints that must come, and no others: a test of the checks")
    parser.add_argument("--rows", help="a file to which a row of JSON is added")
    parser.add_argument("service", choices=services.ALL)
    options = parser.parse_args()
    options.setup = real.running.Setup(os.path.abspath(options.library), os.path.abspath(options.command))
    services.Calls.program = os.path.abspath(options.call_server)
    services.Calls.arguments = [word for kind in options.forgets for word in ("--forgets", kind)]
    return options


def is_as_expected(complaints, wanted):
    unheard = [regex for regex in wanted if not any(re.search(regex, text) for text in complaints)]
    others = [text for text in complaints if not any(re.search(regex, text) for regex in wanted)]
    for text in unheard:
        print(f"FAILED: nobody complains of {text}")
    return not unheard and not others


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the servers are ended, too
    options = read_options()
    kind = services.ALL[options.service]
    missing = kind.missing()
    soak = Soak(options, kind)
    if missing:
        soak.row["skipped"] = f"{', '.join(missing)} not installed"
        print(f"skipped: {soak.row['skipped']}")
    else:
        soak.run()
        soak.tell()
    if options.rows:
        with open(options.rows, "a", encoding="utf-8") as file:
            file.write(json.dumps({**soak.row, "complaints": soak.complaints}) + "\n")
    if missing:
        return SKIPPED
    return 0 if is_as_expected(soak.complaints, options.expect) else 1


if __name__ == "__main__":
    sys.exit(main())
