// The page of examples/web in less ordinary hours: those who leave, keys, names, small screens.
import assert from 'node:assert/strict';
import test from 'node:test';

import { RelayClient } from '../../hosts/browser/plugboard-client.js';
import { open } from '../browser/support/chromium.mjs';
import { Events } from '../browser/support/events.mjs';
import { WebSocket } from '../browser/support/packages.mjs';
import { Relay } from '../browser/support/relay.mjs';
import {
  addressOf, card, footOf, join, key, offer, onWay, pair, saved, say, talkTo,
} from './page.mjs';

test('a direct talk goes on while the relay is away', async (t) => {
  const { relay, alice, bob } = await pair(t);
  await relay.stop();
  await alice.waitForSelector('#relay-state[data-state=connecting]');
  await say(alice, 'still there?');
  assert.match(await footOf(bob, 'still there?'), /direct$/);
});

test('a page that is closed leaves no direct way behind', async (t) => {
  const { alice, bob } = await pair(t);
  await bob.close();
  await onWay(alice, 'none');
});

test('somebody at a terminal is talked to through the relay', async (t) => {
  const relay = await Relay.quickstart(t);
  const client = new RelayClient({ url: relay.url, channel: 'demo', id: 'terminal1', key, WebSocket });
  const events = new Events(client);
  client.on('open', () => client.watch('demo:*'));
  client.connect();
  t.after(() => client.close());
  const alice = await join(t, relay);
  const address = await addressOf(alice);
  await events.next('peer-status', (who, online) => who === address && online);
  client.send(address, 'hello page');
  await talkTo(alice, 'demo:terminal1');
  assert.match(await footOf(alice, 'hello page'), /relayed$/);
  await say(alice, 'hello terminal');
  await events.next('message', (from, payload) => from === address && payload === 'hello terminal');
});

test('a file that is declined is not sent', async (t) => {
  const { alice, bob } = await pair(t);
  await offer(alice, 'no-thanks.txt', Buffer.from('text'));
  await bob.click('text=Decline');
  await card(alice, 'no-thanks.txt').getByText('declined').waitFor();
  assert.equal(await card(bob, 'no-thanks.txt').locator('.save').count(), 0);
});

test('an empty file arrives too', async (t) => {
  const { alice, bob } = await pair(t);
  await offer(alice, 'empty.txt', Buffer.alloc(0));
  await bob.click('text=Accept');
  assert.equal((await saved(bob, 'empty.txt')).content.length, 0);
  await card(alice, 'empty.txt').getByText('received').waitFor();
});

test('what others write is text, never markup', async (t) => {
  const { alice, bob } = await pair(t);
  const words = '<img src="x" onerror="document.title = \'taken\'">';
  await say(alice, words);
  await offer(alice, '<b>bold</b>.html', Buffer.from('<script>1</script>'), 'text/html');
  assert.equal(await bob.textContent('.theirs p.bubble'), words);
  assert.equal(await bob.textContent('.theirs .file b'), '<b>bold</b>.html');
  await bob.click('text=Accept');
  const type = await bob.evaluate(async () =>
    (await fetch(document.querySelector('.save').href)).headers.get('content-type')).catch(() => 'blocked');
  assert.notEqual(type, 'text/html');
});

test('a page without a key asks for one', async (t) => {
  const relay = await Relay.quickstart(t);
  const alice = await open(t, relay.httpUrl);
  await alice.waitForSelector('text=This relay asks for a key.');
  await alice.fill('#key', 'wrong-key-0001');
  await alice.click('text=Join');
  await alice.waitForSelector('text=The relay refuses this key');
  await alice.fill('#key', key);
  await alice.click('text=Join');
  await alice.waitForSelector('#relay-state[data-state=connected]');
  assert.equal(await alice.isVisible('#key-form'), false);
});

test('the key leaves the address bar', async (t) => {
  const relay = await Relay.quickstart(t);
  const alice = await join(t, relay);
  assert.equal(await alice.evaluate(() => location.href), `${relay.httpUrl}/`);
});

test('of two tabs with one name the older offers to take another', async (t) => {
  const relay = await Relay.quickstart(t);
  const alice = await join(t, relay);
  const address = await addressOf(alice);
  const id = address.slice('demo:'.length);
  await join(t, relay, { before: `sessionStorage.setItem('id', '${id}')` });
  await alice.click('text=Take another');
  await alice.waitForSelector('#relay-state[data-state=connected]');
  assert.notEqual(await addressOf(alice), address);
});

test('unread messages are counted in the list and the title', async (t) => {
  const relay = await Relay.quickstart(t);
  const alice = await join(t, relay);
  const bob = await join(t, relay);
  await talkTo(alice, bob);
  await onWay(alice, 'direct');
  await say(alice, 'one');
  await say(alice, 'two');
  await bob.waitForFunction(() => document.querySelector('.unread')?.textContent === '2');
  assert.equal(await bob.title(), '(2) Plugboard');
  await talkTo(bob, alice);
  assert.equal(await bob.title(), 'Plugboard');
});

test('a phone shows the list or a conversation, and nothing beyond its edge', async (t) => {
  const { alice } = await pair(t, {
    first: { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true },
  });
  await say(alice, `a long word: ${'wide'.repeat(40)}`);
  assert.equal(await alice.isVisible('.people'), false);
  assert.equal(await alice.evaluate(() => document.documentElement.scrollWidth), 360);
  await alice.click('[aria-label=Back]');
  assert.equal(await alice.isVisible('.people'), true);
  assert.equal(await alice.isVisible('.talk'), false);
});

for (const colorScheme of ['light', 'dark']) {
  test(`in the ${colorScheme} scheme all text can be read`, async (t) => {
    const { alice } = await pair(t, { first: { colorScheme } });
    await say(alice, 'is this easy to read?');
    const pairs = await alice.evaluate(() => {
      // The colour behind an element: its own, or that of the nearest one that has any.
      const behind = (element) => {
        const colour = getComputedStyle(element).backgroundColor;
        return colour === 'rgba(0, 0, 0, 0)' ? behind(element.parentElement) : colour;
      };
      const luminance = (colour) => {
        const [r, g, b] = colour.match(/[\d.]+/g).map(Number).map((part) => part / 255)
          .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      return ['#own-name', '#own-address', '#relay-state', '#people-title', '.person b', '.person small',
        '.way-text', '.own p.bubble', '.own .foot', '.composer button.primary'].map((selector) => {
        const element = document.querySelector(selector);
        const [a, b] = [getComputedStyle(element).color, behind(element)].map(luminance)
          .sort((x, y) => y - x);
        return [selector, (a + 0.05) / (b + 0.05)];
      });
    });
    // WCAG 2.2, contrast (minimum).
    assert.deepEqual(pairs.filter(([, contrast]) => contrast < 4.5), []);
  });
}
