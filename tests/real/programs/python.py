# SPDX-License-Identifier: Apache-2.0
# python3 with its objects on malloc: containers, text, threads, a subprocess, a socket, an exception.
import real_program as real

SCRIPT = """
import collections, json, os, re, socket, subprocess, sys, threading, zlib
kept = {str(i): [i, str(i) * 3] for i in range(20000)}
text = json.dumps(kept, sort_keys=True)
print(len(text), zlib.crc32(text.encode()), json.loads(text) == kept)
print(collections.Counter(re.findall(r'[0-9]', text)).most_common(3))
found = []
threads = [threading.Thread(target=lambda n=n: found.append(sum(range(n)))) for n in range(20)]
[t.start() for t in threads]; [t.join() for t in threads]
print(sorted(found))
print(subprocess.run(['sh', '-c', 'echo from a child; exit 3'], capture_output=True))
a, b = socket.socketpair(); a.send(b'hello'); print(b.recv(10)); a.close(); b.close()
print('dump me', os.getpid(), flush=True); sys.stdin.readline()
try: int('x')
except ValueError as error: print(error)
sys.exit(7)
"""


class Python(real.Program):
    name = "python3, PYTHONMALLOC=malloc"
    packages = ["python3"]
    tools = ["/usr/bin/python3"]
    must_name = {"heap": r"^(Py_BytesMain|Py_RunMain|PyEval_EvalCode|PyUnicode_New|_PyEval)"}

    def run(self, side):
        env = side.environment(PYTHONMALLOC="malloc", PYTHONHASHSEED="0")
        session = real.running.Session(["/usr/bin/python3", "-c", SCRIPT], side.folder, env, 100,
                                       side.dump)
        run = session.finish()
        if run.complaints:
            raise real.Failure("; ".join(run.complaints))
        return run.status, run.stdout.decode()


PROGRAM = Python()
