// Opens the console in Debian's Chromium.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How wide and tall a window is. */
export const wide = { width: 1360, height: 860 };
export const narrow = { width: 360, height: 740 };

/** Starts the browser, with a profile of its own, for the tests of one file. */
export async function open(t) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
  t.after(() => browser.close());
  return browser;
}

/**
 * A page in a context of its own. When the test ends it must have asked no other
 * host for anything and thrown no error.
 */
export async function visit(t, browser, base, path, { locale = 'zh-CN', dark = false, size = wide } = {}) {
  const context = await browser.newContext({ viewport: size, colorScheme: dark ? 'dark' : 'light', locale, timezoneId: 'Asia/Shanghai' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: base });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const strays = [];
  const errors = [];
  page.on('request', (request) => request.url().startsWith(base) || strays.push(request.url()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (line) => line.type() === 'error' && /Content Security Policy|Uncaught/.test(line.text()) && errors.push(line.text()));
  t.after(async () => {
    await context.close();
    assert.deepEqual(strays, [], 'the console asked another host');
    assert.deepEqual(errors, [], 'the console threw errors');
  });
  await page.goto(base + path);
  return page;
}

/** Waits until a text is on the page. */
export function sees(page, text) {
  return page.getByText(text).first().waitFor();
}
