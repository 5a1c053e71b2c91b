// The client in Chromium, against the real relay.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { open } from './support/chromium.mjs';
import { WebSocket } from './support/packages.mjs';
import { Relay } from './support/relay.mjs';

const key = 'test-key-0001';
const source = fileURLToPath(new URL('../../hosts/browser', import.meta.url));

const start = (t, options = {}) => Relay.start(t, { files: { '/client': source }, ...options });

// A page of the relay with `client` and its events, in the form of support/events.mjs.
async function page(t, relay, options = {}) {
  const page = await open(t, `${relay.httpUrl}/health`);
  await page.evaluate(async (options) => {
    const { RelayClient } = await import('/client/plugboard-client.js');
    globalThis.client = new RelayClient({ channel: 'demo', maxReconnectDelay: 50, ...options });
    globalThis.seen = [];
    for (const kind of ['open', 'close', 'message', 'peer-status', 'error']) {
      client.on(kind, (...details) => seen.push([kind, ...details]));
    }
    client.on('open', () => client.watch(client.address));
    client.connect();
  }, { url: relay.url, ...options });
  return page;
}

// The nth event of that kind that begins with these details, past or to come.
async function event(page, n, kind, ...details) {
  const found = await page.waitForFunction(([n, kind, details]) => seen.filter((event) =>
    event[0] === kind && details.every((each, i) => event[i + 1] === each))[n - 1],
  [n, kind, details]);
  return (await found.jsonValue()).slice(1);
}

const joined = (page, id) => event(page, 1, 'peer-status', `demo:${id}`, true);
const send = (page, to, payload) =>
  page.evaluate(([to, payload]) => client.send(to, payload), [to, payload]);

test('in Chromium, messages travel both ways', async (t) => {
  const relay = await start(t, { keys: [key] });
  const alice = await page(t, relay, { id: 'alice001', key });
  const bob = await page(t, relay, { id: 'bob00001', key });
  await joined(alice, 'alice001');
  await joined(bob, 'bob00001');
  assert.equal(await send(alice, 'demo:bob00001', { text: 'grüße 🦦', n: 1.5 }), true);
  assert.deepEqual(await event(bob, 1, 'message'), ['demo:alice001', { text: 'grüße 🦦', n: 1.5 }]);
  assert.equal(await send(bob, 'demo:alice001', null), true);
  assert.deepEqual(await event(alice, 1, 'message'), ['demo:bob00001', null]);
});

test('in Chromium, the key travels as a subprotocol', async (t) => {
  const relay = await start(t, { keys: [key] });
  const alice = await page(t, relay, { id: 'alice001', key, keyTransport: 'subprotocol' });
  await joined(alice, 'alice001');
});

test('in Chromium, binary messages are understood', async (t) => {
  const relay = await start(t);
  const alice = await page(t, relay, { id: 'alice001' });
  await joined(alice, 'alice001');
  const raw = new WebSocket(`${relay.url}/demo/bob00001`);
  await once(raw, 'open');
  raw.send(Buffer.from('{"from":"demo:bob00001","to":"demo:alice001","payload":"ü"}'), { binary: true });
  assert.deepEqual(await event(alice, 1, 'message'), ['demo:bob00001', 'ü']);
  raw.terminate();
});

test('in Chromium, a watched peer is seen to come and go', async (t) => {
  const relay = await start(t);
  const alice = await page(t, relay, { id: 'alice001' });
  await joined(alice, 'alice001');
  await alice.evaluate(() => client.watch('demo:bob00001'));
  await event(alice, 1, 'peer-status', 'demo:bob00001', false);
  const bob = await page(t, relay, { id: 'bob00001' });
  await event(alice, 1, 'peer-status', 'demo:bob00001', true);
  await bob.close();
  await event(alice, 2, 'peer-status', 'demo:bob00001', false);
});

test('in Chromium, a client comes back to a relay that restarts, and its watches with it', async (t) => {
  const relay = await start(t);
  const alice = await page(t, relay, { id: 'alice001' });
  await joined(alice, 'alice001');
  await alice.evaluate(() => client.watch('demo:bob00001'));
  await event(alice, 1, 'peer-status', 'demo:bob00001', false);
  await relay.restart();
  assert.deepEqual(await event(alice, 1, 'close'), [1012, 'Service restart']);
  await event(alice, 2, 'peer-status', 'demo:bob00001', false);
});

test('in Chromium, a rejected key is told once, and stops the client', async (t) => {
  const relay = await start(t, { keys: [key] });
  const alice = await page(t, relay, { id: 'alice001', key: 'another-key-1' });
  assert.deepEqual(await event(alice, 1, 'close'), [1008, 'Invalid key']);
  assert.deepEqual(await alice.evaluate(() => seen.filter(([kind]) => kind === 'error')),
    [['error', 'INVALID_KEY', 'Access key rejected', true]]);
  assert.equal(await alice.evaluate(() => client.stopped), true);
});

test('in Chromium, a revoked key stops the client', async (t) => {
  const relay = await start(t, { keys: [key, 'other-key-01'] });
  const alice = await page(t, relay, { id: 'alice001', key });
  await joined(alice, 'alice001');
  await writeFile(relay.keyFile, 'other-key-01\n');
  assert.deepEqual(await event(alice, 1, 'close'), [1008, 'Key revoked']);
  assert.equal(await alice.evaluate(() => client.stopped), true);
});

test('in Chromium, a page of another origin takes part as long as the relay lets it', async (t) => {
  const site = await start(t);
  const relay = await start(t, { server: `origins = ["${site.httpUrl}"]\n` });
  const alice = await page(t, site, { id: 'alice001', url: relay.url });
  await joined(alice, 'alice001');
  const stranger = await start(t);
  const mallory = await page(t, stranger, { id: 'mallory1', url: relay.url, reconnect: false });
  assert.deepEqual(await event(mallory, 1, 'close'), [1006, '']);
});

test('in Chromium, blobs are put and read by a page of another origin', async (t) => {
  const site = await start(t);
  const relay = await start(t, { blobs: true });
  const page = await open(t, `${site.httpUrl}/health`);
  const read = await page.evaluate(async (url) => {
    const put = await fetch(url, { method: 'PUT', body: 'an offer' });
    return [await put.json(), await (await fetch(url)).json()];
  }, `${relay.httpUrl}/blob/call-00001`);
  assert.deepEqual(read, [{ ok: true }, { data: 'an offer' }]);
});
