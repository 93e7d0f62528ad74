# SPDX-License-Identifier: Apache-2.0
# redis-server under redis-benchmark: names, peers, and heap totals beside what redis itself counts.
import re

import real_program as real

SCRIPT = [["SET", "greeting", "hello"], ["GET", "greeting"], ["RPUSH", "list", "a", "b", "c"],
          ["LRANGE", "list", "0", "-1"], ["ZADD", "scores", "3", "x", "1", "y"],
          ["ZRANGE", "scores", "0", "-1", "WITHSCORES"], ["HSET", "hash", "f", "1"],
          ["HGETALL", "hash"], ["EVAL", "return redis.call('incr','n') * 2", "0"], ["NOSUCH"]]


class Server:
    """A redis-server on a free port. Without jemalloc's thread caches, whose free blocks count as
    allocated: 0.44 MB of the 1.74 MB that an empty server reports."""

    def __init__(self, side):
        self.side, self.port = side, str(real.free_port())
        self.process = side.start("redis-server", "--port", self.port, "--bind", "127.0.0.1",
                                  "--save", "", "--appendonly", "no", "--loglevel", "warning",
                                  env={"MALLOC_CONF": "tcache:false"})
        real.await_port(int(self.port), self.process)

    def cli(self, *words):
        return self.side.tool("redis-cli", "-p", self.port, *words)

    def load(self, requests, *tests):
        """A benchmark that runs; finish() tells how it went."""
        return self.side.background("redis-benchmark", "-p", self.port, "-c", "20", "-q", "-r", "5000",
                                    "-d", "64", "-n", str(requests), "-t", ",".join(tests))

    @staticmethod
    def finish(load):
        text, _ = load.communicate(timeout=120)
        return f"benchmark: status {load.returncode}, errors {len(re.findall('(?i)error', text))}"

    def allocated(self):
        def read():
            return int(re.search(r"allocator_allocated:(\d+)", self.cli("INFO", "memory"))[1])
        return real.wait_steady(read)

    def check_total(self, when):
        """Requested bytes against the allocator's size classes: 0.80 to 1.00."""
        truth = self.allocated()
        dump = self.side.dump(self.process.pid)
        if dump:
            ratio = real.total(dump["heap"]) / truth
            print(f"redis heap in use {when}: {ratio:.3f} of allocator_allocated {truth}")
            if not 0.80 <= ratio <= 1.00:
                raise real.Failure(f"heap in use {when} is {ratio:.3f} of allocator_allocated")


class Redis(real.Program):
    name = "redis-server under redis-benchmark"
    packages = ["redis-server", "redis-tools"]
    tools = ["redis-server", "redis-benchmark", "redis-cli"]
    must_name = {"heap": r"^(dictAdd|dbAdd|createClient|createObject|sdsnewlen|dictAddRaw)",
                 "fd": r"^(acceptTcpHandler|anetTcpAccept|anetGenericAccept|connSocketAccept)"}
    at_exit = "redis-server"

    def run(self, side):
        server = Server(side)
        server.check_total("before the load")
        load = server.load(30000, "set", "get", "lpush", "hset", "sadd", "zadd")
        real.running.await_true(lambda: "connected_clients:2" in server.cli("INFO", "clients") or
                                load.poll() is not None, 20, "a busy server")
        dump = side.dump(server.process.pid)
        if dump:
            self.check_peers(dump)
        output = [server.finish(load)]
        server.check_total("after the load")
        server.cli("FLUSHALL")
        server.check_total("after FLUSHALL")
        output += [server.cli(*words) for words in SCRIPT]
        output.append(side.stop(server.process))
        return output

    @staticmethod
    def check_peers(dump):
        peers = real.labels(dump["fd"], Redis.must_name["fd"], "peer")
        if not peers or not all(re.fullmatch(r"127\.0\.0\.1:\d+", str(peer)) for peer in peers):
            raise real.Failure(f"client connections without their peers: {peers[:5]}")


PROGRAM = Redis()
