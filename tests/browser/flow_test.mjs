// The client against the real relay.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import test from 'node:test';

import { RelayClient } from '../../hosts/browser/plugboard-client.js';
import { Cutter } from './support/cutter.mjs';
import { Events } from './support/events.mjs';
import { WebSocket as PackageWebSocket } from './support/packages.mjs';
import { Relay } from './support/relay.mjs';

const key = 'test-key-0001';

function peer(t, relay, id, options = {}) {
  const client = new RelayClient({
    url: relay.url,
    channel: 'demo',
    id,
    maxReconnectDelay: 50,
    WebSocket: PackageWebSocket,
    ...options,
  });
  const events = new Events(client);
  client.connect();
  t.after(() => client.close());
  return { client, events };
}

// Once the relay has answered a watch of its own address, a client is in.
async function joined(t, relay, id, options) {
  const made = peer(t, relay, id, options);
  await made.events.next('open');
  made.client.watch(made.client.address);
  await made.events.next('peer-status', (address) => address === made.client.address);
  return made;
}

test('a channel may hold what URLs encode', async (t) => {
  const channel = 'büro/50 %';
  const relay = await Relay.start(t, { channels: [{ name: channel }] });
  await joined(t, relay, 'alice001', { channel });
});

const implementations = [['of the package ws', PackageWebSocket]];
if (globalThis.WebSocket) implementations.push(["of Node's own", globalThis.WebSocket]);

for (const [name, WebSocket] of implementations) {
  test(`with the WebSocket ${name}, messages travel both ways`, async (t) => {
    const relay = await Relay.start(t, { keys: [key] });
    const alice = await joined(t, relay, 'alice001', { key, WebSocket });
    const bob = await joined(t, relay, 'bob00001', { key, WebSocket });
    assert.equal(alice.client.send('demo:bob00001', { text: 'grüße', n: 1.5 }), true);
    assert.deepEqual(await bob.events.next('message'),
      ['demo:alice001', { text: 'grüße', n: 1.5 }]);
    assert.equal(bob.client.send('demo:alice001', null), true);
    assert.deepEqual(await alice.events.next('message'), ['demo:bob00001', null]);
  });

  test(`with the WebSocket ${name}, the key travels as a subprotocol`, async (t) => {
    const relay = await Relay.start(t, { keys: [key] });
    const alice = await joined(t, relay, 'alice001',
      { key, keyTransport: 'subprotocol', WebSocket });
    assert.equal(alice.client.connected, true);
  });

  test(`with the WebSocket ${name}, binary messages are understood`, async (t) => {
    const relay = await Relay.start(t);
    const alice = await joined(t, relay, 'alice001', { WebSocket });
    const raw = new PackageWebSocket(`${relay.url}/demo/bob00001`);
    await once(raw, 'open');
    raw.send(Buffer.from('{"from":"demo:bob00001","to":"demo:alice001","payload":"ü"}'),
      { binary: true });
    assert.deepEqual(await alice.events.next('message'), ['demo:bob00001', 'ü']);
    raw.terminate();
  });
}

test('a watched peer is seen to come and go', async (t) => {
  const relay = await Relay.start(t);
  const alice = await joined(t, relay, 'alice001');
  alice.client.watch('demo:bob00001');
  await alice.events.next('peer-status', (address, online) => address === 'demo:bob00001' && !online);
  const bob = await joined(t, relay, 'bob00001');
  await alice.events.next('peer-status', (address, online) => address === 'demo:bob00001' && online);
  bob.client.close();
  await alice.events.nth(2, 'peer-status',
    (address, online) => address === 'demo:bob00001' && !online);
});

test('a whole channel is watched', async (t) => {
  const relay = await Relay.start(t, { channels: [{ name: 'demo', presence_list: true }] });
  const alice = await joined(t, relay, 'alice001');
  await joined(t, relay, 'bob00001');
  alice.client.watch('demo:*');
  await alice.events.next('peer-status', (address, online) => address === 'demo:bob00001' && online);
});

test('ids are percent-encoded for the relay', async (t) => {
  const relay = await Relay.start(t, { channels: [{ name: 'demo', id_pattern: '.{1,40}' }] });
  const alice = await joined(t, relay, 'a/b ü:%1');
  assert.equal(alice.client.address, 'demo:a/b ü:%1');
});

test('after a lost connection watches are restored', async (t) => {
  const relay = await Relay.start(t);
  const cutter = await Cutter.start(t, relay.port);
  const alice = await joined(t, cutter, 'alice001');
  alice.client.watch('demo:bob00001');
  await alice.events.next('peer-status', (address) => address === 'demo:bob00001');
  cutter.cut();
  await alice.events.next('close');
  await alice.events.nth(2, 'open');
  await alice.events.nth(2, 'peer-status', (address) => address === 'demo:bob00001');
  await joined(t, relay, 'bob00001');
  await alice.events.next('peer-status', (address, online) => address === 'demo:bob00001' && online);
});

test('a relay that restarts says 1012, and the client comes back', async (t) => {
  const relay = await Relay.start(t);
  const alice = await joined(t, relay, 'alice001', { maxReconnectDelay: 500 });
  await relay.restart();
  assert.deepEqual(await alice.events.next('close'), [1012, 'Service restart']);
  await alice.events.nth(2, 'open');
});

test('a rejected key is told once, and stops the client', async (t) => {
  const relay = await Relay.start(t, { keys: [key] });
  const { client, events } = peer(t, relay, 'alice001', { key: 'another-key-1' });
  assert.deepEqual(await events.next('close'), [1008, 'Invalid key']);
  assert.deepEqual(events.all('error'), [['INVALID_KEY', 'Access key rejected', true]]);
  assert.equal(client.stopped, true);
});

test('a missing key stops the client', async (t) => {
  const relay = await Relay.start(t, { keys: [key] });
  const { client, events } = peer(t, relay, 'alice001');
  await events.next('close');
  assert.deepEqual(events.all('error'), [['INVALID_KEY', 'Missing or invalid access key', true]]);
  assert.equal(client.stopped, true);
});

test('a channel that does not exist stops the client', async (t) => {
  const relay = await Relay.start(t);
  const { client, events } = peer(t, relay, 'alice001', { channel: 'elsewhere' });
  await events.next('close');
  assert.deepEqual(events.all('error'), [['INVALID_URL', 'Invalid connection URL', true]]);
  assert.equal(client.stopped, true);
});

test('a revoked key stops the client', async (t) => {
  const relay = await Relay.start(t, { keys: [key, 'other-key-01'] });
  const { client, events } = await joined(t, relay, 'alice001', { key });
  await writeFile(relay.keyFile, 'other-key-01\n');
  assert.deepEqual(await events.next('close'), [1008, 'Key revoked']);
  assert.deepEqual(events.all('error'), [['KEY_REVOKED', 'Access key revoked', true]]);
  assert.equal(client.stopped, true);
});

test('of two clients with one id the older stops, and the newer stays', async (t) => {
  const relay = await Relay.start(t);
  const older = await joined(t, relay, 'alice001');
  const newer = await joined(t, relay, 'alice001');
  assert.deepEqual(await older.events.next('close'), [1000, 'Replaced']);
  assert.equal(older.client.stopped, true);
  assert.equal(newer.client.connected, true);
});

test('an id that is in use is tried again until it is free', async (t) => {
  const relay = await Relay.start(t, { channels: [{ name: 'demo', on_duplicate: 'reject' }] });
  const first = await joined(t, relay, 'alice001');
  const second = peer(t, relay, 'alice001');
  await second.events.next('error', (code, message, fatal) => code === 'ID_IN_USE' && !fatal);
  first.client.close();
  second.client.on('open', () => second.client.watch(second.client.address));
  await second.events.next('peer-status', (address, online) => online);
});

test('messages that are sent while the relay still decides are not lost', async (t) => {
  const relay = await Relay.start(t);
  const bob = await joined(t, relay, 'bob00001');
  const alice = peer(t, relay, 'alice001');
  alice.client.on('open', () => {
    for (let n = 0; n < 20; ++n) alice.client.send('demo:bob00001', n);
  });
  await bob.events.nth(20, 'message');
  assert.deepEqual(bob.events.all('message').map(([, payload]) => payload),
    Array.from({ length: 20 }, (_, n) => n));
});

test('close leaves at once and says goodbye', async (t) => {
  const relay = await Relay.start(t);
  const alice = await joined(t, relay, 'alice001');
  alice.client.watch('demo:bob00001');
  const bob = await joined(t, relay, 'bob00001');
  bob.client.close();
  assert.deepEqual(await bob.events.next('close'), [1000, '']);
  assert.equal(bob.client.stopped, true);
});
