# SPDX-License-Identifier: Apache-2.0
# PostgreSQL under pgbench: a process per connection, forked by the postmaster; it owns SIGUSR2.
import glob
import os
import shutil
import signal

import real_program as real

QUERY = """
create table t as select i, md5(i::text) as h from generate_series(1, 20000) i;
create index on t (h);
select count(*), min(h), max(h) from t;
select sum(length(h)) from t where h > 'a' and i % 7 = 3;
explain (costs off) select * from t where h = 'x';
select nosuch;
"""


def binary(name):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return found[-1] if found else name


class PostgreSQL(real.Program):
    name = "PostgreSQL under pgbench"
    packages = ["postgresql", "postgresql-contrib"]
    needs_root = True
    must_name = {"heap": r"^(AllocSetContextCreateInternal|AllocSetAlloc|MemoryContextInit)",
                 "mapping": r"^(CreateSharedMemoryAndSemaphores|PGSharedMemoryCreate|PostmasterMain)"}
    at_exit = "postgres"
    env = {"LEAKHOOK_SIGNAL": "RTMIN+3"}
    dump_options = ()
    transactions = 1000  # of each of four clients

    def missing(self):
        lacks = super().missing()
        lacks += [name for name in ("initdb", "postgres", "pgbench", "psql")
                  if not shutil.which(binary(name))]
        try:
            shutil.chown("/nonexistent", "postgres")
        except LookupError:
            lacks.append("a user postgres")
        except FileNotFoundError:
            pass
        return lacks

    def as_postgres(self, side, name, *argv):
        return side.tool(binary(name), *argv, user="postgres", group="postgres", extra_groups=[])

    def prepare(self, side):
        shutil.chown(side.folder, "postgres", "postgres")
        self.as_postgres(side, "initdb", "-D", side.path("data"), "-A", "trust", "--no-sync",
                         "-E", "UTF8", "--locale=C", "-U", "postgres")

    def psql(self, side, *argv):
        return self.as_postgres(side, "psql", "-h", side.folder, "-U", "postgres", "-X", "-At", *argv)

    def run(self, side):
        process = side.start(binary("postgres"), "-D", side.path("data"), "-k", side.folder,
                             "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB",
                             user="postgres", group="postgres", extra_groups=[])
        ready = side.path(".s.PGSQL.5432")
        real.running.await_true(lambda: os.path.exists(ready) and self.answers(side), 60, "the server")
        self.as_postgres(side, "pgbench", "-h", side.folder, "-i", "-q", "-s", "1", "postgres")
        load = side.background(binary("pgbench"), "-h", side.folder, "-U", "postgres", "-n", "-c", "4",
                               "-t", str(self.transactions), "postgres")
        backend = self.busy_backend(side)
        side.dump(backend, *self.dump_options)
        side.dump(process.pid, *self.dump_options)
        text, _ = load.communicate(timeout=120)
        wanted = f"number of transactions actually processed: {4 * self.transactions}/"
        output = [load.returncode, wanted in text]
        output.append(self.psql(side, "-v", "ON_ERROR_STOP=0", "-c", "select 1"))
        output += [self.query(side, line) for line in QUERY.strip().splitlines()]
        output.append(side.stop(process, signal.SIGINT))
        return output

    def answers(self, side):
        try:
            return self.psql(side, "-c", "select 1") == "1\n"
        except real.Failure:
            return False

    def query(self, side, text):
        try:
            return self.psql(side, "-c", text)
        except real.Failure as error:
            return str(error)

    def busy_backend(self, side):
        # Before its four clients, pgbench has a connection of its own that soon ends.
        query = ("select min(pid) from pg_stat_activity where application_name = 'pgbench' "
                 "having count(*) = 4")
        found = []

        def look():
            found[:] = self.psql(side, "-c", query).split()
            return found
        real.running.await_true(look, 20, "a backend that works")
        return int(found[0])


PROGRAM = PostgreSQL()
