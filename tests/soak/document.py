# SPDX-License-Identifier: Apache-2.0
# What did scripts/soak measure? The rows of these files as a page in Markdown, on standard output.
import fileinput
import json
import os
import platform
import statistics
import sys
import time

import checks

HEAD = """# Soak

Services that work for long under the library, dumped all along: does its memory grow, do its books stay true,
and what do callers notice? Made on {date} by `scripts/soak{options}`; the short form of all this runs with the other
tests (`meson test -C build --suite soak`), and two of these prove that the checks complain.

Linux {kernel}, {cores} processors, load average {load} in the last minutes, with what else the machine did.

## How

Two servers of each kind stand side by side, one bare. `tests/soak/load.cc` sends both the same requests at the
same rate in an open loop: a request is due by the clock, and the wait of its caller begins when it is due, so that a
server that stands still for a moment makes all wait who come in it. One connection stays, the others are closed
and opened again all the time. The load goes to one server at a time, {every:g} s with the library three times, then
{every:g} s bare. So whatever else the machine does meets both within the minute, neither takes the other's
processor (both at once, each would have waited for the other's exporter), and what a dump costs falls upon
the callers of the server that is dumped. Waits include those of the callers for their own turn on a processor.

In the middle of each slice with the library comes a dump (`leakhook dump PID`), after each {reach_each}th a second one
with `--reach`. After three slices nothing is asked, connections stay open, and the books are compared: what the service
tells before and after a dump, when both are the same, must be in the dump.

| service | compared with |
| --- | --- |
| redis-server | `INFO`: connected clients and the sockets accepted; bytes of the heap are 0.80 to 1.00 of `allocator_allocated`, jemalloc's sum of rounded sizes (Debian's redis brings jemalloc, here without thread caches) |
| nginx | `stub_status`: active connections and the sockets accepted; the master's one child |
| PostgreSQL | rows of `pg_stat_activity` and the children of the postmaster |
| call_server | `tests/soak/call_server.cc` counts its sockets, epoll and signal descriptors, threads, timers, and the blocks and bytes of its containers: each must be exactly so |
| all | `/proc`: descriptors and threads; none of unknown birth but jemalloc's thread, which is made behind every hook |

"Flat": the median of the last quarter of the figures is at most {share:g} % and {spare} KiB above the median of the
second quarter, and one step of the segment; the first quarter is the warm-up. Figures are those of each dump: what the
segment took ("segment: … bytes" in a profile's comments), and what of it is resident (`/proc/PID/smaps`). A step is the
largest single rise of the segment of at most {step} KiB: the table of live blocks takes one more level when two
blocks want one place and find their other places taken, too, which is a matter of addresses. The library's own variables cannot grow. The slope
is the median of the slopes between all pairs of resident figures behind the first quarter.
"""
WAITS = ("50", "99", "99.9")


def table(head, rows):
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows)]) + "\n"


def how_it_went(rows):
    out = []
    for row in rows:
        if "skipped" in row:
            out.append([row["service"], *[""] * 7, f"skipped: {row['skipped']}"])
            continue
        losses = ", ".join(f"{name}: {count}" for name, count in row["losses"].items()) or "none"
        out.append([row["service"], f"{row.get('seconds', 0):g}", row["rate"],
                    row.get("hooked", {}).get("requests", ""), row["dumps"], row["reach"], row["books"], losses,
                    "; ".join(f"**{text}**" for text in row["complaints"]) or "held"])
    return table(["service", "seconds", "requests a second", "requests", "dumps", "of them with reachability",
                  "numbers of the books compared", "losses counted", "checks"], out)


def memory(rows):
    out = []
    for row in rows:
        for role, points in row["memory"].items():
            figures = {what: [point[what] for point in points] for what in ("resident", "segment", "variables")}
            resident, segment = figures["resident"], figures["segment"]
            slope = checks.slope([(point["at"], point["resident"]) for point in points])
            out.append([f"{row['service']}, {role}", resident[0], f"{statistics.median(resident):.0f}",
                        resident[-1], max(resident), f"{slope:+.0f} KiB an hour",
                        f"{segment[0]:.0f} / {segment[-1]:.0f} / {checks.step(segment):.0f}",
                        f"{figures['variables'][0]} / {figures['variables'][-1]}"])
    return table(["process", "resident of the segment, KiB: first", "median", "last", "most", "slope",
                  "segment, KiB: first / last / largest step", "resident of the library's variables, KiB: first / last"],
                 out)


def waits(rows):
    out = []
    for row in rows:
        if "hooked" in row and "bare" in row:
            pairs = zip(row["bare"]["waits"], row["hooked"]["waits"])
            anonymous = " / ".join(str(kib) for kib in row.get("anonymous", []))
            pauses = row["pauses"]
            paused = f"{statistics.median(pauses):.1f} / {max(pauses):.1f}" if pauses else "none"
            out.append([row["service"], *(f"{one} / {other}" for one, other in pairs),
                        f"{row['bare']['requests']} / {row['hooked']['requests']}", paused, anonymous])
    return table(["service", *(f"p{share}, µs: bare / library" for share in WAITS), "requests: bare / library",
                  "pauses for reachability, ms: median / longest",
                  "anonymous memory at the end, KiB: bare / library"], out)


def main():
    rows = [json.loads(line) for line in fileinput.input(encoding="utf-8")]
    seconds = {row["asked"] for row in rows}
    options = "" if seconds == {900} else f" --seconds {max(seconds, default=0):g}"
    version = ".".join(platform.release().split("-")[0].split(".")[:2])
    first = rows[0] if rows else {"every": 0, "reach_each": 0}
    print(HEAD.format(date=time.strftime("%Y-%m-%d", time.gmtime()), options=options, kernel=version,
                      cores=os.cpu_count(), load=" ".join(f"{one:.1f}" for one in os.getloadavg()),
                      every=first["every"], reach_each=first["reach_each"], share=100 * checks.SHARE,
                      spare=checks.SPARE_KIB, step=checks.MOST_STEP_KIB))
    run = [row for row in rows if "skipped" not in row]
    print(f"## What was done\n\n{how_it_went(rows)}\n## Memory of the library\n\n{memory(run)}\n"
          f"## Waits of the callers\n\n{waits(run)}", end="")
    return 1 if not run or any(row["complaints"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
