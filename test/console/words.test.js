// What the console says of things: states, times, counts, commands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, sees, visit } from './kit/browser.js';
import { api, folder, mini, run, sendOfficial, start } from './kit/muban.js';

test('a keyword request waits for its review, and an answer has headers of its own', async (t) => {
  const { base } = await start(t);
  await api(base, 'POST', '/api/v1/library/wechat-mini/keyword-requests', { app_id: mini.app, title_id: 'AT0002', name: '取货码' });
  await sendOfficial(base);
  const browser = await open(t);
  const requests = await visit(t, browser, base, '/requests');
  await requests.getByRole('link', { name: /取货码.*待审核/ }).click();
  await requests.getByLabel('驳回理由').waitFor();
  assert.equal(await requests.getByText('待审核', { exact: true }).count(), 3); // in the filter, the list and the review

  const calls = await visit(t, browser, base, '/calls');
  await calls.getByRole('link', { name: /template\/send/ }).first().click();
  await sees(calls, '响应头');
  assert.deepEqual(await calls.locator('summary').filter({ hasText: '头' }).allTextContents(), ['请求头', '响应头']);
});

test('time is moved on by days, as the command line takes them', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/messages');
  await page.getByRole('button', { name: /^沙箱时间/ }).click();
  const dialog = page.getByRole('dialog');
  for (const [by, hours] of [['7d', 168], ['1d12h', 36]]) {
    const before = Date.parse((await api(base, 'GET', '/api/v1/clock')).now);
    await dialog.getByLabel('自定时长').fill(by);
    const moved = page.waitForResponse(/clock\/advance$/);
    await dialog.getByRole('button', { name: '前进', exact: true }).click();
    const passed = Date.parse((await (await moved).json()).now) - before;
    assert.equal(Math.floor(passed / 3_600_000), hours, by);
  }
});

test('grants that were just minted: all are counted, and they have seven days', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/grants?app=${mini.app}&user=${mini.user}`);
  await page.getByRole('button', { name: '产生凭证' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('spinbutton', { name: '数量' }).fill('30');
  await dialog.getByRole('button', { name: '产生凭证' }).click();
  await sees(dialog, '已产生 · 30');
  assert.equal(await dialog.locator('code').count(), 20);
  await sees(dialog, '还有 10 个，都在列表里');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: /可用.*7天后/ }).first().waitFor();
});

test('grants where there is no app', async (t) => {
  const { base } = await start(t, ['dev', '--empty']);
  const page = await visit(t, await open(t), base, '/grants');
  await sees(page, /^这里没有小程序/);
});

test('muban serve’s first message is sent by the command that a first visit shows', async (t) => {
  const token = 'a-token-of-at-least-thirty-two-characters';
  const { base } = await start(t, ['serve', '--data', folder(t)], { MUBAN_ADMIN_TOKEN: token });
  const made = async (path, body) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    return (await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  };
  const page = await visit(t, await open(t), base, '/messages');
  await page.getByLabel('管理员令牌').fill(token);
  await page.getByRole('button', { name: '进入' }).click();
  const command = await page.locator('code').filter({ hasText: 'muban send' }).textContent();

  const { app_id, secret } = await made('/api/v1/apps', { platform: 'wechat-mini', name: '小程序' });
  const { open_id } = await made(`/api/v1/apps/${app_id}/users`, {});
  const { template_id } = await made(`/api/v1/apps/${app_id}/templates`, { library_id: 'AT0002', keyword_ids: [3, 4] });
  const values = { APP_ID: app_id, USER: open_id, TEMPLATE_ID: template_id, ADMIN_TOKEN: token, APP_SECRET: secret };
  await run(...command.split(' ').slice(1).map((word) => values[word] ?? word));
  await page.getByRole('link', { name: /购买成功通知/ }).waitFor();
});
