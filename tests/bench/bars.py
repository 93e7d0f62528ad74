# SPDX-License-Identifier: Apache-2.0
# Which promises about speed does a run keep? Each bar with its figure: met, not met or not measured.
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    text: str
    limit: str
    figure: str
    verdict: str              # "met", "not met", "not measured"


def judged(text, limit, figure, is_met):
    return Bar(text, limit, figure, "met" if is_met else "not met")


def unmeasured(text, limit, why="not part of this run"):
    return Bar(text, limit, why, "not measured")


def added_at_most(outcomes, workload, runner, limit, text):
    added = outcomes[workload].added(runner) if workload in outcomes else None
    if not added:
        return unmeasured(text, f"{limit} ns")
    rounds = outcomes[workload].rounds(runner)
    return judged(text, f"{limit} ns", f"{added[0]:.1f} ns best, {added[1]:.1f} ns median of "
                  f"{rounds} pairs", added[0] <= limit)


def ratio_at_most(outcomes, workload, runner, limit, text):
    ratio = outcomes[workload].ratio(runner) if workload in outcomes else None
    if ratio is None:
        return unmeasured(text, f"{limit}×")
    best, rounds = outcomes[workload].best_ratio(runner), outcomes[workload].rounds(runner)
    return judged(text, f"{limit}×", f"{ratio:.3f}× median of {rounds} rounds, {best:.3f}× best to best",
                  ratio <= limit)


def against_peer(outcomes, workload, peer, share, text):
    """What we add is at most that share of what a peer adds, best to best."""
    outcome = outcomes.get(workload)
    ours = outcome.added("exact") if outcome else None
    theirs = outcome.added(peer) if outcome else None
    limit = f"{share:g}× of it"
    if not ours or not theirs:
        why = outcome.samples[peer].failure if outcome and peer in outcome.samples else ""
        return unmeasured(text, limit, why or "not part of this run")
    return judged(text, limit, f"{ours[0]:.1f} ns against {theirs[0]:.1f} ns best, {ours[1]:.1f} against "
                  f"{theirs[1]:.1f} ns median", ours[0] <= share * theirs[0])


def instructions_at_most(counts, name, limit, text):
    if name not in counts:
        return unmeasured(text, f"{limit} instructions")
    return judged(text, f"{limit} instructions", f"{counts[name]:.0f} instructions", counts[name] <= limit)


def threads_bar(outcomes):
    text, limit = "two threads: cost added per thread against one thread, 20 frames", 1.2
    one = outcomes["pairs_20"].added("exact") if "pairs_20" in outcomes else None
    two = outcomes["pairs_20_two_threads"].added("exact") if "pairs_20_two_threads" in outcomes else None
    if not one or not two or one[0] <= 0:
        return unmeasured(text, f"{limit}×")
    return judged(text, f"{limit}×", f"{two[0] / one[0]:.2f}× best, {two[1] / one[1]:.2f}× median",
                  two[0] <= limit * one[0])


def real_ratio(counts, name):
    """sampled to bare in instructions of a real program, or None."""
    row = counts.get("real", {}).get(name, {})
    return row["sampled"] / row["bare"] if "sampled" in row and "bare" in row else None


EXACT_LIMITS = {5: (45, 500), 20: (55, 620), 40: (90, 750)}
REAL_LIMITS = {"redis_pipelined": 1.18, "nginx": 1.05, "gxx": 1.15, "python": 1.5, "sqlite": 1.35,
               "xmllint": 1.4}


def every(outcomes, counts):
    """All bars in order. `counts`: what instructions.py keeps, {} when it was not run."""
    per_pair = counts.get("per_pair", {})
    bars = []
    for depth, (ns, instructions) in EXACT_LIMITS.items():
        bars.append(added_at_most(outcomes, f"pairs_{depth}", "exact", ns,
                                  f"exact: added per malloc+free pair, {depth} frames"))
        bars.append(instructions_at_most(per_pair, f"exact_{depth}", instructions,
                                         f"exact: instructions added per pair, {depth} frames"))
    for depth in EXACT_LIMITS:
        bars.append(against_peer(outcomes, f"pairs_{depth}", "heaptrack", 0.1,
                                 f"exact: against heaptrack with its second process, {depth} frames"))
        bars.append(against_peer(outcomes, f"pairs_{depth}", "heaptrack_library", 0.1,
                                 f"exact: against heaptrack's library alone, {depth} frames"))
        bars.append(against_peer(outcomes, f"pairs_{depth}", "lsan", 1,
                                 f"exact: against LeakSanitizer's cut stacks, {depth} frames"))
    bars.append(threads_bar(outcomes))
    bars.append(added_at_most(outcomes, "pairs_20", "sampled", 2,
                              "sampled at 512 KiB: added per pair, 20 frames"))
    bars.append(instructions_at_most(per_pair, "sampled_20", 40,
                                     "sampled at 512 KiB: instructions added per pair, 20 frames"))
    for name in ("redis", "nginx", "postgresql", "gxx", "python"):
        ratio, text = real_ratio(counts, name), f"sampled at 512 KiB: instructions of {name} against bare"
        bars.append(unmeasured(text, "1.02×") if ratio is None else
                    judged(text, "1.02×", f"{ratio:.4f}×", ratio <= 1.02))
    for name, limit in REAL_LIMITS.items():
        bars.append(ratio_at_most(outcomes, name, "exact", limit, f"exact: CPU of {name} against bare"))
    for name in ("open", "socketpair"):
        bars.append(added_at_most(outcomes, name, "exact", 150, f"exact: added per {name} and close"))
    bars.append(ratio_at_most(outcomes, "threads", "exact", 1.03, "exact: thread created and joined"))
    bars.append(start_bar(outcomes))
    return bars


def start_bar(outcomes):
    text = "exact: start and end of /bin/true, without the dump at exit"
    added = outcomes["start"].added("exact") if "start" in outcomes else None
    if not added:
        return unmeasured(text, "1.5 ms")
    return judged(text, "1.5 ms", f"{added[0]:.2f} ms best, {added[1]:.2f} ms median", added[0] <= 1.5)
