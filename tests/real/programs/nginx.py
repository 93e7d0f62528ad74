# SPDX-License-Identifier: Apache-2.0
# nginx under wrk: a master, a worker that was forked, static files and a redirect.
import re
import signal
import urllib.error
import urllib.request

import real_program as real

CONFIGURATION = """
daemon off; master_process on; worker_processes 1; user root; pid nginx.pid; error_log error.log warn;
events { worker_connections 256; }
http {
  access_log access.log; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {
    listen 127.0.0.1:PORT; root FOLDER/www;
    location /text { return 200 "from the configuration\\n"; }
    location /away { return 302 /text; }
  }
}
"""


class Server:
    """nginx on a free port; `worker` is the pid of its worker."""

    def __init__(self, side):
        self.side, self.port = side, real.free_port()
        text = CONFIGURATION.replace("PORT", str(self.port)).replace("FOLDER", side.folder)
        with open(side.path("nginx.conf"), "w", encoding="ascii") as file:
            file.write(text)
        self.process = side.start("nginx", "-p", side.folder, "-c", side.path("nginx.conf"),
                                  "-e", side.path("error.log"))
        real.await_port(self.port, self.process)
        # The master listens before it has workers.
        real.running.await_true(lambda: real.children(self.process.pid), 20, "a worker")
        self.worker = real.children(self.process.pid)[-1]

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status, answer.headers.get("Content-Type"), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get("Content-Type"), error.read()

    def load(self, seconds):
        return self.side.background("wrk", "-t1", "-c20", f"-d{seconds}s",
                                    f"http://127.0.0.1:{self.port}/file")

    @staticmethod
    def finish(load):
        """What went wrong, as wrk tells it; nothing is said when nothing did."""
        text, _ = load.communicate(timeout=120)
        if "Requests/sec" not in text:
            raise real.Failure(f"wrk: {text}")
        return re.findall(r"Socket errors:.*|Non-2xx.*", text)


def prepare(side):
    side.tool("mkdir", "-p", "www")
    with open(side.path("www/file"), "w", encoding="ascii") as file:
        file.write("a line of the file\n" * 200)


class Nginx(real.Program):
    name = "nginx under wrk"
    packages = ["nginx-light", "wrk"]
    tools = ["nginx", "wrk"]
    needs_root = True
    must_name = {"heap": r"^ngx_(create_pool|palloc|alloc|pcalloc|event_accept)",
                 "fd": r"^ngx_(event_accept|get_connection|epoll_init|open_listening_sockets)"}
    at_exit = "nginx"
    env = {"LEAKHOOK_SIGNAL": "RTMIN+3"}  # USR2 is nginx' own: a new binary

    def prepare(self, side):
        prepare(side)

    def run(self, side):
        server = Server(side)
        load = server.load(2)
        real.running.await_true(lambda: real.vital_signs(server.worker)[0] > 15, 20, "connections")
        dump = side.dump(server.worker)
        if dump:
            peers = real.labels(dump["fd"], "ngx_event_accept", "peer")
            if not any(re.fullmatch(r"127\.0\.0\.1:\d+", str(peer)) for peer in peers):
                raise real.Failure(f"client connections without their peers: {peers[:5]}")
        side.dump(server.process.pid)
        output = [server.finish(load)]
        output += [server.get(path) for path in ("/file", "/text", "/away", "/nowhere", "/file")]
        output.append(side.stop(server.process, signal.SIGQUIT))
        return output


PROGRAM = Nginx()
