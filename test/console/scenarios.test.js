// What people come to the console for, from beginning to end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, sees, visit } from './kit/browser.js';
import { api, baidu, folder, mini, mintForm, official, sendBaidu, sendEncrypted, sendMini, sendOfficial, start } from './kit/muban.js';

test('a message that was sent appears without a reload', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/messages');
  await sees(page, '第一条模板消息，三步');
  await page.evaluate(() => (window.sameDocument = true));

  const sent = await sendMini(base, await mintForm(base));
  assert.equal(sent.errcode, 0);

  const row = page.getByRole('link', { name: /购买成功通知/ });
  await row.waitFor();
  await row.click();
  await sees(page, '这条消息的一生');
  await sees(page, 'TIT造舰厂');
  assert.equal(await page.evaluate(() => window.sameDocument), true, 'the page was loaded again');
});

test('a form submitted on the phone makes a grant that a real send spends', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/phone/${mini.app}/${mini.user}`);
  await page.getByRole('button', { name: '提交表单' }).click();
  await page.locator('.made li').getByRole('button', { name: /^复制/ }).click();
  await page.getByRole('button', { name: '已复制' }).waitFor();
  const grant = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(grant, /^[0-9a-f]{32}$/);

  const sent = await sendMini(base, grant, { emphasis_keyword: 'keyword1.DATA' });
  assert.deepEqual([sent.errcode, sent.errmsg], [0, 'ok']);
  const card = page.locator('.screen .card');
  await card.waitFor();
  assert.equal(await card.locator('.large strong').textContent(), 'TIT造舰厂');
  await sees(page, '1 条未读');

  const spent = await api(base, 'GET', `/api/v1/apps/${mini.app}/grants/${grant}`);
  assert.equal(spent.remaining, 0);

  await card.click();
  await sees(page, '打开小程序页面 pages/index/index');
  const [message] = (await api(base, 'GET', '/api/v1/messages')).items;
  await page.waitForFunction(() => !document.querySelector('.count'));
  assert.ok((await api(base, 'GET', `/api/v1/messages/${message.id}`)).read_at, 'a tap did not read the message');
});

test('a form without report-submit makes no grant', async (t) => {
  const { base } = await start(t);
  const before = (await api(base, 'GET', `/api/v1/apps/${mini.app}/grants`)).items.length;
  const page = await visit(t, await open(t), base, `/phone/${mini.app}/${mini.user}`);
  await page.getByLabel('表单带有 report-submit').uncheck();
  await page.getByRole('button', { name: '提交表单' }).click();
  await sees(page, /没有产生凭证/);
  assert.equal((await api(base, 'GET', `/api/v1/apps/${mini.app}/grants`)).items.length, before);
});

test('a Baidu guest’s scene ends in 0, and 1 after the login', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/phone/${baidu.app}/${baidu.guest}`);
  const form = page.getByRole('button', { name: '提交表单' });
  const grants = page.locator('.made li code');
  await form.click();
  assert.match(await grants.first().textContent(), /\.0$/);
  await page.getByLabel(/已登录百度/).check();
  await page.waitForFunction(() => !document.querySelector('.panel .id code')?.textContent.includes('SLmuban'));
  await form.click();
  await grants.nth(1).waitFor();
  assert.match(await grants.first().textContent(), /\.1$/);
});

test('Baidu’s notification bar has payments only, its search panel everything', async (t) => {
  const { base } = await start(t);
  assert.equal((await sendBaidu(base, 'form', '来自表单')).errno, 0);
  assert.equal((await sendBaidu(base, 'payment', '来自支付')).errno, 0);
  const page = await visit(t, await open(t), base, `/phone/${baidu.app}/${baidu.user}`);
  await page.getByRole('link', { name: '搜索面板' }).click();
  await sees(page, /来自表单/);
  await sees(page, /来自支付/);
  await page.getByRole('link', { name: '通知栏' }).click();
  await sees(page, /来自支付/);
  assert.equal(await page.getByText(/来自表单/).count(), 0);
});

test('a user who blocks the app gets nothing', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/phone/${official.app}/${official.user}`);
  const changed = page.waitForResponse((answer) => answer.request().method() === 'PATCH');
  await page.getByLabel('拒收此应用的消息').check();
  await changed;
  await sendOfficial(base);
  await page.goto(`${base}/messages`);
  await page.getByRole('link', { name: /被用户拒收/ }).waitFor();
});

test('an official account’s message without a url: blank on iOS, dead on Android', async (t) => {
  const { base } = await start(t);
  await sendOfficial(base);
  const page = await visit(t, await open(t), base, `/phone/${official.app}/${official.user}`);
  await page.locator('.screen .card').click();
  await sees(page, /进入一个空白页面/);
  await sees(page, /无法点击/);
});

test('a refused call says why', async (t) => {
  const { base } = await start(t);
  const grant = await mintForm(base);
  assert.equal((await sendMini(base, grant)).errcode, 0);
  const page = await visit(t, await open(t), base, '/calls?refused=true');
  assert.equal((await sendMini(base, grant)).errcode, 41029);

  await page.getByRole('link', { name: /41029/ }).click();
  const why = page.getByRole('note', { name: '为什么被拒绝' });
  await why.waitFor();
  const [message] = (await api(base, 'GET', '/api/v1/messages')).items;
  const words = await why.textContent();
  assert.ok(words.includes(grant) && words.includes(message.id), `the explanation names neither grant nor message: ${words}`);

  await page.getByRole('button', { name: /curl/ }).click();
  await page.getByRole('button', { name: '已复制' }).waitFor();
  const curl = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(curl, /^curl -X POST 'http.*send\?access_token='"\$ACCESS_TOKEN" /);
  assert.ok(curl.includes(grant));
});

test('an encrypted call is read decoded, its raw bodies below', async (t) => {
  const { base } = await start(t);
  const call = await sendEncrypted(base, '来自密文');
  const { code, request, answer } = await api(base, 'GET', `/api/v1/calls/${call}`);
  assert.equal(code, '10000');
  assert.ok(!request.body.includes('来自密文') && !answer.body.includes('10000'), 'what was sent is no cipher text');

  const page = await visit(t, await open(t), base, `/calls/${call}`, { locale: 'en-GB' });
  const asked = page.getByRole('region', { name: 'Request · Decoded' });
  assert.match(await asked.textContent(), /"biz_content": \{\s+"to_user_id": .*来自密文/s);
  const told = page.getByRole('region', { name: 'Answer · Decoded' });
  assert.match(await told.textContent(), /"code": "10000"/);

  const raw = page.getByRole('region', { name: 'Request', exact: true });
  assert.equal(await raw.count(), 0, 'the raw body is not folded');
  await page.getByText('Raw body').first().click();
  assert.match(await raw.textContent(), /"biz_content": "[\w+/=]+"/);
});

test('the console’s own pages are no calls', async (t) => {
  const { base } = await start(t);
  const before = (await api(base, 'GET', '/api/v1/calls')).items.length;
  const page = await visit(t, await open(t), base, '/calls');
  await page.getByRole('heading', { name: '调用' }).waitFor();
  assert.equal((await api(base, 'GET', '/api/v1/calls')).items.length, before);
});

test('time moved on by seven days turns a send into 41028', async (t) => {
  const { base } = await start(t);
  const grant = await mintForm(base);
  const page = await visit(t, await open(t), base, '/calls?code=41028');
  await page.getByTitle('沙箱时间').click();
  await page.getByRole('dialog').getByRole('button', { name: /7 天/ }).click();
  await page.waitForFunction(() => document.querySelector('header .clock time'));
  await page.keyboard.press('Escape');

  assert.equal((await sendMini(base, grant)).errcode, 41028);
  await page.getByRole('link', { name: /41028/ }).click();
  assert.match(await page.getByRole('note', { name: '为什么被拒绝' }).textContent(), /过期/);
});

test('a first visit: one button does all three steps', async (t) => {
  const { base } = await start(t, ['dev', '--empty']);
  const page = await visit(t, await open(t), base, '/');
  await page.getByRole('button', { name: '替我做这三步' }).click();
  await page.locator('.screen .card').waitFor();
  assert.equal((await api(base, 'GET', '/api/v1/messages')).items.length, 1);
});

test('muban serve asks for its token', async (t) => {
  const token = 'a-token-of-at-least-thirty-two-characters';
  const { base } = await start(t, ['serve', '--data', folder(t)], { MUBAN_ADMIN_TOKEN: token });
  const page = await visit(t, await open(t), base, '/messages');
  const field = page.getByLabel('管理员令牌');
  await field.fill('wrong');
  await page.getByRole('button', { name: '进入' }).click();
  await sees(page, '服务器不接受这个令牌。');
  await field.fill(token);
  await page.getByRole('button', { name: '进入' }).click();
  await page.getByRole('heading', { name: '消息', exact: true }).waitFor();
  assert.equal(await page.getByTitle('沙箱时间').count(), 0, 'a service has no sandbox time');
});
