# SPDX-License-Identifier: Apache-2.0
# What does a program leave on a terminal? A pseudoterminal, and as much of ECMA-48 as it takes to know
# what stands on its screen.
import fcntl
import os
import pty
import re
import select
import struct
import termios
import time

SEQUENCE = re.compile(r"\x1b\[(?P<private>\??)(?P<numbers>[\d;]*)(?P<final>[@-~])")


class Screen:
    """Interprets what a program writes. Raises ValueError on what no test here expects."""

    def __init__(self):
        self.modes = {"7": True, "25": True, "1049": False}  # wrapping, cursor, other screen
        self.is_reversed = False
        self.rows, self.reversed_rows = {}, set()
        self.row = self.column = 0
        self.plain = ""  # what was written to the usual screen
        self._rest = ""

    def feed(self, text):
        text, self._rest = self._rest + text, ""
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                match = SEQUENCE.match(text, at)
                if not match:
                    if len(text) - at > 20:
                        raise ValueError(f"unknown sequence {text[at:at + 20]!r}")
                    self._rest = text[at:]
                    return
                self._sequence(match["private"], match["numbers"], match["final"])
                at = match.end()
            else:
                self._letter(text[at])
                at += 1

    def clear(self):
        self.rows, self.reversed_rows = {}, set()

    def _sequence(self, private, numbers, final):
        if private and numbers in self.modes and final in "hl":
            self.modes[numbers] = final == "h"
            if numbers == "1049":
                self.clear()
        elif final == "m" and numbers in ("", "0", "7"):
            self.is_reversed = numbers == "7"
        elif final == "H" and not numbers:
            self.row = self.column = 0
        elif final == "J" and numbers == "2":
            self.clear()
        elif final == "K" and not numbers:
            self.rows[self.row] = self.rows.get(self.row, "")[:self.column]
            self.reversed_rows.discard(self.row)
        else:
            raise ValueError(f"unknown sequence {private}{numbers}{final}")

    def _letter(self, letter):
        if not self.modes["1049"]:
            self.plain += letter
        elif letter == "\r":
            self.column = 0
        elif letter == "\n":
            self.row += 1
        else:
            line = self.rows.get(self.row, "").ljust(self.column)
            self.rows[self.row] = line[:self.column] + letter + line[self.column + 1:]
            self.column += 1
            if self.is_reversed:
                self.reversed_rows.add(self.row)

    def lines(self):
        return [self.rows[row] for row in sorted(self.rows)]

    def text(self):
        return "\n".join(self.lines())


class Terminal:
    """Both ends of a pseudoterminal. The program's end stays open, so that it can be asked afterwards."""

    def __init__(self, rows=24, columns=120):
        self.ours, self.theirs = pty.openpty()
        self.screen = Screen()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.theirs)

    def close(self):
        self.hang_up()
        if self.theirs >= 0:
            os.close(self.theirs)
            self.theirs = -1

    def hang_up(self):
        if self.ours >= 0:
            os.close(self.ours)
            self.ours = -1

    def become_controlling(self):
        """In the child: signals of keys go to it."""
        fcntl.ioctl(self.theirs, termios.TIOCSCTTY, 0)

    def resize(self, rows, columns):
        """What is on the screen then was drawn for the new size."""
        while self.read():
            pass
        self.screen.clear()
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys):
        os.write(self.ours, keys.encode())

    def read(self, seconds=0.0):
        """Interprets what has come. False: nothing has within that time."""
        if not select.select([self.ours], [], [], seconds)[0]:
            return False
        self.screen.feed(os.read(self.ours, 65536).decode("utf-8"))
        return True

    def await_true(self, claim, what, seconds=30):
        end = time.monotonic() + seconds
        while not claim():
            if time.monotonic() > end:
                raise TimeoutError(f"{what}: not after {seconds} s; the screen:\n{self.screen.text()}")
            self.read(0.05)

    def await_text(self, pattern, seconds=30):
        self.await_true(lambda: re.search(pattern, self.screen.text()), pattern, seconds)

    def uncleanliness(self):
        """What is not as it was before the program came."""
        while self.read():
            pass
        found = [f"mode {mode} is {value}" for mode, value in self.screen.modes.items()
                 if value != (mode != "1049")]
        if self.screen.is_reversed:
            found.append("letters are still reversed")
        if termios.tcgetattr(self.theirs) != self.before:
            found.append("the terminal's settings have changed")
        return found
