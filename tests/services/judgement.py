# SPDX-License-Identifier: Apache-2.0
# Do the profiles of one dump say what the verdict says? Counts by kind and leak_*/clean_* function.
import re
from collections import defaultdict

JUDGED = re.compile(r"(leak|clean)_\w+")
LIBC_OWN = ("heap", "mapping")  # kinds that libc uses for itself inside of a leaking call


def plain(name):
    """`clean_twice` of `demo::clean_twice(int)`, `work` of `work<int>::run`'s like."""
    name = name.partition("(")[0].partition("<")[0]
    return name.rpartition("::")[2]


def functions_of(p, sample):
    """Plain function names, innermost first."""
    names = []
    for location_id in sample.location_id:
        for line in p.location[location_id - 1].line:
            names.append(plain(p.text(p.function[line.function_id - 1].name)))
    return names


def labels_of(p, sample):
    return {p.text(label.key): p.text(label.str) if label.str else label.num
            for label in sample.label}


def in_use(name, p, sample):
    """(count, bytes) of what is alive."""
    if name == "heap":
        return sample.value[2], sample.value[3]
    if name == "mapping":
        return sample.value[0], sample.value[1]
    return sample.value[0], 0


def misuses_of(p):
    """One for each case: its name, its count, and by value type the functions of its stacks."""
    cases = defaultdict(dict)
    types = [p.text(value_type.type) for value_type in p.sample_type]
    for sample in p.sample:
        labels = labels_of(p, sample)
        case = cases[labels["case"]]
        case["name"], case["count"] = labels["misuse"], max(sample.value)
        case.update((types[i], functions_of(p, sample)) for i, n in enumerate(sample.value) if n)
    return list(cases.values())


class Found:
    """What stands in the profiles of one dump: {profile name: profile}."""

    def __init__(self, profiles):
        self.profiles = profiles
        self.totals = defaultdict(lambda: [0, 0])  # (kind, function) -> count, bytes
        self.labels = defaultdict(list)            # function -> labels of its samples
        self.stacks = []                           # outermost first
        self.own = []                              # (profile, functions) of every sample in use
        self.misuses = []                          # {"misuses": functions, ...}, innermost first
        for name, p in profiles.items():
            if name == "misuse":
                self.misuses = misuses_of(p)
                continue
            for sample in p.sample:
                self._add(name, p, sample)

    def _add(self, name, p, sample):
        count, size = in_use(name, p, sample)
        labels = labels_of(p, sample)
        if count == 0 or "origin" in labels:
            return
        functions = functions_of(p, sample)
        self.own.append((name, functions))
        self.stacks.append(functions[::-1])
        judged = next((f for f in functions if JUDGED.fullmatch(f)), None)
        if judged is None:
            return
        kind = labels.get("kind", name)
        total = self.totals[kind, judged]
        total[0] += count
        total[1] += size
        self.labels[judged].append(labels)


def holds_in_order(stack, wanted):
    rest = iter(stack)
    return all(any(frame == name for frame in rest) for name in wanted)


def _judge_leaks(found, leaks, libc_keeps):
    for leak in leaks:
        count, size = found.totals.get((leak.kind, leak.function), (0, 0))
        if count != leak.count:
            yield f"{leak.function}: {count} {leak.kind} instead of {leak.count}"
        elif leak.bytes is not None and size != leak.bytes:
            yield f"{leak.function}: {size} bytes of {leak.kind} instead of {leak.bytes}"
    expected = {(leak.kind, leak.function) for leak in leaks}
    for (kind, function), (count, size) in found.totals.items():
        if (kind, function) in expected or (kind, function) in libc_keeps:
            continue
        if function.startswith("clean_") or kind not in LIBC_OWN:
            yield f"{function}: {count} {kind} ({size} bytes), where none belongs"


def judge_alone(profiles, leaks):
    """Sentences about these leaks, whatever else the profiles {name: profile} hold."""
    found = Found(profiles)
    functions = {leak.function for leak in leaks}
    found.totals = {key: total for key, total in found.totals.items() if key[1] in functions}
    return list(_judge_leaks(found, leaks, ()))


def _is_told(misuse, wanted):
    def stands(value_type, function):
        return function is None or function in misuse.get(value_type, [])
    return (misuse["name"] == wanted.name and stands("misuses", wanted.function)
            and stands("closed_before", wanted.closed) and stands("opened", wanted.opened))


def _judge_misuse(misuses, wanted):
    """Each misuse of the verdict is there so often, and there is no other."""
    left = list(misuses)
    for one in wanted:
        told = [misuse for misuse in left if _is_told(misuse, one)]
        left = [misuse for misuse in left if misuse not in told]
        count = sum(misuse["count"] for misuse in told)
        if count != one.count:
            yield f"{count} {one.name} in {one.function} instead of {one.count}: {misuses}"
    for misuse in left:
        yield f"a misuse that is none: {misuse}"


def judge(profiles, verdict, is_child=False):
    """Sentences about what is not as the verdict says. profiles: {name: profile} of one dump."""
    found = Found(profiles)
    complaints = []
    leaks = verdict.child_leaks if is_child else verdict.leaks
    if leaks is not None:
        complaints += _judge_leaks(found, leaks, verdict.libc_keeps)
    if is_child:
        return complaints
    complaints += _judge_misuse(found.misuses, verdict.misuse)
    if verdict.nothing_at_all:
        complaints += [f"{name}: something of {functions}" for name, functions in found.own
                       if name != "thread"]  # which lists the main thread
    for key, pattern, function in verdict.label:
        values = [str(labels.get(key, "")) for labels in found.labels.get(function, [])]
        if not values or not all(pattern.search(value) for value in values):
            complaints.append(f"{function}: label {key} is {values}, not {pattern.pattern}")
    for wanted in verdict.stack:
        if not any(holds_in_order(stack, wanted) for stack in found.stacks):
            complaints.append(f"no stack holds {' > '.join(wanted)}")
    comments = "\n".join(line for p in profiles.values() for line in p.comments())
    for pattern in verdict.comment:
        if not re.search(pattern, comments, re.MULTILINE):
            complaints.append(f"no comment matches {pattern!r}")
    return complaints
