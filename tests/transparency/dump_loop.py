# SPDX-License-Identifier: Apache-2.0
# Was each process of a command line dumped while it ran? Asks every process below it
# once for each program that it becomes, by `leakhook dump PID`, as soon as it can be asked.
import os
import subprocess
import threading

import processes

PAUSE = 0.02     # seconds between two looks
MOST_DUMPS = 40   # of one command line
MOST_TRIES = 8    # of one process: it may not have begun yet


class DumpLoop:
    def __init__(self, command):
        self.made = {}      # name of the program: dumps
        self.refused = []   # (name of the program, why)
        self._command = command
        self._tries = {}    # (pid, name of the program)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def stop(self):
        self._is_over.set()
        self._thread.join()

    def _work(self):
        while not self._is_over.wait(PAUSE) and sum(self.made.values()) < MOST_DUMPS:
            for pid in processes.descendants(os.getpid(), processes.is_ordinary):
                name = processes.name(pid)
                if name not in (None, "leakhook") and not self._is_over.is_set():
                    self._ask(pid, name)

    def _ask(self, pid, name):
        key = pid, name
        if self._tries.get(key, 0) >= MOST_TRIES:
            return
        self._tries[key] = self._tries.get(key, 0) + 1
        done = subprocess.run([self._command, "dump", "--timeout", "10", str(pid)], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, cwd="/", env={})
        if done.returncode == 0:
            self._tries[key] = MOST_TRIES
            self.made[name] = self.made.get(name, 0) + 1
        elif self._tries[key] == MOST_TRIES or "in time" in done.stderr:
            self._tries[key] = MOST_TRIES
            self.refused.append((name, done.stderr.strip()))
