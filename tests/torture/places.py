# SPDX-License-Identifier: Apache-2.0
# Where are the things that a test of torture works with? Importing this makes the helpers of
# tests/services importable.
import argparse
import os
import sys

SERVICES = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "services"))
sys.path.insert(0, SERVICES)

import running  # noqa: E402


def read(*more):
    """(setup, the other options)"""
    parser = argparse.ArgumentParser()
    for name in ("library", "command", "plugins", *more):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    setup = running.Setup(*(os.path.abspath(path) for path in
                            (options.library, options.command, options.plugins)))
    return setup, options
