// What an address names is shown, wherever it stands; what it names wrongly is said.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, sees, visit } from './kit/browser.js';
import { api, mini, official, start } from './kit/muban.js';

test('an id with a dot in it can be reloaded', async (t) => {
  const { base } = await start(t);
  await api(base, 'POST', '/api/v1/apps', { platform: 'wechat-mini', name: '带点的', app_id: 'com.example.app' });
  const page = await visit(t, await open(t), base, '/apps/com.example.app');
  await page.getByRole('heading', { name: '带点的' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '带点的' }).waitFor();
});

test('what is not there is said', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/apps/nobody');
  await page.getByRole('alert').filter({ hasText: 'nobody' }).waitFor();
  await page.goto(`${base}/requests/baidu/123`);
  await page.getByRole('alert').filter({ hasText: '123' }).waitFor();
  await page.goto(`${base}/messages/%E4%BD`);
  await page.getByRole('alert').waitFor();
});

test('a request far down the list, and filtered out of it', async (t) => {
  const { base } = await start(t);
  const path = '/api/v1/library/wechat-mini/keyword-requests';
  const ask = (name) => api(base, 'POST', path, { app_id: mini.app, title_id: 'AT0002', name });
  const first = await ask('最早的');
  for (let i = 0; i < 100; i++) await ask(`后来的${i}`);
  const page = await visit(t, await open(t), base, `/requests/wechat-mini/${first.id}`);
  await page.getByRole('heading', { name: '最早的' }).waitFor();
  await page.goto(`${base}/requests/wechat-mini/${first.id}?state=approved`);
  await page.getByRole('button', { name: '通过' }).click();
  await page.getByRole('button', { name: '通过' }).waitFor({ state: 'detached' });
});

test('one app of many is found, and its row in sight', async (t) => {
  const { base } = await start(t);
  for (let i = 0; i < 60; i++) await api(base, 'POST', '/api/v1/apps', { platform: 'wechat-mini', name: `第 ${i} 个`, app_id: `one-of-many-${i}` });
  const page = await visit(t, await open(t), base, '/apps/one-of-many-50');
  const row = page.getByRole('link', { name: /one-of-many-50/ });
  await row.waitFor();
  await page.waitForFunction(() => {
    const [row, box] = [document.querySelector('a.line[aria-current]'), document.querySelector('[role=group]')].map((one) => one.getBoundingClientRect());
    return row.top >= box.top && row.bottom <= box.bottom + 1;
  });
  await page.getByLabel(/app_id 或平台/).fill('many-7');
  await row.waitFor({ state: 'detached' });
  assert.equal(await page.locator('a.line').count(), 1);
  await page.locator('a.line').click();
  await page.getByRole('heading', { name: '第 7 个' }).waitFor();
  assert.equal(new URL(page.url()).search, '?q=many-7');
});

test('a number leads to the list that it counts, or nowhere', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/overview');
  await sees(page, '24 小时内到期的凭证');
  const link = page.getByRole('link', { name: /24 小时内到期的凭证/ });
  assert.equal(await link.count(), 0);
  await page.getByLabel('应用').selectOption(official.app);
  assert.equal(await link.count(), 0);
  await page.getByLabel('应用').selectOption(mini.app);
  assert.equal(await link.getAttribute('href'), `/grants?app=${mini.app}&state=soon`);
});
