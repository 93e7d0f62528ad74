# SPDX-License-Identifier: Apache-2.0
# nginx: is anything lost in the master and in its worker, while it serves and after a graceful end?
import signal

import nginx
import reach
import real_program as real


class ReachNginx(reach.Program):
    name = "nginx: nothing lost, busy and at its end"
    packages = nginx.Nginx.packages
    tools = nginx.Nginx.tools
    needs_root = True
    env = {**reach.Program.env, **nginx.Nginx.env}
    at_exit = "nginx"
    profiles = 4

    def prepare(self, side):
        nginx.prepare(side)

    def work(self, side):
        server = nginx.Server(side)
        load = server.load(2)
        real.running.await_true(lambda: real.vital_signs(server.worker)[0] > 15, 60, "connections")
        side.dump(server.worker, "--reach")
        side.dump(server.process.pid, "--reach")
        output = [server.finish(load)]
        output += [server.get(path) for path in ("/file", "/text", "/away", "/nowhere", "/file")]
        output.append(side.stop(server.process, signal.SIGQUIT))
        return output


PROGRAM = ReachNginx()
