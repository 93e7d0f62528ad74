# SPDX-License-Identifier: Apache-2.0
# What does an interpreter get to do? Objects, strings, dictionaries, text in and out of JSON.
import json
import re
import sys


class Node:
    def __init__(self, name, children):
        self.name, self.children = name, children

    def size(self):
        return 1 + sum(child.size() for child in self.children)


def grow(depth, name="root"):
    return Node(name, [grow(depth - 1, f"{name}.{i}") for i in range(3)] if depth else [])


def work(rounds):
    total = 0
    for number in range(rounds):
        total += grow(6).size()
        records = [{"id": i, "name": f"record {i * number}", "tags": [str(i % k) for k in range(1, 6)]}
                   for i in range(600)]
        again = json.loads(json.dumps(records))
        total += sum(len(re.findall(r"\d+", record["name"])) for record in again)
        total += len(sorted({tag for record in again for tag in record["tags"]}))
    return total


print(work(int(sys.argv[1])))
