// A request of a page fails, as when the server is away for a moment: the page
// says so, and throws nothing (visit looks for that).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, sees, visit } from './kit/browser.js';
import { mini, mintForm, sendMini, start } from './kit/muban.js';

const problem = (page) => page.getByRole('alert').filter({ hasText: '服务器没有应答' }).first().waitFor();

test('news of calls that cannot be fetched, and then can', async (t) => {
  const { base } = await start(t);
  const grant = await mintForm(base);
  await sendMini(base, grant);
  const page = await visit(t, await open(t), base, '/calls');
  await page.getByRole('link', { name: /send/ }).first().waitFor();

  await page.route('**/api/v1/calls?*after=*', (route) => route.abort());
  assert.equal((await sendMini(base, grant)).errcode, 41029);
  await problem(page);

  await page.unroute('**/api/v1/calls?*after=*');
  assert.equal((await sendMini(base, '')).errcode, 41028);
  await sees(page, /41028/);
  await sees(page, /41029/);
  assert.equal(await page.getByRole('alert').count(), 0, 'the problem is still there');
});

test('what a message’s life is made of', async (t) => {
  const { base } = await start(t);
  await sendMini(base, await mintForm(base));
  const page = await visit(t, await open(t), base, '/messages');
  for (const part of ['callbacks?*', 'calls?*', 'apps/*/grants/*']) {
    await page.route(`**/api/v1/${part}`, (route) => route.abort());
  }
  await page.getByRole('link', { name: /购买成功通知/ }).click();
  await sees(page, '这条消息的一生');
  await problem(page);
});

test('the templates of a filter', async (t) => {
  const { base } = await start(t);
  await sendMini(base, await mintForm(base));
  const page = await visit(t, await open(t), base, '/messages');
  await page.route('**/api/v1/apps/*/templates?*', (route) => route.abort());
  await page.getByLabel('应用').selectOption(mini.app);
  await problem(page);
  await page.getByRole('link', { name: /购买成功通知/ }).waitFor();
});

test('a tap that does not reach the server', async (t) => {
  const { base } = await start(t);
  await sendMini(base, await mintForm(base));
  const page = await visit(t, await open(t), base, `/phone/${mini.app}/${mini.user}`);
  await page.route('**/inbox/*/read', (route) => route.abort());
  await page.locator('.screen .card').click();
  await problem(page);
});
