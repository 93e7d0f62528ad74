# SPDX-License-Identifier: Apache-2.0
# redis-server, its blocks sampled: is a block lost only because what leads to it was not recorded?
import reach_redis


class ReachRedisSampled(type(reach_redis.PROGRAM)):
    name = "redis-server, sampled: nothing lost, busy and at its end"
    env = {**reach_redis.PROGRAM.env, "LEAKHOOK_SAMPLE": "64KiB"}


PROGRAM = ReachRedisSampled()
