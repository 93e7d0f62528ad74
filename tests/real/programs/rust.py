# SPDX-License-Identifier: Apache-2.0
# A Rust service: leaks of its own by name and count, Rust names demangled.
import os

import real_program as real

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rust_service.rs")


class Rust(real.Program):
    name = "a Rust service"
    packages = ["rustc"]
    tools = ["rustc"]
    must_name = {"heap": r"^leak_boxes", "fd": r"^leak_files", "thread": r"^leak_threads"}
    at_exit = "rust_service"

    def prepare(self, side):
        side.tool("rustc", "-C", "opt-level=2", "-g", "-o", side.path("rust_service"), SOURCE)

    def run(self, side):
        session = real.running.Session([side.path("rust_service")], side.folder, side.environment(), 60,
                                       side.dump)
        run = session.finish()
        if run.complaints:
            raise real.Failure("; ".join(run.complaints))
        for dump in side.busy:
            self.check_counts(dump)
        return run.status, run.stdout.decode()

    @staticmethod
    def check_counts(dump):
        profiles = {name: real.pprof_file.read(path) for name, path in dump.items()}
        found = real.judgement.Found(profiles)
        wanted = {("heap", "leak_boxes"): [40, 4000], ("file", "leak_files"): [3, 0],
                  ("thread", "leak_threads"): [2, 0]}
        for key, value in wanted.items():
            if found.totals.get(key) != value:
                raise real.Failure(f"{key}: {found.totals.get(key)} instead of {value}")
        if any(function.startswith("clean_") for _, function in found.totals):
            raise real.Failure(f"given back, yet in use: {dict(found.totals)}")


PROGRAM = Rust()
