// What people set up and look after in the console: templates, keywords,
// grants, callbacks, apps and time, each with a real send or push behind it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { open, sees, visit } from './kit/browser.js';
import { api, mini, mintForm, official, sendMini, sendOfficial, start } from './kit/muban.js';

/** Waits until the address has a path that a pattern fits, and answers what its group found. */
async function arrives(page, pattern) {
  await page.waitForURL((url) => pattern.test(url.pathname));
  return decodeURIComponent(pattern.exec(new URL(page.url()).pathname)[1]);
}

/** An app's server: it counts the events that it is told of, and answers the handshake. */
async function receiver(t) {
  const told = { count: 0, url: '' };
  const server = createServer((request, response) => {
    const echo = new URL(request.url, 'http://receiver').searchParams.get('echostr');
    if (echo === null) told.count++;
    response.end(echo ?? 'success');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  told.url = `http://127.0.0.1:${server.address().port}/events`;
  return told;
}

test('a template made in the library is what a real send uses', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/library/wechat-mini');
  await page.getByLabel('标题或编号').fill('购买成功');
  await page.getByRole('link', { name: /AT0002/ }).click();
  const add = page.getByRole('button', { name: '添加模板' });
  await add.waitFor();
  assert.ok(await add.isDisabled(), 'a template without keywords can be added');
  for (const name of [/^物品名称/, /^购买地点/]) await page.getByRole('checkbox', { name }).check();
  await page.getByRole('button', { name: '上移 购买地点' }).click();
  const names = await page.locator('.card dt').allTextContents();
  assert.deepEqual(names, ['购买地点', '物品名称'], 'the card does not show the order that was chosen');
  await add.click();

  const id = await arrives(page, /^\/templates\/(.+)$/);
  const sent = await sendMini(base, await mintForm(base), { template_id: id, data: { keyword1: { value: '北京' }, keyword2: { value: '茶' } } });
  assert.deepEqual([sent.errcode, sent.errmsg], [0, 'ok']);
  const [message] = (await api(base, 'GET', '/api/v1/messages')).items;
  assert.equal(message.rendered.trim(), '购买地点北京\n物品名称茶');
});

test('a deleted template is not sent with any more', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/templates/${mini.template}?app=${mini.app}`);
  await page.getByRole('button', { name: '删除模板' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除模板' }).click();
  await sees(page, '这个应用还没有模板。');
  assert.equal((await sendMini(base, await mintForm(base))).errcode, 40037);
});

test('an official account’s title is a finished text', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/library/wechat-oa');
  await page.getByRole('button', { name: '新增标题' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('标题', { exact: true }).fill('取货提醒');
  await dialog.getByLabel('正文', { exact: true }).fill('{{first.DATA}}\n取货码：{{code.DATA}}');
  await dialog.getByLabel('示例（正文填好的样子）').fill('您好\n取货码：A12');
  await sees(dialog, 'A12');
  await dialog.getByRole('button', { name: '新增' }).click();
  await arrives(page, /^\/library\/wechat-oa\/(.+)$/);
  await page.getByRole('button', { name: '添加模板' }).click();
  const id = await arrives(page, /^\/templates\/(.+)$/);
  const made = await api(base, 'GET', `/api/v1/apps/${official.app}/templates/${id}`);
  assert.equal(made.title, '取货提醒');
});

test('a keyword that was requested can be picked once it is approved', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/library/wechat-mini/AT0002');
  await page.getByRole('button', { name: '申请关键词' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('关键词').fill('取货码');
  await dialog.getByLabel('示例值').fill('A12');
  await dialog.getByRole('button', { name: '申请关键词' }).click();
  await page.getByRole('link', { name: '去审核' }).click();
  await arrives(page, /^\/requests\/wechat-mini\/(.+)$/);
  await page.getByRole('button', { name: '通过', exact: true }).click();
  await page.getByRole('link', { name: /取货码.*已通过/ }).waitFor();

  await page.getByRole('link', { name: 'AT0002', exact: true }).click();
  await page.getByRole('checkbox', { name: /^取货码/ }).check();
  await page.getByRole('button', { name: '添加模板' }).click();
  const id = await arrives(page, /^\/templates\/(.+)$/);
  const made = await api(base, 'GET', `/api/v1/apps/${mini.app}/templates/${id}`);
  assert.deepEqual(made.keywords, [{ key: 'keyword1', name: '取货码' }]);
});

test('a request is rejected with its reason', async (t) => {
  const { base } = await start(t);
  const request = { app_id: mini.app, title_id: 'AT0002', name: '广告语' };
  const { id } = await api(base, 'POST', '/api/v1/library/wechat-mini/keyword-requests', request);
  const page = await visit(t, await open(t), base, `/requests/wechat-mini/${id}`);
  await page.getByLabel('驳回理由').fill('营销内容');
  await page.getByRole('button', { name: '驳回' }).click();
  await page.getByRole('link', { name: /广告语.*已驳回/ }).waitFor();
  const [decided] = (await api(base, 'GET', '/api/v1/library/wechat-mini/keyword-requests')).items;
  assert.deepEqual([decided.state, decided.reason], ['rejected', '营销内容']);
});

test('a grant minted in the ledger is seen as spent once it was', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/grants?app=${mini.app}&user=${mini.user}`);
  await page.getByRole('button', { name: '产生凭证' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '产生凭证' }).click();
  await sees(dialog, '已产生 · 1');
  const grant = await dialog.locator('code').textContent();
  await page.keyboard.press('Escape');
  const row = page.getByRole('link', { name: grant });
  await row.filter({ hasText: '可用' }).waitFor();

  assert.equal((await sendMini(base, grant)).errcode, 0);
  await row.filter({ hasText: '已用完' }).waitFor();
  const [message] = (await api(base, 'GET', '/api/v1/messages')).items;
  await row.click();
  await page.getByRole('link', { name: message.id }).click();
  await sees(page, '这条消息的一生');
});

test('the ledger is filtered by how soon grants end', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/grants?app=${mini.app}&state=soon`);
  await sees(page, '没有符合的凭证');
  await api(base, 'POST', '/api/v1/clock/advance', { by: '150h' });
  await page.reload();
  await page.getByRole('link', { name: /可用/ }).first().waitFor();
});

/** The attempts of the only callback. */
async function attempts(base) {
  return (await api(base, 'GET', '/api/v1/callbacks')).items[0].attempts;
}

test('a callback is sent again', async (t) => {
  const { base } = await start(t);
  const told = await receiver(t);
  await api(base, 'PATCH', `/api/v1/apps/${official.app}`, { callback: { url: told.url, token: 'token' } });
  await sendOfficial(base);
  const page = await visit(t, await open(t), base, '/callbacks');
  await page.getByRole('link', { name: new RegExp(told.url) }).click();
  await sees(page, /尝试 · [1-9]/);
  const before = { told: told.count, tries: (await attempts(base)).length };
  await page.getByRole('button', { name: '重新推送' }).click();
  await sees(page, `尝试 · ${before.tries + 1}`);
  assert.equal(told.count, before.told + 1, JSON.stringify(await attempts(base)));

  await page.getByRole('button', { name: '验证 URL' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '验证 URL' }).click();
  await sees(page, '服务器应答正确');
});

test('an app is made, its secret shown, and its snippet leads here', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/apps');
  await page.getByRole('link', { name: '新建应用' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('名称').fill('新的公众号');
  await dialog.getByLabel('平台').selectOption('wechat-oa');
  await dialog.getByRole('button', { name: '新建' }).click();
  const id = await arrives(page, /^\/apps\/(.+)$/);
  const { secret } = await api(base, 'GET', `/api/v1/apps/${id}`);
  await sees(page.getByRole('dialog'), secret);
  await page.keyboard.press('Escape');

  const snippet = page.getByRole('group', { name: 'curl' });
  await snippet.waitFor();
  assert.ok(!(await snippet.textContent()).includes(secret), 'the secret is shown before it was asked for');
  await page.getByRole('button', { name: /^显示/ }).click();
  const url = /'(.+)'/.exec(await snippet.textContent())[1];
  assert.ok(url.startsWith(base), `the snippet leads to ${url}`);
  assert.ok((await (await fetch(url)).json()).access_token, 'the snippet gets no token');

  const library = page.getByLabel('语言与库');
  for (const name of await library.locator('option').allTextContents()) {
    await library.selectOption(name);
    const text = await page.getByRole('group', { name, exact: true }).textContent();
    assert.ok(text.includes(base), `${name} does not name ${base}: ${text}`);
  }
});

test('an app’s settings are the platform’s rules', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/apps/${mini.app}`);
  await page.getByLabel('页面，每行一个').fill('pages/order/detail');
  await page.getByRole('button', { name: '保存' }).click();
  await sees(page, '已保存');
  assert.equal((await sendMini(base, await mintForm(base))).errcode, 41030);
  assert.equal((await sendMini(base, await mintForm(base), { page: 'pages/order/detail' })).errcode, 0);
});

test('time is moved on from the header, and a grant is over', async (t) => {
  const { base } = await start(t);
  const grant = await mintForm(base);
  const page = await visit(t, await open(t), base, '/messages');
  await page.getByRole('button', { name: /^沙箱时间/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '7 天' }).click();
  await page.locator('header time').waitFor();
  assert.equal((await sendMini(base, grant)).errcode, 41028);
  await dialog.getByRole('button', { name: '冻结时间' }).click();
  await dialog.getByRole('button', { name: '让时间继续走' }).waitFor();
  assert.equal((await api(base, 'GET', '/api/v1/clock')).mode, 'frozen');
});

test('the overview counts what happened, and leads to it', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/overview');
  await page.getByRole('link', { name: '受理的消息 · 0' }).waitFor();
  const grant = await mintForm(base);
  await sendMini(base, grant);
  assert.equal((await sendMini(base, grant)).errcode, 41029);
  await page.getByRole('link', { name: '受理的消息 · 1' }).waitFor();
  await page.getByRole('link', { name: /购买成功通知/ }).waitFor();
  await page.locator('.chart canvas').first().waitFor();
  await page.getByRole('link', { name: /grant_spent/ }).click();
  await page.getByRole('link', { name: /41029/ }).waitFor();
});
