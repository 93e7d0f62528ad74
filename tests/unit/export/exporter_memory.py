# SPDX-License-Identifier: Apache-2.0
# How much memory does the exporter take for the profiles of a large heap? It stands beside the service
# when that is sick already.
import argparse
import os
import subprocess
import sys
import tempfile

MiB = 1 << 20
# The program's debug data, and for each block its record and its sample.
ALWAYS, A_BLOCK = 40 * MiB, 300


def peak(*command):
    """Bytes of memory that a command had at most."""
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command}: {process.returncode}")
    return usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--make-large-segment", required=True)
    parser.add_argument("--command", required=True)
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory(prefix="leakhook-test-") as folder:
        for blocks in (10_000, 200_000, 400_000):
            segment, stem = os.path.join(folder, f"{blocks}.lhk"), os.path.join(folder, str(blocks))
            with open(segment, "wb") as file:
                subprocess.run([options.make_large_segment, str(blocks), "5000", "16", options.program],
                               stdout=file, check=True)
            taken = peak(options.command, "export", segment, "-o", stem, "--quiet")
            most = ALWAYS + A_BLOCK * blocks
            print(f"{blocks} blocks: {taken / MiB:.1f} MiB, at most {most // MiB} MiB may be taken")
            failed |= taken > most
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
