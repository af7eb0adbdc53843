// What happens on the server without the console: time that the command line
// moves, a reset, apps that others make, a server that is away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { narrow, open, sees, visit } from './kit/browser.js';
import { api, mini, mintForm, sendMini, start } from './kit/muban.js';

const advance = (base, by) => api(base, 'POST', '/api/v1/clock/advance', { by });

test('time that was moved elsewhere is seen, and let go again by a reset', async (t) => {
  const { base } = await start(t);
  const grant = await mintForm(base);
  const page = await visit(t, await open(t), base, `/grants/${grant}?app=${mini.app}`);
  const detail = page.getByRole('region', { name: '表单' });
  await detail.getByText('可用', { exact: true }).waitFor();
  await advance(base, '720h');
  await page.locator('header .clock time').waitFor();
  await detail.getByText('已过期', { exact: true }).waitFor();

  await page.getByRole('link', { name: '概览' }).click();
  await sees(page, '受理的消息');
  await advance(base, '720h');
  await sendMini(base, await mintForm(base));
  await page.getByRole('link', { name: /^1 ?受理$/ }).waitFor();
  await page.waitForFunction(() => document.querySelector('[role="alert"]') === null);

  await api(base, 'POST', '/api/v1/reset');
  await page.waitForFunction(() => document.querySelector('header .clock') === null);
});

test('an app that was made elsewhere is met with its first call', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/calls');
  await page.getByLabel('应用').locator('option').nth(1).waitFor({ state: 'attached' });
  const { app_id: id, secret } = await api(base, 'POST', '/api/v1/apps', { platform: 'wechat-mini', name: '后来的应用' });
  const asked = new URLSearchParams({ grant_type: 'client_credential', appid: id, secret });
  await fetch(`${base}/cgi-bin/token?${asked}`);
  await page.getByLabel('应用').selectOption(id);
  await page.getByRole('link', { name: /后来的应用/ }).waitFor();
});

test('a list that could not be fetched is no first visit', async (t) => {
  const { base } = await start(t);
  await sendMini(base, await mintForm(base));
  const page = await visit(t, await open(t), base, '/apps');
  await page.route('**/api/v1/messages?*', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"detail":"busy"}' }));
  await page.getByRole('link', { name: '消息', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'busy' }).waitFor();
  assert.equal(await page.getByText('第一条模板消息').count(), 0, 'it is taken for a first visit');

  await page.unroute('**/api/v1/messages?*');
  await page.getByRole('button', { name: '重试' }).click();
  await page.getByRole('link', { name: /购买成功通知/ }).waitFor();
});

test('a server that says nothing more is away, until it does', async (t) => {
  const { base, hold } = await start(t);
  const page = await visit(t, await open(t), base, '/about:blank');
  await page.clock.install();
  const followed = page.waitForResponse('**/api/v1/stream');
  await page.goto(`${base}/calls`);
  await followed;
  await sees(page, '还没有平台调用。');
  const release = hold(); // no connection ends by it
  await page.clock.fastForward(30_000);
  assert.equal(await page.locator('.offline').count(), 0, 'it may have been quiet');
  await page.clock.fastForward(15_000);
  await page.locator('.offline').waitFor();
  release();
  await page.locator('.offline').waitFor({ state: 'detached' });
  await fetch(`${base}/cgi-bin/token?grant_type=client_credential`);
  await page.locator('a.line').first().waitFor();
});

test('time of another year and a server that is away stand beside each other on a narrow screen', async (t) => {
  const { base, stop } = await start(t);
  await advance(base, `${366 * 24}h`);
  const page = await visit(t, await open(t), base, '/templates', { size: narrow });
  const time = page.locator('header time');
  await time.waitFor();
  const year = new Date((await api(base, 'GET', '/api/v1/clock')).now).getUTCFullYear();
  assert.match(await time.innerText(), new RegExp(String(year)), 'the year is not said');
  await stop();
  await page.locator('.offline').waitFor();
  const [a, b] = await Promise.all([time.boundingBox(), page.locator('.offline').boundingBox()]);
  assert.ok(a.y + a.height <= b.y || b.x + b.width <= a.x, 'one covers the other');
  assert.equal(await page.evaluate(() => document.querySelector('header').scrollWidth), narrow.width, 'the header is wider than the screen');
});

test('an overview that takes the server long is asked for once at a time', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/about:blank');
  await page.clock.install();
  await page.route('**/api/v1/clock', (route) => route.fulfill({ status: 404, body: '{}' })); // the page's time is moved, the server's is not
  const held = [];
  await page.route('**/api/v1/overview?*', (route) => held.push(route));
  const asked = page.waitForRequest('**/api/v1/overview?*');
  await page.goto(`${base}/overview`);
  await asked;
  await page.clock.fastForward(30_000);
  await sendMini(base, await mintForm(base));
  await page.clock.fastForward(5_000);
  assert.equal(held.length, 1, 'it was asked again before it had answered');
  const next = page.waitForRequest(/overview.*app_id=/);
  await page.getByLabel('应用').selectOption(mini.app);
  await next;
  await page.unroute('**/api/v1/overview?*');
  await held.at(-1).continue();
  await page.getByRole('link', { name: /^1 ?受理$/ }).waitFor();
});
