# SPDX-License-Identifier: Apache-2.0
# How does one see, and refuse, the system calls of another process? By seccomp's user notifications
# (watched.h): the kernel asks us about each of them and waits for the answer.
import errno
import fcntl
import os
import select
import signal
import socket
import struct
import threading

RECEIVE, ANSWER = 0xC0502100, 0xC0182101  # ioctls of <linux/seccomp.h>
LET_PASS = 1                              # SECCOMP_USER_NOTIF_FLAG_CONTINUE
KILL = -1                                 # instead of an errno: the caller dies of its call


class Supervisor:
    """Answers by decide(number, index, first argument, pid), which returns an errno, KILL or 0; index counts the
    calls of that number from 1 on. `calls` tells afterwards how many there were: {number: count}."""

    def __init__(self, path, decide):
        self.calls = {}
        self.refused = 0
        self._decide = decide
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(path)
        self._socket.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                _, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
            for listener in descriptors:
                threading.Thread(target=self._serve, args=[listener], daemon=True).start()

    def _serve(self, listener):
        """Until nobody is left under the filter."""
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        while not any(events & select.POLLHUP for _, events in poll.poll()):
            question = bytearray(80)
            try:
                fcntl.ioctl(listener, RECEIVE, question)
                identity, pid, _, number, _, _, first = struct.unpack_from("<QIIiIQQ", question)
                refusal = self._judge(number, first, pid)
                flags = 0 if refusal else LET_PASS
                fcntl.ioctl(listener, ANSWER, bytearray(struct.pack("<QqiI", identity, 0, -refusal, flags)))
            except OSError as error:  # interrupted by a signal, or killed: it asks again, or never
                if error.errno not in (errno.ENOENT, errno.EINTR):
                    raise
        os.close(listener)

    def _judge(self, number, first, pid):
        with self._lock:
            index = self.calls[number] = self.calls.get(number, 0) + 1
            refusal = self._decide(number, index, first, pid)
            self.refused += bool(refusal)
        if refusal == KILL:
            os.kill(pid, signal.SIGKILL)
            return 0
        return refusal
