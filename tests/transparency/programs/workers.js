// SPDX-License-Identifier: Apache-2.0
// Workers, a child process, compression and a server in one process of node.
const { Worker, isMainThread, parentPort } = require('worker_threads');
const zlib = require('zlib');
const http = require('http');
const { execFile } = require('child_process');

if (!isMainThread) {
  let text = '';
  for (let i = 0; i < 5000; i++) text += i;
  parentPort.postMessage(zlib.gunzipSync(zlib.gzipSync(text)).length);
} else {
  const jobs = [1, 2, 3].map(() => new Promise((done) => new Worker(__filename).on('message', done)));
  const child = new Promise((done) => execFile('sh', ['-c', 'echo child'], (e, out) => done(out.trim())));
  const served = new Promise((done) => {
    const server = http.createServer((request, response) => response.end('x'.repeat(100000)));
    server.listen(`${process.cwd()}/socket`, () => {
      http.get({ socketPath: `${process.cwd()}/socket`, path: '/' }, (response) => {
        let size = 0;
        response.on('data', (part) => { size += part.length; });
        response.on('end', () => { server.close(); done(size); });
      });
    });
  });
  Promise.all([...jobs, child, served]).then((all) => console.log(all.join(' ')));
}
