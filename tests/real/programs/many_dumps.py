# SPDX-License-Identifier: Apache-2.0
# Dumps in a row on busy servers: 100, or 1 000 with LEAKHOOK_LONG=1. Nothing fails, nothing stays.
import os

import nginx
import real_program as real
import redis

COUNT = 1000 if real.IS_LONG else 100
KEPT = 20  # dumps whose files stay for the validator


class ManyDumps(real.Program):
    name = f"{COUNT} dumps of busy redis-server and nginx"
    packages = nginx.Nginx.packages + redis.Redis.packages
    tools = nginx.Nginx.tools + redis.Redis.tools
    needs_root = True
    env = nginx.Nginx.env

    def prepare(self, side):
        nginx.prepare(side)

    def run(self, side):
        return self.on_redis(side), self.on_nginx(side)

    def on_redis(self, side):
        server = redis.Server(side)
        before = real.wait_steady(lambda: real.vital_signs(server.process.pid))
        failures = self.under_load(side, server.process.pid, lambda: server.load(30000, "set", "get"),
                                   server.finish)
        self.check_nothing_left(server.process.pid, before)
        return failures, server.cli("PING"), side.stop(server.process)

    def on_nginx(self, side):
        server = nginx.Server(side)
        server.get("/file")
        before = real.wait_steady(lambda: real.vital_signs(server.worker))
        failures = self.under_load(side, server.worker, lambda: server.load(2), server.finish)
        self.check_nothing_left(server.worker, before)
        return failures, server.get("/text"), side.stop(server.process)

    @staticmethod
    def under_load(side, pid, start, finish):
        """Dumps `pid` while one load after the other runs; what went wrong in them."""
        failures = set()
        load = start()
        for number in range(COUNT if side.is_hooked else 1):
            if load.poll() is not None:
                failures.add(str(finish(load)))
                load = start()
            dump = side.dump(pid)
            if set(real.running.ALWAYS) - set(dump) and side.is_hooked:
                raise real.Failure(f"dump {number} is not whole: {sorted(dump)}")
            if number % (COUNT // KEPT) and number != COUNT - 1:
                for path in side.busy.pop().values() if side.busy else []:
                    os.unlink(path)
        failures.add(str(finish(load)))
        return sorted(failures)

    @staticmethod
    def check_nothing_left(pid, before):
        """One keeper may wait for the next slow path to reap it."""
        def is_as_before():
            now = real.vital_signs(pid)
            return now[0] <= before[0] and now[1] <= before[1] and now[2] <= before[2] + 1
        try:
            real.running.await_true(is_as_before, 10, "descriptors, threads, zombies as before")
        except TimeoutError as error:
            raise real.Failure(f"{before} became {real.vital_signs(pid)}") from error


PROGRAM = ManyDumps()
