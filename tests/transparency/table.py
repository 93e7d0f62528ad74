# SPDX-License-Identifier: Apache-2.0
# How is the result of a run of the suite told? One line, and a page in Markdown.
import os
import shutil

import run_line
import trial

HEAD = """# Transparency

Do installed programs behave under libleakhook as without it? Each command line of
`tests/transparency/programs.list` was run bare twice, once more bare beside a library that does nothing,
and then with libleakhook in each mode: *exact*, *sampled* (`LEAKHOOK_SAMPLE=512KiB`), and *dump* (exact; each
process is asked by `leakhook dump PID` while it runs and dumps at its end, too). Compared are exit status, stdout,
stderr, the files that are left (mode and contents) and the processes that stay; in exact mode also, of each
process at its start and its end, told by a small witness library: open descriptors, signals blocked, ignored, caught
and how the program sees its handlers, threads, `mallinfo2`, and which allocator serves `malloc`. Lines that call
`inherited`, a static program, tell what a child sees that no library can be loaded into. What bare runs do not agree on
is masked by a sed script (`masks.list`), compared by status only, or, of a process's state, left out and named below.

Made by `scripts/transparency --table docs/TRANSPARENCY.md`.

"""
ALWAYS = """## What any library costs

The library that does nothing has one thread-local word and one exit handler, as libleakhook has: libc keeps 16 bytes
of heap for the first in each thread, and 32 handlers in one block of 1040 bytes. Beyond that `mallinfo2` must be equal.
`SigCgt` in /proc may differ by SIGUSR2, SIGURG, SIGTERM, SIGINT and SIGHUP where the program left the default action, and by
nothing else; asked through libc the program sees the default. The environment shows `LD_PRELOAD` and the settings.

"""


def summary(results):
    ran = [one for one in results if not one.missing]
    bad = [one for one in ran if not one.is_good()]
    excused = sum(bool(one.excused) for one in ran)
    return (f"{len(ran)} command lines run, {len(ran) - len(bad)} alike ({excused} of them with a "
            f"known exception), {len(bad)} not, {len(results) - len(ran)} skipped")


def names_of(result):
    """What the programs of a line are called in dumps."""
    path = f"{run_line.PATH}"
    found = set(result.needs)
    for need in result.needs:
        where = shutil.which(need, path=path)
        if where:
            found.add(os.path.basename(os.path.realpath(where)))
    return found


def dumped(result):
    """(sort, text): was a program of the line dumped while it ran?"""
    if "dump" not in result.modes:
        return "", ""
    wanted = names_of(result)
    own = sum(count for name, count in result.dumped.items() if name in wanted)
    others = sum(result.dumped.values()) - own
    if own:
        return "middle", f"{own} in its middle"
    if wanted & set(result.at_end):
        return "end", "too short: at its end"
    if others or result.at_end:
        return "others", f"others: {', '.join(sorted({*result.dumped, *result.at_end})[:3])}"
    return "none", "none: nothing there is tracked"


def cell(result, mode):
    if mode not in result.modes:
        return "–"
    if result.differences.get(mode):
        return "**differs**: " + ", ".join(sorted(result.differences[mode]))
    if result.excused.get(mode):
        return "exception: " + ", ".join(sorted(result.excused[mode]))
    return "same"


def how(result):
    parts = [f"states: {result.processes}" if result.processes else "",
             f"files: {result.files}" if result.files else "",
             "status only" if result.status_only else "",
             "masked" if result.masks else ""]
    return ", ".join(filter(None, parts))


def row(result, modes):
    left_out = ", ".join(sorted(result.unsteady_state))
    cells = [result.name, result.needs[0], *(cell(result, mode) for mode in modes), dumped(result)[1],
             how(result), left_out]
    return "| " + " | ".join(cells) + " |"


def sections(results, modes):
    ran = [one for one in results if not one.missing]
    kinds = [dumped(one)[0] for one in ran]
    yield f"**{summary(results)}.**"
    if "dump" in modes:
        yield (f"Programs that the line is about were dumped in their middle in {kinds.count('middle')} lines, "
               f"only at their end in {kinds.count('end')} (too short), other programs of the line in "
               f"{kinds.count('others')}, none in {kinds.count('none')} (static, or its heap is not ours).")
    failed = [f"- `{one.name}`, {mode}: {name}: {text}" for one in ran
              for mode, found in one.differences.items() for name, text in found.items()]
    failed += [f"- `{one.name}`: {text}" for one in ran for text in one.wrong]
    yield "\n".join(["## Differences", "", *(failed or ["None."])])
    excused = [f"- `{one.name}`, {mode}: {name}: {reason}" for one in ran
               for mode, found in one.excused.items() for name, reason in found.items()]
    yield "\n".join(["## Exceptions", "", *(excused or ["None."])])
    once = [f"- `{one.name}`: {name}: {text}" for one in ran for name, text in one.once.items()]
    if once:
        yield "\n".join(["## Chance", "", f"Of a process's state, once with the library; in none of "
                         f"{trial.MORE_PAIRS} more runs with it.", "", *once])
    skipped = [f"- `{one.name}`: needs {', '.join(one.missing)}" for one in results if one.missing]
    yield "\n".join(["## Skipped", "", *(skipped or ["None."])])
    head = ["line", "program", *modes, "dumped", "compared besides output", "of its state not steady bare"]
    yield "\n".join(["## All lines", "", f"| {' | '.join(head)} |", "|---" * len(head) + "|",
                     *(row(one, modes) for one in ran)])


def page(results, book, modes):
    unmet = [f"`{one.name}` ({one.component})" for one in book.exceptions
             if not any(result.name == one.name and any(one.component in found
                        for found in result.excused.values()) for result in results)]
    body = list(sections(results, modes))
    known = {result.name for result in results}
    not_run = [f"`{line.name}`" for line in book.lines if line.name not in known]
    if not_run:
        body.insert(-1, f"## Not run this time\n\n{len(not_run)} lines of {len(book.lines)}: "
                        f"{', '.join(not_run)}.")
    if unmet:
        body.insert(-1, f"Exceptions that did not occur this time: {', '.join(unmet)}.")
    return HEAD + body[0] + "\n\n" + ALWAYS + "\n\n".join(body[1:]) + "\n"
