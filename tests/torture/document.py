# SPDX-License-Identifier: Apache-2.0
# What did scripts/torture find out? Its rows as the page docs/TORTURE.md, on standard output.
import os
import platform
import sys
import time

HEAD = """# Torture

Storms, kills and faults, each judged by books that must balance: what the test knows to be alive is in the
profile, and nothing else is. `tests/torture/README.md` tells how; the short form of all of them runs with the
other tests (`meson test -C build --suite torture`). Made on {date} by

```
scripts/torture > docs/TORTURE.md
```

Linux {kernel}, {cores} processors that other work kept busy, too. {count} rows, {skipped} skipped, {bad} with complaints.

| what | how much | end |
| --- | --- | --- |
"""


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = file.readlines()
    skipped = sum("skipped: " in row for row in rows)
    bad = sum("**" in row for row in rows)
    version = ".".join(platform.release().split("-")[0].split(".")[:2])
    print(HEAD.format(date=time.strftime("%Y-%m-%d", time.gmtime()), kernel=version, cores=os.cpu_count(),
                      count=len(rows), skipped=skipped, bad=bad) + "".join(rows), end="")
    return 1 if bad or len(rows) == skipped else 0


if __name__ == "__main__":
    sys.exit(main())
