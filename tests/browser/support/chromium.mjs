// Chromium without a window: one process for a test file, a page with storage of its own for each
// call.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after } from 'node:test';

const require = createRequire(path.join(process.env.PLUGBOARD_TEST_PACKAGES, 'package.json'));
const { chromium } = require('playwright-core');

const program = process.env.CHROMIUM ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

let browser;

// A page that has loaded `url`. What goes wrong in it, unseen by the test, fails the test.
export async function open(t, url, { before, ...options } = {}) {
  if (!program) throw new Error('no Chromium: install it, or name it in the variable CHROMIUM');
  browser ??= await chromium.launch({ executablePath: program });
  const context = await browser.newContext({ viewport: { width: 1100, height: 720 }, ...options });
  context.setDefaultTimeout(60_000); // for machines that do much else
  if (before) await context.addInitScript(before);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error));
  t.after(async () => {
    await context.close();
    if (faults.length > 0) throw faults[0];
  });
  await page.goto(url);
  return page;
}

after(() => browser?.close());
