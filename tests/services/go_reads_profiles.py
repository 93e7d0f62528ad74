# SPDX-License-Identifier: Apache-2.0
# Does Go's own pprof read every profile that the tests kept? All of one kind at once: it starts slowly.
import glob
import os
import shutil
import subprocess
import sys
import tempfile

import profile_check

SKIPPED = 77
VIEWS = ("-top", "-traces", "-raw", "-proto")
BATCH = 200


def by_profile(folder):
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "**", "*.pb.gz"), recursive=True)):
        found.setdefault(profile_check.profile_name(path), []).append(path)
    return found


def view(option, paths, scratch):
    """What pprof complains about. Files that cannot be read are named on stderr only."""
    done = subprocess.run(["go", "tool", "pprof", option, "-symbolize=none",
                           "-output", os.path.join(scratch, "out"), *paths],
                          capture_output=True, text=True, timeout=150,
                          env={**os.environ, "PPROF_TMPDIR": scratch})
    lines = [line for line in done.stderr.splitlines()
             if not line.startswith(("Generating report", "Main binary filename not available"))]
    if done.returncode != 0 or lines:
        yield f"pprof {option}: status {done.returncode}: " + "; ".join(lines[:5])


def main():
    if not shutil.which("go"):
        print("skipped: no go")
        return SKIPPED
    profiles = by_profile(sys.argv[1])
    if not profiles:
        print("no profiles were kept: nothing to check")
        return 1
    complaints = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, paths in profiles.items():
            print(f"{name}: {len(paths)} profiles")
            for option in VIEWS:
                for at in range(0, len(paths), BATCH):
                    complaints += [f"{name}: {text}"
                                   for text in view(option, paths[at:at + BATCH], scratch)]
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
