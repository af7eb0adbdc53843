// What somebody wants to see next is one click away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, sees, visit } from './kit/browser.js';
import { api, mini, mintForm, official, sendMini, sendOfficial, start } from './kit/muban.js';

/** The path and query of the link with a name. */
const hrefOf = (scope, name) => scope.getByRole('link', { name, exact: true }).first().getAttribute('href');

test('a refused send leads to its app, template, grant and user, and they to the calls', async (t) => {
  const { base } = await start(t);
  const grant = await mintForm(base);
  await sendMini(base, grant);
  assert.equal((await sendMini(base, grant)).errcode, 41029);
  const page = await visit(t, await open(t), base, '/calls?refused=true');
  await page.getByRole('link', { name: /41029/ }).click();
  const call = page.getByRole('region', { name: '调用' });
  await call.getByText('为什么被拒绝').first().waitFor();
  assert.equal(await hrefOf(call, mini.template), `/templates/${mini.template}?app=${mini.app}`);
  assert.equal(await hrefOf(call, mini.user), `/phone/${mini.app}/${mini.user}`);
  assert.equal(await hrefOf(call, '演示小程序 (WeChat Mini Program)'), `/apps/${mini.app}`);
  await call.getByRole('link', { name: grant, exact: true }).click();
  await page.getByRole('link', { name: '用到它的调用' }).click();
  await page.getByRole('link', { name: /41029/ }).waitFor();
  await page.getByRole('link', { name: /已用完/ }).waitFor();
  assert.equal(await page.locator('a.line').count(), 2, 'the send that was accepted and the one that was not');

  await page.goto(`${base}/phone/${mini.app}/${mini.user}`);
  await page.getByRole('link', { name: '与此用户有关的调用' }).click();
  await page.getByRole('link', { name: /41029/ }).click();
  const message = (await api(base, 'GET', '/api/v1/messages')).items[0].id;
  await page.goto(`${base}/messages/${message}`);
  const opened = page.getByRole('region', { name: '消息' });
  await opened.getByRole('link', { name: grant, exact: true }).waitFor();
  assert.equal(await hrefOf(opened, mini.template), `/templates/${mini.template}?app=${mini.app}`);
  await opened.getByRole('link', { name: '演示小程序 (WeChat Mini Program)' }).click();
  for (const [name, path] of [['消息', 'messages'], ['调用', 'calls'], ['模板', 'templates'], ['凭证', 'grants']]) {
    assert.equal(await hrefOf(page.locator('main'), name), `/${path}?app=${mini.app}`);
  }
});

test('a reason in the overview leads to the calls with this reason', async (t) => {
  const { base } = await start(t);
  await sendMini(base, 'unknown');
  await fetch(`${base}/cgi-bin/token?grant_type=client_credential`);
  const page = await visit(t, await open(t), base, '/overview');
  await page.getByRole('link', { name: /grant_unknown/ }).click();
  await page.getByRole('link', { name: /41028/ }).waitFor();
  assert.equal(await page.locator('a.line').count(), 1);

  await page.goto(`${base}/overview?span=week`);
  await sees(page, '24 小时内被拒绝的调用');
});

test('a send from the console says in its language why it was refused, and leads to the call', async (t) => {
  const { base } = await start(t);
  await api(base, 'PATCH', `/api/v1/apps/${official.app}/users/${official.user}`, { following: false });
  const page = await visit(t, await open(t), base, `/phone/${official.app}/${official.user}`);
  await page.getByRole('button', { name: '给此用户发送' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '发送', exact: true }).click();
  await dialog.getByText(/没有关注公众号/).waitFor();
  await dialog.getByRole('link', { name: '查看这次调用' }).click();
  await page.getByRole('region', { name: '调用' }).getByText('43004').first().waitFor();
});

test('what a push consists of is said above it', async (t) => {
  const { base } = await start(t);
  await sendOfficial(base);
  const page = await visit(t, await open(t), base, '/callbacks');
  await page.getByRole('link', { name: /1 次尝试/ }).click();
  for (const text of ['签名与参与签名的值', '请求体', '响应']) await page.getByRole('paragraph').filter({ hasText: text }).waitFor();
});

test('a bar of the overview leads to what it counts, by pointer and by keyboard', async (t) => {
  const { base } = await start(t);
  await sendMini(base, await mintForm(base));
  await api(base, 'POST', '/api/v1/clock/advance', { by: '5h' });
  await sendOfficial(base);
  await sendMini(base, 'unknown');
  const page = await visit(t, await open(t), base, '/overview');
  const chart = page.getByRole('slider', { name: /受理的消息/ });
  await chart.focus();
  const counted = () => page.getByRole('heading', { name: /受理的消息/ }).innerText();
  await page.keyboard.press('Home');
  while ((await counted()).endsWith(' 0')) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/messages\?from=/);
  await page.getByRole('link', { name: /购买成功通知/ }).waitFor();
  assert.equal(await page.locator('a.line').count(), 1, 'the list has messages of other times');
  await page.getByRole('button', { name: / – / }).click();
  await page.getByRole('link', { name: /订单支付成功通知/ }).waitFor();

  await page.goto(`${base}/overview`);
  const box = await page.getByRole('slider', { name: /被拒绝的调用/ }).boundingBox();
  const refused = page.getByRole('heading', { name: /被拒绝的调用/ });
  let x = box.x + box.width - 20;
  do await page.mouse.move((x -= 4), box.y + box.height / 2);
  while (x > box.x + 60 && (await refused.innerText()).endsWith(' 0'));
  await page.mouse.click(x, box.y + box.height / 2);
  await page.waitForURL(/\/calls\?.*refused=true&from=/);
  await page.getByRole('link', { name: /41028/ }).waitFor();
});
