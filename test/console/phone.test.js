// The phone: what it keeps while its user's settings change, and the messages
// that it opens.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, sees, visit } from './kit/browser.js';
import { api, baidu, mini, mintForm, official, sendMini, sendOfficial, start } from './kit/muban.js';

/** Ticks a box or takes its tick away, and waits until the server has taken it. */
async function toggle(page, label) {
  const changed = page.waitForResponse((answer) => answer.request().method() === 'PATCH');
  await page.getByLabel(label).click();
  await changed;
}

test('grants, a code and a guest stay through a setting and another language', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/phone/${baidu.app}/${baidu.user}`);
  await page.getByLabel(/已登录百度/).uncheck();
  await page.getByRole('button', { name: '提交表单' }).click();
  await page.getByRole('button', { name: /取得 code/ }).click();
  const made = page.locator('.made code');
  await made.nth(1).waitFor();
  const before = await made.allTextContents();
  assert.match(before[1], /\.0$/);

  await toggle(page, '手机显示通知栏消息');
  assert.deepEqual(await made.allTextContents(), before);
  assert.ok(!(await page.getByLabel(/已登录百度/).isChecked()), 'the guest was logged in');

  await page.getByRole('button', { name: /English/ }).click();
  await page.getByRole('button', { name: 'Submit a form' }).waitFor();
  await made.nth(1).waitFor();
  assert.deepEqual(await made.allTextContents(), before);

  await page.getByRole('combobox', { name: 'App' }).selectOption(mini.app);
  await page.waitForURL(`**/phone/${mini.app}/*`);
  await page.getByRole('button', { name: /Pay an order/ }).waitFor();
  await page.waitForFunction(() => !document.querySelector('.made code'));
});

test('a setting that the server did not take', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/phone/${official.app}/${official.user}`);
  await page.route('**/users/*', (route) => (route.request().method() === 'PATCH' ? route.abort() : route.continue()));
  const box = page.getByLabel('拒收此应用的消息');
  await box.click();
  await page.getByRole('alert').filter({ hasText: '服务器没有应答' }).waitFor();
  assert.ok(!(await box.isChecked()), 'the box shows what the server does not have');
  assert.equal(await page.getByRole('alert').count(), 1, 'the problem stands twice');
  await page.unroute('**/users/*');
  await toggle(page, '拒收此应用的消息');
  assert.ok(await box.isChecked());
  await page.waitForFunction(() => !document.querySelector('[role=alert]'));
});

test('Baidu: who sends is told by the login, not by how long the id is', async (t) => {
  const { base } = await start(t);
  const open_id = 'longOpenID'.repeat(4);
  await api(base, 'POST', `/api/v1/apps/${baidu.app}/users`, { open_id, swan_id: 'shortSwanID' });
  const page = await visit(t, await open(t), base, `/phone/${baidu.app}/${open_id}`);
  const dialog = page.getByRole('dialog');
  for (const [name, field] of [['a user', 'touser_openId'], ['a guest', 'touser']]) {
    if (name === 'a guest') await page.getByLabel(/已登录百度/).uncheck();
    const grants = page.getByRole('button', { name: '用它发送' });
    const before = await grants.count();
    await page.getByRole('button', { name: '提交表单' }).click();
    await grants.nth(before).waitFor();
    await grants.first().click();
    const sent = page.waitForRequest(/template\/send/);
    await dialog.getByRole('button', { name: '发送', exact: true }).click();
    assert.ok(new URLSearchParams((await sent).postData()).has(field), name);
    await dialog.getByRole('link', { name: '查看消息' }).waitFor();
    await page.keyboard.press('Escape');
  }
});

test('a person’s message of another app is read by a tap', async (t) => {
  const { base } = await start(t);
  const user = 'oPersonOfTwoApps';
  const { open_id } = await api(base, 'POST', `/api/v1/apps/${mini.app}/users`, { union_id: 'person' });
  await api(base, 'POST', `/api/v1/apps/${official.app}/users`, { open_id: user, union_id: 'person' });
  assert.equal((await sendOfficial(base, { touser: user })).errcode, 0);
  const page = await visit(t, await open(t), base, `/phone/${mini.app}/${open_id}?as=person`);
  await sees(page, '1 条未读');
  const read = page.waitForResponse(/\/read$/);
  await page.locator('.screen .card').click();
  await read;
  const [message] = (await api(base, 'GET', `/api/v1/apps/${official.app}/users/${user}/inbox`)).items;
  assert.ok(message.read_at, 'the tap did not read the message');
});

test('a message is opened on the phone however old it is', async (t) => {
  const { base } = await start(t);
  await sendMini(base, await mintForm(base), { data: { keyword1: { value: '最早的' }, keyword2: { value: '1' }, keyword3: { value: '2' } } });
  const [first] = (await api(base, 'GET', '/api/v1/messages')).items;
  for (let i = 0; i < 31; i++) await sendMini(base, await mintForm(base));
  const page = await visit(t, await open(t), base, `/messages/${first.id}`);
  await page.getByRole('link', { name: '在手机上看' }).click();
  await sees(page.locator('.screen'), '最早的');
  await page.getByRole('link', { name: '消息详情' }).waitFor();
});

test('what did not reach the phone is not looked for there', async (t) => {
  const { base } = await start(t);
  await api(base, 'PATCH', `/api/v1/apps/${official.app}/users/${official.user}`, { blocked: true });
  await sendOfficial(base);
  const page = await visit(t, await open(t), base, '/messages');
  await page.getByRole('link', { name: /被用户拒收/ }).click();
  await sees(page, '这条消息的一生');
  assert.equal(await page.getByRole('link', { name: '在手机上看' }).count(), 0);
});

test('an older message that was read elsewhere is no new one', async (t) => {
  const { base } = await start(t);
  const send = (name) => sendOfficial(base, { data: { first: { value: name }, keyword1: { value: '1' }, keyword2: { value: '1' }, remark: { value: '1' } } });
  for (let i = 0; i < 40; i++) await send(`第 ${i} 条`);
  const inbox = `/api/v1/apps/${official.app}/users/${official.user}/inbox`;
  const { items } = await api(base, 'GET', `${inbox}?limit=100`);
  const page = await visit(t, await open(t), base, `/phone/${official.app}/${official.user}`);
  await sees(page, '40 条未读');
  await api(base, 'POST', `${inbox}/${items.at(-1).id}/read`);
  await sees(page, '39 条未读');
  await page.locator('button.tap').first().getByText('第 39 条').waitFor();
  await send('新的一条');
  await sees(page, '40 条未读');
  await page.locator('button.tap').first().getByText('新的一条').waitFor();
});
