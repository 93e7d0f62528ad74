# SPDX-License-Identifier: Apache-2.0
# redis-server on jemalloc: is anything lost while clients are served, and after SHUTDOWN by SIGTERM?
import reach
import real_program as real
import redis


class ReachRedis(reach.Program):
    name = "redis-server: nothing lost, busy and at its end"
    packages = redis.Redis.packages
    tools = redis.Redis.tools
    at_exit = "redis-server"
    profiles = 3
    requests = 20000

    def work(self, side):
        server = redis.Server(side)
        load = server.load(self.requests, "set", "get", "lpush", "hset", "sadd", "zadd")
        real.running.await_true(lambda: "connected_clients:2" in server.cli("INFO", "clients") or
                                load.poll() is not None, 60, "a busy server")
        side.dump(server.process.pid, "--reach")
        output = [server.finish(load)]
        output += [server.cli(*words) for words in redis.SCRIPT]
        side.dump(server.process.pid, "--reach")
        output.append(side.stop(server.process))
        return output


PROGRAM = ReachRedis()
