# SPDX-License-Identifier: Apache-2.0
# How many instructions does a program execute? Counts them with callgrind: the same in every run, on
# a busy machine too.
import glob
import os
import re
import shutil
import socket

import measure
import runners
import servers

CALLGRIND = ("valgrind", "--tool=callgrind", "-q", "--callgrind-out-file={folder}/counts.%p")


def under_callgrind(runner):
    """The same runner, counted."""
    return runners.Runner(runner.name, runner.title, preload=runner.preload, env=runner.env,
                          command=CALLGRIND, is_leakhook=runner.is_leakhook)


def lacks():
    return "" if shutil.which("valgrind") else "valgrind is not installed"


def counted(folder, pid="*"):
    """Sum over the files of a run that has ended. Raises Failed where nothing was counted."""
    total = 0
    for path in glob.glob(os.path.join(folder, f"counts.{pid}")):
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.findall(r"^totals: (\d+)", file.read(), re.MULTILINE)
        total += sum(int(number) for number in found)
    if total == 0:
        raise measure.Failed("callgrind counted nothing")
    return total


def program(tools, runner, argv, extra=None):
    """Instructions of a whole program."""
    with measure.Folder() as folder:
        measure.call(tools, under_callgrind(runner), argv, folder, extra=extra, seconds=900)
        return counted(folder)


def per_repetition(tools, runner, argv, few, many):
    """Instructions of one repetition; argv holds COUNT where their number stands."""
    def count(number):
        return program(tools, runner, [word.replace("COUNT", str(number)) for word in argv])
    return (count(many) - count(few)) / (many - few)


# --- servers: the same requests in the same order, one after the other -----------------------------


def ask_redis(server, requests):
    """Pipelines of 16: SET and GET in turn, 64 bytes each."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as channel:
        replies = channel.makefile("rb")
        for number in range(requests // 16):
            key = b"key:%06d" % (number * 7919 % 5000)
            words = b"".join(b"*3\r\n$3\r\nSET\r\n$10\r\n%b\r\n$64\r\n%b\r\n" % (key, b"v" * 64)
                             if i % 2 == 0 else b"*2\r\n$3\r\nGET\r\n$10\r\n%b\r\n" % key
                             for i in range(16))
            channel.sendall(words)
            for i in range(16):
                line = replies.readline()
                if i % 2 == 0 and line != b"+OK\r\n" or i % 2 == 1 and line != b"$64\r\n":
                    raise measure.Failed(f"redis: {line[:80]}")
                if i % 2 == 1:
                    replies.read(66)


def ask_nginx(server, requests):
    """One connection that is kept, as a browser has it."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as channel:
        replies = channel.makefile("rb")
        for _ in range(requests):
            channel.sendall(b"GET /file HTTP/1.1\r\nHost: localhost\r\n\r\n")
            if not replies.readline().startswith(b"HTTP/1.1 200"):
                raise measure.Failed("nginx: not 200")
            length = 0
            while (line := replies.readline()) != b"\r\n":
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            replies.read(length)


def ask_postgres(server, transactions):
    """pgbench's kind of transaction in one session; the pid of its backend."""
    path = os.path.join(server.folder, "transactions.sql")
    with open(path, "w", encoding="ascii") as file:
        file.write("select 'backend ' || pg_backend_pid();\n")
        for number in range(transactions):
            account = number * 7919 % 200000 + 1
            file.write(f"begin; update pgbench_accounts set abalance = abalance + 1 where aid = {account};"
                       f" select abalance from pgbench_accounts where aid = {account};"
                       f" update pgbench_tellers set tbalance = tbalance + 1 where tid = {number % 20 + 1};"
                       f" update pgbench_branches set bbalance = bbalance + 1 where bid = {number % 2 + 1};"
                       " insert into pgbench_history (tid, bid, aid, delta, mtime) values"
                       f" ({number % 20 + 1}, {number % 2 + 1}, {account}, 1, current_timestamp); end;\n")
    text = server.client(servers.postgres_binary("psql"), "-h", server.folder, "-U", "postgres", "-XAtq",
                         "-v", "ON_ERROR_STOP=1", "-f", path, "postgres", seconds=600)
    return re.search(r"backend (\d+)", text)[1]


ASK = {servers.Redis: ask_redis, servers.Nginx: ask_nginx, servers.PostgreSQL: ask_postgres}


def served(runner, kind, requests):
    """Instructions of a server from its start to its end; of PostgreSQL those of one backend."""
    with measure.Folder() as folder:
        with kind(under_callgrind(runner), folder) as server:
            backend = ASK[kind](server, requests)
        return counted(folder, backend or "*")


def per_request(runner, kind, few, many):
    return (served(runner, kind, many) - served(runner, kind, few)) / (many - few)
