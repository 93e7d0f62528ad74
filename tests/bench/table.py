# SPDX-License-Identifier: Apache-2.0
# How are the outcomes of a run shown? On the terminal, as JSON and as docs/BENCHMARKS.md.
import dataclasses
import datetime
import os
import platform
import shutil
import subprocess

PROGRAMS = {"g++": ["g++", "-dumpfullversion"], "heaptrack": ["heaptrack", "--version"],
            "valgrind": ["valgrind", "--version"], "redis": ["redis-server", "--version"],
            "nginx": ["nginx", "-v"], "wrk": ["dpkg-query", "-W", "-f", "${Version}", "wrk"],
            "python3": ["/usr/bin/python3", "--version"], "sqlite3": ["sqlite3", "--version"],
            "xmllint": ["xmllint", "--version"], "pgbench": ["pgbench", "--version"],
            "jemalloc": ["dpkg-query", "-W", "-f", "${Version}", "libjemalloc2"],
            "gperftools": ["dpkg-query", "-W", "-f", "${Version}", "libgoogle-perftools4"],
            "LeakSanitizer": ["dpkg-query", "-W", "-f", "${Version}", "liblsan0"],
            "mimalloc": ["dpkg-query", "-W", "-f", "${Version}", "libmimalloc2.0"]}


def version_of(argv):
    if not shutil.which(argv[0]):
        return "not installed"
    done = subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if argv[0] == "dpkg-query" and done.returncode != 0:
        return "not installed"
    text = (done.stdout + done.stderr).strip()
    words = [word.strip(",()") for word in (text.splitlines() or [""])[0].split()]
    numbers = [word for word in words if any(c.isdigit() for c in word)]
    return numbers[-1 if argv[0] == "xmllint" else 0].removeprefix("v=").split("/")[-1] if numbers else "?"


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def circumstances(command, commit, load_before):
    return {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "command": command, "commit": commit, "kernel": platform.release().split("-")[0],
            "processor": processor(), "cpus": os.cpu_count(), "libc": " ".join(platform.libc_ver()),
            "load": f"{load_before:.1f}",
            "versions": {name: version_of(argv) for name, argv in PROGRAMS.items()}}


def as_json(outcomes, bars, skipped, where):
    return {"circumstances": where, "skipped": skipped,
            "bars": [dataclasses.asdict(bar) for bar in bars],
            "outcomes": {outcome.name: dataclasses.asdict(outcome) for outcome in outcomes.values()}}


def number(value):
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def cell(outcome, name):
    """Ratio to bare, and what was added where the unit is a time of one thing."""
    if name not in outcome.samples:
        return "–"
    samples = outcome.samples[name]
    if samples.failure:
        return samples.failure.split(":")[0]
    if not samples.values():
        return "–"
    if name == "bare":
        return f"{number(min(samples.values()))} {outcome.unit}"
    text = f"{outcome.ratio(name):.2f}×"
    if outcome.unit == "ns":
        best, median = outcome.added(name)
        text += f" ({best:+.1f}, {median:+.1f})"
    return text


def rows(outcomes, runners, make):
    """One row a workload, one column a runner."""
    head = ["", *(runner.title for runner in runners)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for outcome in outcomes.values():
        if outcome.lacks:
            lines.append(f"| {outcome.title} | skipped: {outcome.lacks} |" + " |" * (len(runners) - 1))
        else:
            lines.append("| " + " | ".join([outcome.title] + [make(outcome, runner.name)
                                                              for runner in runners]) + " |")
    return lines


def memory_cell(outcome, name):
    peak = outcome.largest(name, "peak_kib")
    if not peak:
        return "–"
    written = outcome.largest(name, "output_bytes")
    text = f"{peak / 1024:.1f} MiB"
    return text + (f", wrote {written / 1024:.0f} KiB" if written else "")


def shown_in_memory(outcomes):
    return {name: outcome for name, outcome in outcomes.items()
            if outcome.unit != "ns" or name in ("live", "pairs_20")}


def bar_lines(bars):
    lines = ["| bar | at most | measured | |", "|---|---|---|---|"]
    return lines + [f"| {bar.text} | {bar.limit} | {bar.figure} | {bar.verdict} |" for bar in bars]


def terminal_bars(bars):
    return [f"  {bar.verdict:>12}  {bar.text}: {bar.figure} (at most {bar.limit})" for bar in bars]


def real_counts(counts):
    """Instructions of real programs, from what instructions.py keeps."""
    found = counts.get("real", {})
    if not found:
        return []
    lines = ["## Instructions of real programs", "",
             "Counted with callgrind by `tests/bench/instructions.py --real --update` on "
             f"{counts.get('real_date', 'an unknown day')}: whole programs, services per request.", "",
             "| | bare | leakhook, sampled at 512 KiB | leakhook, exact |", "|---|---|---|---|"]
    for name, row in found.items():
        bare = row.get("bare")
        shown = [f"{row[mode] / bare:.4f}×" if bare and mode in row else "–"
                 for mode in ("sampled", "exact")]
        lines.append(f"| {name} | {bare:,} | {shown[0]} | {shown[1]} |" if bare else f"| {name} | – | – | – |")
    return lines + [""]


TEXT = """# Benchmarks

What leakhook costs beside other tools that record allocations with their stacks. Made on {date}
at commit {commit} by

```
{command}
```

on {cpus} CPUs ({processor}), Linux {kernel}, {libc}. Load before it began: {load}{busy}. Versions:
{versions}.

![CPU against bare](benchmarks.svg)

## Bars

What the project holds itself to, as this run found it.

{bars}

## Time

Every runner once a round, the order rotated. Ratios are medians of the ratios to the bare run of the same
round; in brackets nanoseconds added: best run minus best bare run, then the median of the differences in
each round. The bare column is the best run. Pairs are CPU time of the thread that does them, with heaptrack
that of its second process too where there is one thread; threads that wait for each other show only on the
wall. Programs are CPU of the whole tree of processes; servers are CPU of the server and its children per
request, the client left out. Slow runners took part in fewer rounds (programs and servers: {few}; what is
measured in nanoseconds: {few_short}).

{times}

{counts}## Memory and output

Peak resident memory of the largest process, and what the tool wrote.

{memory}
{skipped}"""


def markdown(outcomes, runners, bars, skipped, where, counts):
    few = ", ".join(f"{runner.name} {runner.most_rounds}" for runner in runners if runner.most_rounds < 99)
    few_short = ", ".join(f"{runner.name} {runner.most_short_rounds}" for runner in runners
                          if runner.most_short_rounds < 99)
    left_out = "".join(f"\nNot measured: {name}, as {reason}.\n" for name, reason in skipped.items())
    versions = ", ".join(f"{name} {text}" for name, text in where["versions"].items())
    busy = ""
    if float(where["load"]) > 0.5:
        busy = " (the machine was busy with other work: times are preliminary)"
    return TEXT.format(**{**where, "versions": versions}, busy=busy, bars="\n".join(bar_lines(bars)), few=few or "none",
                       few_short=few_short or "none",
                       times="\n".join(rows(outcomes, runners, cell)),
                       counts="\n".join(real_counts(counts)) + ("\n" if real_counts(counts) else ""),
                       memory="\n".join(rows(shown_in_memory(outcomes), runners, memory_cell)),
                       skipped=left_out)
