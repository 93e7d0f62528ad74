# SPDX-License-Identifier: Apache-2.0
# When did a soak go well? Judges numbers that were measured, and measures none.
import re
import statistics

SHARE, SPARE_KIB = 0.05, 256  # a later quarter may hold so much more than an earlier one
MOST_STEP_KIB = 1280          # of one level of a table that is no larger than these services need
LEAST = 4                     # figures without which nothing is said about a trend
COUNTER = re.compile(r"([a-z_]+): (\d+) \((.*)\)")
SEGMENT = re.compile(r"segment: (\d+) bytes, (\d+) live heap records")


def quarters(figures):
    """Medians of the second and of the last quarter: the first is the warm-up."""
    size = len(figures) // 4
    return statistics.median(figures[size:2 * size]), statistics.median(figures[-size:])


def step(figures):
    """The largest single rise behind the first quarter that is excused: of a segment, a level of the table
    of blocks. When one comes is a matter of addresses: two blocks want one place, and their others, too."""
    figures = figures[len(figures) // 4:]
    rises = [later - one for one, later in zip(figures, figures[1:])]
    return max([0, *(rise for rise in rises if rise <= MOST_STEP_KIB)])


def rising(figures, allowed=0):
    """Why these figures (KiB) in order are not flat, with `allowed` KiB more; "" when they are."""
    if len(figures) < LEAST:
        return f"{len(figures)} figures are too few for a trend"
    early, late = quarters(figures)
    if late <= early * (1 + SHARE) + SPARE_KIB + allowed:
        return ""
    more = f", beyond one step of {allowed:.0f} KiB" if allowed else ""
    return f"{early:.0f} KiB in the second quarter became {late:.0f} KiB in the last one{more}"


def slope(points):
    """KiB an hour of [(seconds, KiB)] behind the first quarter: the median of all slopes (Theil, Sen)."""
    points = points[len(points) // 4:]
    slopes = [(later[1] - one[1]) / (later[0] - one[0]) for i, one in enumerate(points)
              for later in points[i + 1:] if later[0] > one[0]]
    return statistics.median(slopes) * 3600 if slopes else 0.0


def segment_kib(comments):
    found = [SEGMENT.match(text) for text in comments]
    return next(int(match[1]) / 1024 for match in found if match)


def losses(comments, names):
    """{name: count} of the counters `names` that a profile's comments tell."""
    found = [COUNTER.fullmatch(text) for text in comments]
    return {match[1]: int(match[2]) for match in found if match and match[1] in names}


def differences(told, found):
    """["socket: 7 told, 8 in the profile"] of two {what: number}. A (least, most) may be told, too."""
    out = []
    for what, number in told.items():
        least, most = number if isinstance(number, tuple) else (number, number)
        seen = found.get(what, 0)
        if not least <= seen <= most:
            text = f"{least} to {most}" if least != most else f"{least}"
            out.append(f"{what}: {text} told, {seen} in the profile")
    return out


def percentile(waits, share):
    """The least wait of {wait: how many} that `share` of all do not exceed."""
    wanted, seen = share * sum(waits.values()), 0
    for wait in sorted(waits):
        seen += waits[wait]
        if seen >= wanted:
            return wait
    return 0
