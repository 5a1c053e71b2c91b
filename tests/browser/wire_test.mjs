// What a client puts on the wire and what it makes of what comes, seen at its WebSocket.
import assert from 'node:assert/strict';
import test from 'node:test';

import { RelayClient } from '../../hosts/browser/plugboard-client.js';
import { fakeSockets } from './support/fake_socket.mjs';

const identity = { url: 'ws://relay.example', channel: 'demo', id: 'alice001' };

function opened(options = {}) {
  const { sockets, FakeSocket, last } = fakeSockets();
  const client = new RelayClient({ ...identity, WebSocket: FakeSocket, reconnect: false, ...options });
  const events = [];
  for (const kind of ['open', 'close', 'message', 'peer-status', 'error']) {
    client.on(kind, (...details) => events.push([kind, ...details]));
  }
  client.connect();
  last().open();
  events.length = 0;
  return { client, socket: last(), events, sockets };
}

function urlFor(options) {
  const { FakeSocket, last } = fakeSockets();
  const client = new RelayClient({ ...identity, WebSocket: FakeSocket, reconnect: false, ...options });
  client.connect();
  const { url, protocols } = last();
  last().end();
  return { url, protocols };
}

const bytes = (text) => new TextEncoder().encode(text);

test('the URL is url, channel and id', () => {
  assert.deepEqual(urlFor({}), { url: 'ws://relay.example/demo/alice001', protocols: undefined });
});

test('a trailing slash of url is left away', () => {
  assert.equal(urlFor({ url: 'wss://relay.example/base/' }).url,
    'wss://relay.example/base/demo/alice001');
});

test('a channel with slashes stays as it is', () => {
  assert.equal(urlFor({ channel: 'pwa/key' }).url, 'ws://relay.example/pwa/key/alice001');
});

test('the id is percent-encoded as encodeURIComponent does', () => {
  assert.equal(urlFor({ id: 'a b/ü:1' }).url, 'ws://relay.example/demo/a%20b%2F%C3%BC%3A1');
});

test('the key is a query', () => {
  assert.equal(urlFor({ key: 'secret-key' }).url,
    'ws://relay.example/demo/alice001?key=secret-key');
});

test('a token is percent-encoded in the query', () => {
  assert.equal(urlFor({ key: 'a.b+c/d=', keyForm: 'token' }).url,
    'ws://relay.example/demo/alice001?key=a.b%2Bc%2Fd%3D');
});

test('as a subprotocol the key is in no URL', () => {
  assert.deepEqual(urlFor({ key: 'secret-key', keyTransport: 'subprotocol' }),
    { url: 'ws://relay.example/demo/alice001', protocols: ['plugboard.key', 'secret-key'] });
});

test('http and https URLs are those of ws and wss', () => {
  assert.equal(urlFor({ url: 'https://relay.example' }).url, 'wss://relay.example/demo/alice001');
});

for (const key of ['short', 'x'.repeat(65), 'has blank', 'has.dot.in.it', 'ümlaut-key', 12345678]) {
  test(`the ill-formed key ${JSON.stringify(key).slice(0, 20)} throws at construction`, () => {
    assert.throws(() => urlFor({ key }), { name: 'TypeError', message: /ill-formed access key/ });
  });
}

test('the error for an ill-formed key does not hold it', () => {
  assert.throws(() => urlFor({ key: 'secret but wrong' }), (error) => !/secret/.test(error.message));
});

for (const [name, options] of [
  ['a URL of another scheme', { url: 'ftp://relay.example' }],
  ['a URL with a query', { url: 'ws://relay.example/?a=b' }],
  ['no URL', { url: undefined }],
  ['a channel with a colon', { channel: 'a:b' }],
  ['an empty channel', { channel: '' }],
  ['a channel with control characters', { channel: 'de\tmo' }],
  ['an empty id', { id: '' }],
  ['a token with a blank', { key: 'a b', keyForm: 'token' }],
  ['a token that is no subprotocol', { key: 'a/b', keyForm: 'token', keyTransport: 'subprotocol' }],
  ['an unknown keyTransport', { key: 'secret-key', keyTransport: 'header' }],
  ['a maxReconnectDelay that is no number', { maxReconnectDelay: '30s' }],
  ['no WebSocket', { WebSocket: null }],
]) {
  test(`${name} throws a TypeError at construction`, () => {
    assert.throws(() => urlFor(options), TypeError);
  });
}

test('channel, id and address are told and cannot be set', () => {
  const { client } = opened();
  assert.deepEqual([client.channel, client.id, client.address],
    ['demo', 'alice001', 'demo:alice001']);
  assert.throws(() => {
    client.address = 'demo:mallory1';
  }, TypeError);
});

test('send writes from, to and payload', () => {
  const { client, socket } = opened();
  client.send('demo:bob00001', { text: 'hi', list: [1, null] });
  assert.deepEqual(socket.sent.map(JSON.parse), [
    { from: 'demo:alice001', to: 'demo:bob00001', payload: { text: 'hi', list: [1, null] } },
  ]);
});

test('watch and unwatch are written', () => {
  const { client, socket } = opened();
  client.watch('demo:bob00001');
  client.unwatch('demo:bob00001');
  assert.deepEqual(socket.sent.map(JSON.parse), [
    { type: 'watch', address: 'demo:bob00001' },
    { type: 'unwatch', address: 'demo:bob00001' },
  ]);
});

test('send says true when it was sent', () => {
  assert.equal(opened().client.send('demo:bob00001', 1), true);
});

test('send says false before the connection is open', () => {
  const { FakeSocket } = fakeSockets();
  const client = new RelayClient({ ...identity, WebSocket: FakeSocket, reconnect: false });
  assert.equal(client.send('demo:bob00001', 1), false);
  client.connect();
  assert.equal(client.send('demo:bob00001', 1), false);
  client.close();
});

test('send says false once the connection is closing', () => {
  const { client, socket } = opened();
  socket.readyState = 2;
  assert.equal(client.send('demo:bob00001', 1), false);
  assert.deepEqual(socket.sent, []);
});

test('send says false after close', () => {
  const { client, socket } = opened();
  client.close();
  assert.equal(client.send('demo:bob00001', 1), false);
  socket.end(1000);
});

test('send says false when the WebSocket throws', () => {
  const { client, socket } = opened();
  socket.send = () => {
    throw new Error('buffer full');
  };
  assert.equal(client.send('demo:bob00001', 1), false);
});

test('a payload that JSON cannot hold throws', () => {
  assert.throws(() => opened().client.send('demo:bob00001', 1n), TypeError);
});

test('a message is told with its sender and payload', () => {
  const { socket, events } = opened();
  socket.receive({ from: 'demo:bob00001', to: 'demo:alice001', payload: [1] });
  assert.deepEqual(events, [['message', 'demo:bob00001', [1]]]);
});

test('a message of any type with a sender is a message', () => {
  const { socket, events } = opened();
  socket.receive({ type: 'chat', from: 'demo:bob00001', payload: 1 });
  assert.deepEqual(events, [['message', 'demo:bob00001', 1]]);
});

test('error and peer-status come before from', () => {
  const { socket, events } = opened();
  socket.receive({ type: 'error', from: 'x', payload: { code: 'A', message: 'B' } });
  socket.receive({ type: 'peer-status', from: 'x', payload: { address: 'demo:b', online: true } });
  assert.deepEqual(events, [['error', 'A', 'B', false], ['peer-status', 'demo:b', true]]);
});

test('offline is told', () => {
  const { socket, events } = opened();
  socket.receive({ type: 'peer-status', payload: { address: 'demo:bob00001', online: false } });
  assert.deepEqual(events, [['peer-status', 'demo:bob00001', false]]);
});

test('binary frames are understood', () => {
  const { socket, events } = opened();
  assert.equal(socket.binaryType, 'arraybuffer');
  socket.receive(bytes('{"from":"demo:bob00001","payload":"ü"}').buffer);
  assert.deepEqual(events, [['message', 'demo:bob00001', 'ü']]);
});

test('a view of bytes is understood, as Node gives it', () => {
  const { socket, events } = opened();
  socket.onmessage({ data: Buffer.from('{"from":"demo:bob00001","payload":1}') });
  assert.deepEqual(events, [['message', 'demo:bob00001', 1]]);
});

for (const [name, data] of [
  ['text that is not JSON', 'hello'],
  ['a byte order mark', '\ufeff{"from":"demo:bob00001"}'],
  ['a byte order mark in bytes', bytes('\ufeff{"from":"demo:bob00001"}').buffer],
  ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22).buffer],
  ['an array', '[1]'],
  ['null', 'null'],
  ['an object without a sender', '{"payload":1}'],
  ['an object whose sender is no string', '{"from":1}'],
  ['an error without a payload', '{"type":"error"}'],
]) {
  test(`${name} is ignored`, () => {
    const { socket, events, client } = opened();
    socket.receive(data);
    assert.deepEqual(events, []);
    assert.equal(client.connected, true);
  });
}

test('off ends what on began', () => {
  const { client, socket } = opened();
  const got = [];
  const handler = (from) => got.push(from);
  client.on('message', handler);
  client.off('message', handler);
  socket.receive({ from: 'demo:bob00001' });
  assert.deepEqual(got, []);
});

test('a handler that fails keeps no other from being called', async (t) => {
  const { client, socket } = opened();
  // Reported as any uncaught error is.
  const reported = new Promise((resolve) => {
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', resolve);
    t.after(() => others.forEach((other) => process.on('uncaughtException', other)));
  });
  const got = [];
  client.on('message', () => {
    throw new Error('mine');
  });
  client.on('message', (from) => got.push(from));
  socket.receive({ from: 'demo:bob00001' });
  assert.deepEqual(got, ['demo:bob00001']);
  assert.equal((await reported).message, 'mine');
});

test('close says 1000, and the close event comes with the socket', () => {
  const { client, socket, events } = opened();
  client.close();
  assert.equal(client.connected, false);
  assert.equal(socket.closedWith, 1000);
  socket.end(1000, '');
  assert.deepEqual(events, [['close', 1000, '']]);
});

test('a watch that is asked for in the open event of a reconnect is not asked for twice', (t) => {
  t.mock.method(Math, 'random', () => 0);
  const { FakeSocket, sockets } = fakeSockets();
  const client = new RelayClient({ ...identity, WebSocket: FakeSocket });
  client.on('open', () => client.watch('demo:bob00001'));
  client.connect();
  sockets[0].open();
  sockets[0].end();
  return new Promise((resolve) => setTimeout(resolve, 5)).then(() => {
    sockets[1].open();
    assert.deepEqual(sockets[1].sent.map(JSON.parse), [{ type: 'watch', address: 'demo:bob00001' }]);
    client.close();
    sockets[1].end();
  });
});

test('a watch that was ended is not restored', (t) => {
  t.mock.method(Math, 'random', () => 0);
  const { FakeSocket, sockets } = fakeSockets();
  const client = new RelayClient({ ...identity, WebSocket: FakeSocket });
  client.watch('demo:bob00001');
  client.watch('demo:carol001');
  client.unwatch('demo:bob00001');
  client.connect();
  sockets[0].open();
  assert.deepEqual(sockets[0].sent.map(JSON.parse), [{ type: 'watch', address: 'demo:carol001' }]);
  client.close();
  sockets[0].end();
});
