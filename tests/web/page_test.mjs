// The page of examples/web as the quick-start serves it: two browsers that find each other.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Relay } from '../browser/support/relay.mjs';
import {
  addressOf, bytes, card, footOf, join, offer, pair, saved, say,
} from './page.mjs';

const noWebRtc = 'delete globalThis.RTCPeerConnection;';
// So that a test can break the direct way.
const breakable = `
  globalThis.connections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      connections.push(this);
    }
  };
  globalThis.breakDirectWay = () => {
    delete globalThis.RTCPeerConnection;
    globalThis.RTCPeerConnection = undefined;
    for (const connection of connections) connection.close();
  };`;

test('two pages find each other by presence, and see each other leave', async (t) => {
  const relay = await Relay.quickstart(t);
  const alice = await join(t, relay);
  await alice.waitForSelector('text=Nobody else is here yet');
  const bob = await join(t, relay);
  await alice.waitForSelector(`.person[data-address="${await addressOf(bob)}"]`);
  await bob.waitForSelector(`.person[data-address="${await addressOf(alice)}"]`);
  await bob.close();
  await alice.waitForSelector('text=Nobody else is here yet');
});

test('words travel straight from page to page, and both pages say so', async (t) => {
  const { relay, alice, bob } = await pair(t);
  const { messagesRelayed } = await relay.stats();
  await say(alice, 'hello bob');
  assert.match(await footOf(bob, 'hello bob'), /direct$/);
  assert.match(await footOf(alice, 'hello bob', 'own'), /direct$/);
  await say(bob, 'hello alice');
  assert.match(await footOf(alice, 'hello alice'), /direct$/);
  assert.equal((await relay.stats()).messagesRelayed, messagesRelayed);
  assert.equal(await alice.textContent('.one-talk:not([hidden]) .way-text'), 'Direct');
});

test('a file travels over the data channel, byte for byte, and not through the relay', async (t) => {
  const { relay, alice, bob } = await pair(t);
  const content = bytes(7_000_001);
  const { messagesRelayed } = await relay.stats();
  await offer(alice, 'holiday.bin', content);
  await bob.click('text=Accept');
  const file = await saved(bob, 'holiday.bin');
  assert.equal(file.name, 'holiday.bin');
  assert.equal(file.content.equals(content), true);
  assert.match(await footOf(bob, 'holiday.bin'), /direct$/);
  assert.match(await card(alice, 'holiday.bin').textContent(), /received$/);
  assert.equal((await relay.stats()).messagesRelayed, messagesRelayed);
});

for (const [who, options] of [
  ['neither page has', { first: { before: noWebRtc }, second: { before: noWebRtc } }],
  ['only the one that asks has', { second: { before: noWebRtc } }],
]) {
  test(`a file travels through the relay where ${who} WebRTC`, async (t) => {
    const { relay, alice, bob } = await pair(t, { ...options, way: 'relay' });
    const content = bytes(3_000_001);
    const { messagesRelayed } = await relay.stats();
    await offer(alice, 'holiday.bin', content);
    await bob.click('text=Accept');
    assert.equal((await saved(bob, 'holiday.bin')).content.equals(content), true);
    assert.match(await footOf(bob, 'holiday.bin'), /relayed$/);
    assert.equal((await relay.stats()).messagesRelayed > messagesRelayed + 3_000_001 / 256 / 1024, true);
  });
}

test('words travel through the relay where there is no WebRTC, and both pages say so', async (t) => {
  const { alice, bob } = await pair(t, { first: { before: noWebRtc }, way: 'relay' });
  await say(bob, 'hello alice');
  assert.match(await footOf(alice, 'hello alice'), /relayed$/);
  assert.equal(await bob.textContent('.one-talk:not([hidden]) .way-text'), 'Through the relay');
});

test('a file whose direct way breaks goes on through the relay from where it was', async (t) => {
  const { alice, bob } = await pair(t, { first: { before: breakable } });
  const content = bytes(16_000_000);
  await offer(alice, 'film.bin', content);
  await bob.click('text=Accept');
  await alice.waitForFunction(() => document.querySelector('progress')?.value > 0);
  await alice.evaluate(() => breakDirectWay());
  assert.equal((await saved(bob, 'film.bin')).content.equals(content), true);
  assert.match(await footOf(bob, 'film.bin'), /partly direct, partly relayed$/);
});
