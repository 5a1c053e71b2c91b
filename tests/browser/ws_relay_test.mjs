// Clients of ws-relay work unchanged: this one speaks as theirs does, knowing nothing of Plugboard.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import { Events } from './support/events.mjs';
import { WebSocket } from './support/packages.mjs';
import { Relay } from './support/relay.mjs';

// The wire as ws-relay documents it: the URL, the frames of either side, one event for each.
class WsRelayPeer {
  #listeners = {};

  constructor(url, channel, id, key) {
    this.address = `${channel}:${id}`;
    const query = key ? `?key=${encodeURIComponent(key)}` : '';
    this.socket = new WebSocket(`${url}/${channel}/${encodeURIComponent(id)}${query}`);
    this.socket.onopen = () => this.#tell('open');
    this.socket.onclose = ({ code, reason }) => this.#tell('close', code, reason);
    this.socket.onerror = () => {};
    this.socket.onmessage = ({ data }) => this.#read(String(data));
  }

  on(event, listener) {
    (this.#listeners[event] ??= []).push(listener);
  }

  say(object) {
    this.socket.send(JSON.stringify(object));
  }

  send(to, payload) {
    this.say({ from: this.address, to, payload });
  }

  #tell(event, ...details) {
    for (const listener of this.#listeners[event] ?? []) listener(...details);
  }

  #read(text) {
    const { type, from, payload } = JSON.parse(text);
    if (type === 'error') this.#tell('error', payload.code, payload.message);
    else if (type === 'peer-status') this.#tell('peer-status', payload.address, payload.online);
    else if (from) this.#tell('message', from, payload);
  }
}

const key = 'test-key-0001';

async function joined(t, relay, id, channel = 'pwa') {
  const client = new WsRelayPeer(relay.url, channel, id, key);
  const events = new Events(client);
  t.after(() => client.socket.terminate());
  await events.next('open');
  client.say({ type: 'watch', address: client.address });
  await events.next('peer-status');
  return { client, events };
}

const start = (t, options) =>
  Relay.start(t, { keys: [key], channels: [{ name: 'pwa' }, { name: 'ext' }], ...options });

test('peers of two channels talk', async (t) => {
  const relay = await start(t);
  const phone = await joined(t, relay, 'phone001', 'pwa');
  const extension = await joined(t, relay, 'ext-0001', 'ext');
  phone.client.send('ext:ext-0001', { sdp: 'v=0' });
  assert.deepEqual(await extension.events.next('message'), ['pwa:phone001', { sdp: 'v=0' }]);
});

test('the bytes of a message arrive as they were sent, other members included', async (t) => {
  const relay = await start(t);
  const one = await joined(t, relay, 'phone001');
  const two = await joined(t, relay, 'phone002');
  const text = '{ "from":"pwa:phone001", "to":"pwa:phone002", "type":"offer", "extra":[1.0, 1e3] }';
  const received = once(two.client.socket, 'message');
  one.client.socket.send(text);
  assert.equal(String((await received)[0]), text);
});

test('presence is told at once and at each change', async (t) => {
  const relay = await start(t);
  const one = await joined(t, relay, 'phone001');
  const about = (online) => (address, now) => address === 'pwa:phone002' && now === online;
  one.client.say({ type: 'watch', address: 'pwa:phone002' });
  await one.events.next('peer-status', about(false));
  const two = await joined(t, relay, 'phone002');
  await one.events.next('peer-status', about(true));
  two.client.socket.close();
  await one.events.nth(2, 'peer-status', about(false));
});

test('a forged sender is told INVALID_FROM and stays', async (t) => {
  const relay = await start(t);
  const one = await joined(t, relay, 'phone001');
  one.client.say({ from: 'pwa:phone002', to: 'pwa:phone001', payload: 1 });
  assert.deepEqual(await one.events.next('error'),
    ['INVALID_FROM', 'From field does not match sender identity']);
  one.client.send('pwa:phone001', 'still here');
  assert.deepEqual(await one.events.next('message'), ['pwa:phone001', 'still here']);
});

test('a second connection replaces the first', async (t) => {
  const relay = await start(t);
  const first = await joined(t, relay, 'phone001');
  await joined(t, relay, 'phone001');
  assert.deepEqual(await first.events.next('error'), ['REPLACED', 'Replaced by new connection']);
  assert.deepEqual(await first.events.next('close'), [1000, 'Replaced']);
});

test('with reject the second connection is refused', async (t) => {
  const relay = await start(t, { channels: [{ name: 'pwa', on_duplicate: 'reject' }] });
  await joined(t, relay, 'phone001');
  const second = new Events(new WsRelayPeer(relay.url, 'pwa', 'phone001', key));
  assert.deepEqual(await second.next('error'),
    ['ID_IN_USE', 'ID already connected on this channel']);
  assert.deepEqual(await second.next('close'), [1008, 'ID in use']);
});

test('a wrong key is told and closed', async (t) => {
  const relay = await start(t);
  const events = new Events(new WsRelayPeer(relay.url, 'pwa', 'phone001', 'wrong-key-1'));
  assert.deepEqual(await events.next('error'), ['INVALID_KEY', 'Access key rejected']);
  assert.deepEqual(await events.next('close'), [1008, 'Invalid key']);
});

test('a URL of no channel is told and closed', async (t) => {
  const relay = await start(t);
  const events = new Events(new WsRelayPeer(relay.url, 'none', 'phone001', key));
  assert.deepEqual(await events.next('error'), ['INVALID_URL', 'Invalid connection URL']);
  assert.deepEqual(await events.next('close'), [1002, 'Invalid URL']);
});

test('health and stats have the members that ws-relay has', async (t) => {
  const relay = await start(t, { blobs: true });
  await joined(t, relay, 'phone001');
  const health = await (await fetch(`http://127.0.0.1:${relay.port}/health`)).json();
  assert.equal(health.status, 'ok');
  assert.deepEqual(health.connections.pwa, { active: 1, peak: 1 });
  assert.equal(typeof health.uptime, 'number');
  const stats = await relay.stats();
  assert.equal(stats.totalConnections, 1);
  assert.equal(stats.blobStore.entries, 0);
  for (const member of ['messagesRelayed', 'startTime', 'uptime', 'channels', 'keys']) {
    assert.ok(member in stats, member);
  }
});

test('blobs are put, got and deleted as with ws-relay', async (t) => {
  const relay = await start(t, { blobs: true });
  const url = `http://127.0.0.1:${relay.port}/blob/offer-0001`;
  const answer = async (method, body) => {
    const response = await fetch(url, { method, body });
    return [response.status, await response.json()];
  };
  assert.deepEqual(await answer('GET'), [404, { error: 'Not found' }]);
  assert.deepEqual(await answer('PUT', '{"sdp":"ü"}'), [200, { ok: true }]);
  assert.deepEqual(await answer('GET'), [200, { data: '{"sdp":"ü"}' }]);
  assert.deepEqual(await answer('PUT', 'x'.repeat(8193)),
    [413, { error: 'Blob exceeds max size (8192 bytes)' }]);
  assert.deepEqual(await answer('DELETE'), [200, { ok: true }]);
  assert.deepEqual(await answer('DELETE'), [404, { ok: false }]);
});
