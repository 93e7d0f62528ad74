# SPDX-License-Identifier: Apache-2.0
# node: functions compiled while it runs, which have no unwind rules, call C++ that allocates.
import shutil

import real_program as real

SCRIPT = """
const zlib = require('zlib'), crypto = require('crypto');
let kept = [];
function work(i) { return zlib.crc32 ? i : i; }
function allocate(i) { const b = Buffer.allocUnsafeSlow(20000 + i % 7); b[0] = i; return b; }
let sum = 0;
for (let i = 0; i < 200000; i++) sum = (sum * 31 + work(i)) % 1000003;
for (let i = 0; i < 500; i++) kept.push(allocate(i));
console.log(sum, kept.length, crypto.createHash('sha256').update('x').digest('hex'));
console.log(zlib.gunzipSync(zlib.gzipSync('hello '.repeat(1000))).length);
console.log('dump me ' + process.pid);
process.stdin.once('data', () => { console.log('ends', kept[7][0]); process.exit(6); });
"""


class Node(real.Program):
    name = "node, code compiled while it runs"
    packages = ["nodejs"]
    tools = ["node"]
    must_name = {"heap": r"^(node|v8|uv)"}

    def run(self, side):
        session = real.running.Session([shutil.which("node"), "-e", SCRIPT], side.folder,
                                       side.environment(), 100, side.dump)
        run = session.finish()
        if run.complaints:
            raise real.Failure("; ".join(run.complaints))
        return run.status, run.stdout.decode()


PROGRAM = Node()
