// What tests do with the page of examples/web, in the words of those who use it.
import { open } from '../browser/support/chromium.mjs';
import { Relay } from '../browser/support/relay.mjs';

export const key = 'quickstart-key';

// A page that has joined.
export async function join(t, relay, options) {
  const page = await open(t, `${relay.httpUrl}/#key=${key}`, options);
  await page.waitForSelector('#relay-state[data-state=connected]');
  return page;
}

export const addressOf = (page) => page.textContent('#own-address');

// Opens the conversation with whom another page is.
export async function talkTo(page, other) {
  await page.click(`.person[data-address="${typeof other === 'string' ? other : await addressOf(other)}"]`);
}

// The conversation that is looked at, once it goes that way: direct, relay or none.
export const onWay = (page, way) => page.waitForSelector(`.one-talk[data-way=${way}]:not([hidden])`);

export async function say(page, text) {
  await page.fill('.one-talk:not([hidden]) input[type=text]', text);
  await page.keyboard.press('Enter');
}

// Two pages, the first of which has opened the conversation and the second has followed.
export async function pair(t, { first, second, way = 'direct' } = {}) {
  const relay = await Relay.quickstart(t);
  const alice = await join(t, relay, first);
  const bob = await join(t, relay, second);
  await talkTo(alice, bob);
  await talkTo(bob, alice);
  await onWay(alice, way);
  await onWay(bob, way);
  return { relay, alice, bob };
}

// What stands below the words that arrive.
export async function footOf(page, text, whose = 'theirs') {
  const line = page.locator(`.${whose}`, { hasText: text });
  return line.locator('.foot').textContent();
}

export async function offer(page, name, content, mimeType = 'application/octet-stream') {
  await page.setInputFiles('.one-talk:not([hidden]) input[type=file]', { name, mimeType, buffer: content });
}

export const card = (page, name) => page.locator('.file', { hasText: name });

// The bytes that the page would save.
export async function saved(page, name) {
  const coming = page.waitForEvent('download');
  await card(page, name).locator('.save').click();
  const download = await coming;
  const parts = [];
  for await (const part of await download.createReadStream()) parts.push(part);
  return { name: download.suggestedFilename(), content: Buffer.concat(parts) };
}

// Bytes without any pattern that a mistake in their order could hide behind.
export function bytes(count) {
  const made = Buffer.alloc(count);
  let state = 1;
  for (let i = 0; i < count; ++i) {
    state = Math.imul(state, 48271) % 0x7fffffff;
    made[i] = state >>> 8;
  }
  return made;
}
