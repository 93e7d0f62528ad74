# SPDX-License-Identifier: Apache-2.0
# What do raw dumps say? Makes profiles of those that lie beside others.
import os
import subprocess


def export_all(setup, folder):
    """(how many, complaints): each STEM.lhk becomes profiles."""
    complaints = []
    names = [name for name in os.listdir(folder) if name.endswith(".lhk")]
    for name in names:
        path = os.path.join(folder, name)
        done = subprocess.run([setup.command, "export", path], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            complaints.append(f"leakhook export {name}: status {done.returncode}: {done.stderr.strip()}")
        os.unlink(path)
    return len(names), complaints
