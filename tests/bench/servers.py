# SPDX-License-Identifier: Apache-2.0
# Real services under load: the CPU of the server and its children per request, not that of the client.
import glob
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from dataclasses import dataclass

import measure

NGINX = """
daemon off; master_process on; worker_processes 1; {user} pid nginx.pid; error_log error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log access.log; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi; keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""


def postgres_binary(name):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return found[-1] if found else shutil.which(name) or ""


def lacks(*commands):
    missing = [name for name in commands if not (shutil.which(name) or postgres_binary(name))]
    return f"{', '.join(missing)} not installed" if missing else ""


class Server:
    """A service in a folder of its own, under a runner. Ended, with all its children, by `with`."""
    stop_signal = signal.SIGTERM
    user = {}

    def __init__(self, runner, folder):
        self.runner, self.folder, self.port = runner, folder, measure.free_port()

    def argv(self):
        raise NotImplementedError

    def prepare(self):
        """Files that it needs."""

    def answers(self):
        raise NotImplementedError

    def __enter__(self):
        self.prepare()
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                self.runner.before(self.argv(), self.folder), cwd=self.folder, stdin=subprocess.DEVNULL,
                env=self.runner.environment(self.folder), stdout=log, stderr=log,
                start_new_session=True, **self.user)
        try:
            measure.await_true(lambda: self.process.poll() is not None or self.answers(), 60,
                               "an answer of the server")
            if self.process.poll() is not None:
                raise measure.Failed(f"the server ends with status {self.process.returncode}")
            self.pid = self.main_pid()
            self.check_library()
        except BaseException:
            measure.end_group(self.process)
            raise
        return self

    def main_pid(self):
        """Of the service itself where a script started it; valgrind has the name of its tool."""
        name = os.path.basename(self.argv()[0])
        for pid in measure.tree(self.process.pid):
            try:
                with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                    if file.read().strip() == name[:15]:
                        return pid
            except FileNotFoundError:
                continue
        return self.process.pid

    def check_library(self):
        if self.runner.preload and not measure.maps_hold(self.pid, os.path.basename(self.runner.preload)):
            raise measure.Failed("the library is not in the server")

    def stop(self):
        """Politely, so that what is written at the end is written. Once: the pid is another's then."""
        if self.process.returncode is not None:
            return
        try:
            os.kill(self.pid, self.stop_signal)
            self.process.wait(30)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        measure.end_group(self.process)

    def __exit__(self, *_):
        self.stop()

    def client(self, *argv, seconds=300, **options):
        """Runs a client, bare. Raises Failed."""
        env = {"PATH": os.environ["PATH"], "LANG": "C", "LC_ALL": "C"}
        try:
            done = subprocess.run(argv, cwd=self.folder, env=env, capture_output=True, text=True,
                                  timeout=seconds, stdin=subprocess.DEVNULL, check=False, **options)
        except subprocess.TimeoutExpired as late:
            raise measure.Failed(f"{argv[0]}: not done after {seconds} s") from late
        if done.returncode != 0:
            raise measure.Failed(f"{os.path.basename(argv[0])}: status {done.returncode}: "
                                 f"{done.stderr.strip()[-200:]}")
        return done.stdout

    def cpu_per(self, load):
        """Nanoseconds of CPU per request; load() returns how many requests there were."""
        before = measure.tree_cpu_ns(self.process.pid)
        requests = load()
        return (measure.tree_cpu_ns(self.process.pid) - before) / requests


class Redis(Server):
    def argv(self):
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "no", "--loglevel", "warning"]

    def answers(self):
        try:
            return self.client("redis-cli", "-p", str(self.port), "ping") == "PONG\n"
        except measure.Failed:
            return False

    def load(self, requests, pipeline):
        def run():
            text = self.client("redis-benchmark", "-p", str(self.port), "-c", "20", "-r", "20000",
                               "-d", "64", "-n", str(requests), "-P", str(pipeline), "-t", "set,get",
                               "--csv")
            if text.count("\n") < 3:
                raise measure.Failed(f"redis-benchmark: {text[-200:]}")
            return 2 * requests
        return run


class Nginx(Server):
    stop_signal = signal.SIGQUIT

    def prepare(self):
        os.mkdir(os.path.join(self.folder, "www"))
        with open(os.path.join(self.folder, "www", "file"), "w", encoding="ascii") as file:
            file.write("a line of the file\n" * 200)
        with open(os.path.join(self.folder, "nginx.conf"), "w", encoding="ascii") as file:
            file.write(NGINX.format(port=self.port, folder=self.folder,
                                    user="user root;" if os.geteuid() == 0 else ""))

    def argv(self):
        return ["nginx", "-p", self.folder, "-c", os.path.join(self.folder, "nginx.conf"),
                "-e", os.path.join(self.folder, "error.log")]

    def answers(self):
        try:
            with urllib.request.urlopen(self.url(), timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    def url(self):
        return f"http://127.0.0.1:{self.port}/file"

    def load(self, seconds):
        def run():
            text = self.client("wrk", "-t1", "-c20", f"-d{seconds}", self.url())
            found = re.search(r"(\d+) requests in", text)
            if not found or "Non-2xx" in text or int(found[1]) == 0:
                raise measure.Failed(f"wrk: {text[-200:]}")
            return int(found[1])
        return run


class PostgreSQL(Server):
    """Its data are made once, bare, and copied for each run."""
    stop_signal = signal.SIGINT
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    template = None

    def argv(self):
        return [postgres_binary("postgres"), "-D", os.path.join(self.folder, "data"), "-k", self.folder,
                "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=32MB",
                "-c", "autovacuum=off"]

    def prepare(self):
        data = os.path.join(self.folder, "data")
        if os.path.exists(os.path.join(PostgreSQL.template or "", "PG_VERSION")):
            shutil.copytree(PostgreSQL.template, data, symlinks=True)
        else:
            self.client(postgres_binary("initdb"), "-D", data, "-A", "trust", "--no-sync",
                        "-E", "UTF8", "--locale=C", "-U", "postgres", **self.user)
        if self.user:
            self.client("chown", "-R", "postgres:postgres", self.folder)

    def answers(self):
        try:
            return self.psql("select 1") == "1\n"
        except measure.Failed:
            return False

    def psql(self, query):
        return self.client(postgres_binary("psql"), "-h", self.folder, "-U", "postgres", "-XAtc", query)

    def pgbench(self, *argv):
        return self.client(postgres_binary("pgbench"), "-h", self.folder, "-U", "postgres", *argv)

    def load(self, transactions):
        def run():
            text = self.pgbench("-n", "-c", "1", "-t", str(transactions), "postgres")
            found = re.search(r"actually processed: (\d+)", text)
            if not found or int(found[1]) == 0:
                raise measure.Failed(f"pgbench: {text[-200:]}")
            return int(found[1])
        return run


@dataclass(frozen=True)
class Service:
    """One load on one service, as the rounds want it."""
    name: str
    title: str
    server: type
    load: tuple               # arguments of the server's load(): the first is how much
    unit: str = "µs CPU per request"
    rounds: int = 9
    quick_rounds: int = 1
    runners: tuple = ()
    warms_up: bool = True     # one bare run is not counted
    lacks: str = ""

    def run(self, tools, runner):
        del tools
        with measure.Folder() as folder, self.server(runner, folder) as server:
            self.server_ready(server)
            amount = self.load[0]
            if isinstance(amount, int):
                amount = max(100, int(amount * runner.share))
            value = server.cpu_per(server.load(amount, *self.load[1:])) / 1000
            peak = measure.peak_kib(server.pid)
            server.stop()
            return measure.Run(value, peak, runner.output_bytes(folder))

    @staticmethod
    def server_ready(server):
        """Everything that a first request does once is done before CPU is read."""
        if isinstance(server, Nginx):
            for _ in range(200):
                server.answers()
        elif isinstance(server, Redis):
            server.load(1000, 16)()
        elif PostgreSQL.template is None:
            server.pgbench("-i", "-q", "-s", "2", "postgres")
        else:
            server.load(100)()


def make_postgres_template(folder):
    """Data with pgbench's tables: made bare."""
    from runners import BARE  # the only need for a runner here
    with PostgreSQL(BARE, folder) as server:
        server.pgbench("-i", "-q", "-s", "2", "postgres")
    PostgreSQL.template = os.path.join(folder, "data")


def every():
    redis = lacks("redis-server", "redis-benchmark", "redis-cli")
    return [
        Service("redis", "redis SET and GET", Redis, (20000, 1), lacks=redis),
        Service("redis_pipelined", "redis SET and GET, pipelines of 16", Redis, (200000, 16),
                lacks=redis),
        Service("nginx", "nginx, a static file, wrk", Nginx, ("1s",), lacks=lacks("nginx", "wrk")),
        Service("postgresql", "PostgreSQL, pgbench", PostgreSQL, (3000,),
                unit="µs CPU per transaction", lacks=lacks("postgres", "initdb", "pgbench", "psql"))]
