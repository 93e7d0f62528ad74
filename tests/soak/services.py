# SPDX-License-Identifier: Apache-2.0
# Which services are soaked? How each is started, and what it says itself of what it holds.
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys

import books

sys.path.insert(0, os.path.join(books.HERE, "..", "real", "programs"))
from postgresql import binary as postgres_binary  # noqa: E402

real = books.real
running = real.running

NGINX = """
daemon off; master_process on; worker_processes 1; USER pid nginx.pid; error_log error.log warn;
events { worker_connections 256; }
http {
  access_log access.log; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi; keepalive_requests 1000000; keepalive_timeout 3600;
  open_file_cache max=6 inactive=1s; open_file_cache_valid 1s;
  server {
    listen 127.0.0.1:PORT; root FOLDER/www;
    location /status { stub_status; }
  }
}
"""


class Service:
    """One server, bare or with the library, in the folder of a real.Side."""
    title = protocol = ""
    rate = connections = renewed_after = 0
    tools = ()
    env = {}
    explained = {}   # counter -> why it is no loss here
    stop_signal = signal.SIGTERM

    def __init__(self, side):
        self.side = side
        self.process = None

    @classmethod
    def missing(cls):
        return [tool for tool in cls.tools if not shutil.which(tool)]

    def start(self):
        """Returns when it serves."""
        raise NotImplementedError

    def targets(self):
        """{role: pid} of the processes that are dumped; the first is the one under load."""
        raise NotImplementedError

    def told(self):
        """{role: {what: number}}: by the service of itself."""
        raise NotImplementedError

    def found(self, role, dump):
        """{what: number} of the same in its profiles."""
        raise NotImplementedError

    def stop(self):
        return self.side.stop(self.process, self.stop_signal)


def threads_named(pid, name):
    found = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm", encoding="utf-8") as file:
            found += file.read().strip() == name
    return found


class Redis(Service):
    """Its heap is jemalloc's: what that says it gave is what was asked for, rounded up to its sizes, once
    no thread has freed blocks in a cache. jemalloc makes its thread behind everybody's back."""
    title, protocol, rate, connections, renewed_after = "redis-server", "redis", 4000, 16, 1000
    tools = ("redis-server",)
    env = {"MALLOC_CONF": "tcache:false"}

    def start(self):
        port = real.free_port()
        self.process = self.side.start("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save",
                                       "", "--appendonly", "no", "--loglevel", "warning")
        real.await_port(port, self.process)
        self.address = f"tcp:{port}"
        self.control = socket.create_connection(("127.0.0.1", port), timeout=60)

    def targets(self):
        return {"server": self.process.pid}

    def ask(self, line):
        self.control.sendall(line.encode() + b"\r\n")
        text = b""
        while not (size := re.match(rb"\$(\d+)\r\n", text)) or len(text) < size.end() + int(size[1]) + 2:
            text += self.control.recv(65536)
        return text.decode()

    def told(self):
        clients = int(re.search(r"connected_clients:(\d+)", self.ask("INFO clients"))[1])
        used = int(re.search(r"allocator_allocated:(\d+)", self.ask("INFO memory"))[1])
        return {"server": {"accepted sockets": clients, "heap bytes": (int(0.8 * used), used),
                           "untracked": threads_named(self.process.pid, "jemalloc_bg_thd")}}

    def found(self, role, dump):
        accepted = r"acceptTcpHandler|anetTcpAccept|anetGenericAccept|connSocketAccept"
        return {"accepted sockets": dump.held_by("fd", accepted)[0], "heap bytes": dump.heap_bytes()}


class Nginx(Service):
    title, protocol, rate, connections, renewed_after = "nginx", "http", 3000, 16, 200
    tools = ("nginx",)
    env = {"LEAKHOOK_SIGNAL": "RTMIN+3"}  # USR2 is its own: a new binary
    stop_signal = signal.SIGQUIT

    def start(self):
        port = real.free_port()
        os.mkdir(self.side.path("www"))
        for number in range(8):
            with open(self.side.path(f"www/file{number}"), "w", encoding="ascii") as file:
                file.write("a line of the file\n" * 50 * (number + 1))
        text = NGINX.replace("PORT", str(port)).replace("FOLDER", self.side.folder)
        with open(self.side.path("nginx.conf"), "w", encoding="ascii") as file:
            file.write(text.replace("USER", "user root;" if os.geteuid() == 0 else ""))
        self.process = self.side.start("nginx", "-p", self.side.folder, "-c", self.side.path("nginx.conf"),
                                       "-e", self.side.path("error.log"))
        real.await_port(port, self.process)
        running.await_true(lambda: real.children(self.process.pid), 60, "a worker")
        self.worker = real.children(self.process.pid)[-1]
        self.address = f"tcp:{port}"
        self.control = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def targets(self):
        return {"worker": self.worker, "master": self.process.pid}

    def told(self):
        self.control.request("GET", "/status")
        text = self.control.getresponse().read().decode()
        return {"worker": {"accepted sockets": int(re.search(r"Active connections: (\d+)", text)[1])},
                "master": {"children": 1}}

    def found(self, role, dump):
        if role == "master":
            return {"children": dump.own("process").get("process", 0)}
        return {"accepted sockets": dump.held_by("fd", "ngx_event_accept")[0]}


class PostgreSQL(Service):
    """Its data are made once, in the folder of the first side, and copied."""
    title, protocol, rate, connections, renewed_after = "PostgreSQL", "postgres", 100, 4, 200
    env = {"LEAKHOOK_SIGNAL": "RTMIN+3"}
    stop_signal = signal.SIGINT
    data = None
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}

    @classmethod
    def missing(cls):
        return [name for name in ("initdb", "postgres", "pgbench", "psql")
                if not shutil.which(postgres_binary(name))]

    def tool(self, name, *argv):
        return self.side.tool(postgres_binary(name), *argv, **self.user)

    def start(self):
        data = self.side.path("data")
        if self.user:
            shutil.chown(self.side.folder, "postgres", "postgres")
        if self.data is None:
            self.tool("initdb", "-D", data, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C",
                      "-U", "postgres")
            type(self).data = self.side.path("data.new")
            self.side.tool("cp", "-a", data, self.data)
        else:
            self.side.tool("cp", "-a", self.data, data)
        self.process = self.side.start(
            postgres_binary("postgres"), "-D", data, "-k", self.side.folder, "-c", "listen_addresses=",
            "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "autovacuum=off", **self.user)
        running.await_true(self.answers, 60, "the server")
        self.tool("pgbench", "-h", self.side.folder, "-U", "postgres", "-i", "-q", "-s", "1", "postgres")
        self.address = f"unix:{self.side.path('.s.PGSQL.5432')}"
        self.control = subprocess.Popen(
            [postgres_binary("psql"), "-h", self.side.folder, "-U", "postgres", "-XAtq"], text=True,
            cwd=self.side.folder, env=running.environment(self.side.setup, is_hooked=False), bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, **self.user)

    def answers(self):
        if self.process.poll() is not None:
            raise real.Failure(f"the server ended with status {self.process.returncode}")
        try:
            return self.tool("psql", "-h", self.side.folder, "-U", "postgres", "-XAtc", "select 1") == "1\n"
        except real.Failure:
            return False

    def ask(self, query):
        """One number, over a connection that stays."""
        self.control.stdin.write(query + ";\n")
        return int(self.control.stdout.readline())

    def targets(self):
        """The backend of the load's first connection, which stays."""
        query = "select pid from pg_stat_activity where application_name = 'load0'"
        return {"backend": self.ask(query), "postmaster": self.process.pid}

    def told(self):
        return {"backend": {}, "postmaster": {"children": self.ask("select count(*) from pg_stat_activity")}}

    def found(self, role, dump):
        return {"children": dump.own("process").get("process", 0)} if role == "postmaster" else {}

    def stop(self):
        self.control.stdin.close()
        self.control.wait(60)
        self.control.stdout.close()
        return super().stop()


class Calls(Service):
    """Our own, which counts all that it holds. `program` is its path."""
    title, protocol, rate, connections, renewed_after = "call_server", "calls", 3000, 16, 500
    program = ""
    arguments = ()

    def start(self):
        self.process = self.side.start(self.program, *self.arguments)

        def port():
            with open(self.side.path("log"), encoding="utf-8") as file:
                return re.search(r"port (\d+)\n", file.read())
        running.await_true(lambda: port() or self.process.poll() is not None, 60, "a port")
        self.address = f"tcp:{port()[1]}"
        self.control = socket.create_connection(("127.0.0.1", int(port()[1])), timeout=60)

    def targets(self):
        return {"server": self.process.pid}

    def told(self):
        self.control.sendall(b"\1\0\0\0s")
        text = b""
        while len(text) < 4 or len(text) < 4 + int.from_bytes(text[:4], "little"):
            text += self.control.recv(65536)
        return {"server": {line.split()[0]: int(line.split()[1]) for line in text[4:].decode().splitlines()}}

    def found(self, role, dump):
        blocks = dump.held_by("heap", "counted_block")
        return {**dump.own("fd"), **dump.own("thread"), **dump.own("timer"), "block": blocks[0],
                "block_bytes": blocks[1]}


ALL = {"redis": Redis, "nginx": Nginx, "postgresql": PostgreSQL, "calls": Calls}
