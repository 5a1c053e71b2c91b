// When a client connects again: chance, time and WebSocket are the test's.
import assert from 'node:assert/strict';
import test from 'node:test';

import { RelayClient } from '../../hosts/browser/plugboard-client.js';
import { FakeClock } from './support/fake_clock.mjs';
import { fakeSockets } from './support/fake_socket.mjs';

const identity = { url: 'ws://relay.example', channel: 'demo', id: 'alice001' };

function setUp(t, { chance = 0.999, ...options } = {}) {
  const clock = new FakeClock().install(t);
  t.mock.method(Math, 'random', () => chance);
  const { sockets, FakeSocket, last } = fakeSockets();
  const client = new RelayClient({ ...identity, WebSocket: FakeSocket, ...options });
  client.connect();
  return { clock, sockets, last, client };
}

// The waits between attempts that fail, one after another.
function waits({ clock, last }, count, fail = () => last().end()) {
  return Array.from({ length: count }, () => {
    fail();
    const wait = clock.next;
    clock.advance(wait);
    return wait;
  });
}

const seconds = (all) => all.map((wait) => Math.round(wait / 1000));

test('the bound of the wait doubles up to the longest wait', (t) => {
  assert.deepEqual(seconds(waits(setUp(t), 8)), [1, 2, 4, 8, 16, 30, 30, 30]);
});

test('the wait is drawn from zero on: full jitter', (t) => {
  assert.deepEqual(waits(setUp(t, { chance: 0 }), 4), [0, 0, 0, 0]);
});

test('a wait never passes maxReconnectDelay', (t) => {
  const all = waits(setUp(t, { maxReconnectDelay: 1500 }), 4);
  assert.ok(all.every((wait) => wait <= 1500), String(all));
});

test('a connection that was open but did not last does not start the waits from the bottom', (t) => {
  const given = setUp(t);
  const all = waits(given, 5, () => {
    given.last().open();
    given.last().end(1008, 'Rate limited');
  });
  assert.deepEqual(seconds(all), [1, 2, 4, 8, 16]);
});

test('a connection that lasted starts the waits from the bottom', (t) => {
  const given = setUp(t);
  waits(given, 5);
  given.last().open();
  given.clock.advance(10_001);
  assert.deepEqual(seconds(waits(given, 2)), [1, 2]);
});

test('connect, said by a person, starts the waits from the bottom', (t) => {
  const given = setUp(t);
  waits(given, 5);
  given.client.close();
  given.last().end();
  given.client.connect();
  assert.deepEqual(seconds(waits(given, 1)), [1]);
});

test('1012 is followed by a wait of 5 to 30 seconds', (t) => {
  for (const [chance, expected] of [[0, 5000], [0.5, 17_500], [1, 30_000]]) {
    t.mock.restoreAll();
    const given = setUp(t, { chance });
    given.last().open();
    given.last().end(1012, 'Service restart');
    assert.equal(given.clock.next, expected);
  }
});

test('1013 is followed by waits from the later half of the longest one', (t) => {
  const given = setUp(t, { chance: 0 });
  given.last().open();
  given.last().end(1013, 'Try again later');
  assert.equal(given.clock.next, 15_000);
});

test('after 1013 the bound stays at the longest wait', (t) => {
  const given = setUp(t);
  given.last().open();
  given.last().end(1013);
  given.clock.advance(given.clock.next);
  assert.deepEqual(seconds(waits(given, 1)), [30]);
});

for (const code of ['INVALID_KEY', 'KEY_REVOKED', 'FORBIDDEN_CHANNEL', 'FORBIDDEN_ID', 'INVALID_URL',
  'REPLACED']) {
  test(`${code} ends the reconnecting, and the error event says so`, (t) => {
    const { clock, last, client } = setUp(t);
    const errors = [];
    client.on('error', (...details) => errors.push(details));
    last().open();
    last().receive({ type: 'error', payload: { code, message: 'No' } });
    last().end(1008, 'No');
    assert.deepEqual(errors, [[code, 'No', true]]);
    assert.equal(client.stopped, true);
    assert.equal(clock.next, undefined);
  });
}

for (const [closeCode, reason, code] of [
  [1008, 'Invalid key', 'INVALID_KEY'],
  [1008, 'Key revoked', 'KEY_REVOKED'],
  [1008, 'Forbidden', 'FORBIDDEN_CHANNEL'],
  [1002, 'Invalid URL', 'INVALID_URL'],
  [1000, 'Replaced', 'REPLACED'],
]) {
  test(`the close ${closeCode} ${reason} alone ends the reconnecting as ${code}`, (t) => {
    const { last, client } = setUp(t);
    const errors = [];
    client.on('error', (...details) => errors.push(details));
    last().open();
    last().end(closeCode, reason);
    assert.equal(errors.length, 1);
    assert.deepEqual([errors[0][0], errors[0][2]], [code, true]);
    assert.equal(client.stopped, true);
  });
}

for (const code of ['ID_IN_USE', 'VERIFY_FAILED', 'RATE_LIMITED', 'KEY_STORE_UNAVAILABLE',
  'SLOW_CONSUMER']) {
  test(`${code} does not end the reconnecting`, (t) => {
    const { clock, sockets, last } = setUp(t);
    last().open();
    last().receive({ type: 'error', payload: { code, message: 'Not now' } });
    last().end(1008, 'Not now');
    clock.advance(clock.next);
    assert.equal(sockets.length, 2);
  });
}

test('after a fatal error connect tries again', (t) => {
  const { sockets, last, client } = setUp(t);
  last().open();
  last().receive({ type: 'error', payload: { code: 'REPLACED', message: '' } });
  last().end(1000, 'Replaced');
  client.connect();
  last().open();
  assert.equal(sockets.length, 2);
  assert.equal(client.connected, true);
});

test('with reconnect: false a lost connection is the last', (t) => {
  const { clock, last, client } = setUp(t, { reconnect: false });
  last().open();
  last().end();
  assert.equal(client.stopped, true);
  assert.equal(clock.next, undefined);
});

test('close while waiting to connect again ends that', (t) => {
  const { clock, last, client } = setUp(t);
  last().end();
  client.close();
  assert.equal(client.stopped, true);
  assert.equal(clock.next, undefined);
});

test('close in a handler of the close event ends the reconnecting', (t) => {
  const { clock, last, client } = setUp(t);
  client.on('close', () => client.close());
  last().open();
  last().end();
  assert.equal(client.stopped, true);
  assert.equal(clock.next, undefined);
});

test('connect while closing makes one new connection when the old one is gone', (t) => {
  const { sockets, last, client } = setUp(t);
  last().open();
  client.close();
  client.connect();
  assert.equal(sockets.length, 1);
  last().end(1000);
  assert.equal(sockets.length, 2);
});

test('a relay that never answers the close is given up after five seconds', (t) => {
  const { clock, last, client } = setUp(t);
  const closes = [];
  client.on('close', (...details) => closes.push(details));
  last().open();
  client.close();
  clock.advance(5000);
  assert.deepEqual(closes, [[1006, '']]);
  assert.equal(client.stopped, true);
});

test('a relay that never answers the upgrade is given up, and asked again', (t) => {
  const { clock, sockets } = setUp(t, { chance: 0 });
  clock.advance(20_000);
  assert.equal(sockets.length, 2);
  assert.equal(sockets[0].readyState, 2);
});

test('what an old socket does late touches nothing', (t) => {
  const { clock, sockets, client } = setUp(t, { chance: 0 });
  clock.advance(20_000);
  sockets[1].open();
  sockets[0].open();
  sockets[0].end();
  assert.equal(client.connected, true);
});
