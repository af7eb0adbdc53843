// Lists while news come and filters change: nothing is left out, nothing that
// does not fit is shown, and what is read stays where it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, sees, visit } from './kit/browser.js';
import { api, baidu, mini, mintForm, official, sendBaidu, sendMini, sendOfficial, start } from './kit/muban.js';

/** Makes many calls at once, as a load test does. */
const burst = (base, many) => Promise.all(Array.from({ length: many }, () => fetch(`${base}/cgi-bin/token?grant_type=client_credential`)));

test('no call of a burst is left out', async (t) => {
  const { base } = await start(t);
  await burst(base, 1);
  const page = await visit(t, await open(t), base, '/calls');
  await page.locator('a.line').first().waitFor();
  await burst(base, 200);
  await page.waitForFunction(() => document.querySelector('[role=group] ul').clientHeight === 201 * 58);
});

test('what does not fit a filter any more leaves the list, what fits it comes', async (t) => {
  const { base } = await start(t);
  const browser = await open(t);
  const page = await visit(t, browser, base, `/messages?app=${baidu.app}&user=${baidu.user}`);
  const { open_id: known, swan_id: guest } = await api(base, 'GET', `/api/v1/apps/${baidu.app}/users/${baidu.user}`);
  const looked = page.waitForResponse(/\/users\//); // for the user's other ids
  await page.goto(`${base}/messages?app=${baidu.app}&user=${guest}`);
  await looked;
  await sees(page, '没有符合的内容');
  assert.notEqual(known, guest);
  assert.equal((await sendBaidu(base, 'form', '用另一个 id')).errno, 0);
  await page.getByRole('link', { name: new RegExp(known) }).waitFor();

  const grant = await mintForm(base);
  await page.goto(`${base}/grants?app=${mini.app}&state=spendable`);
  const row = page.getByRole('link', { name: new RegExp(grant) });
  await row.waitFor();
  await sendMini(base, grant);
  await row.waitFor({ state: 'detached' });
});

test('a list stays where it is read, and begins at its top with other filters', async (t) => {
  const { base } = await start(t);
  await burst(base, 45);
  const page = await visit(t, await open(t), base, '/calls');
  const box = page.getByRole('group', { name: '调用', exact: true });
  await page.waitForFunction(() => document.querySelector('[role=group] ul')?.clientHeight === 45 * 58);
  await box.evaluate((box) => (box.scrollTop = 20 * 58 + 10));
  const read = () => box.evaluate((box) => {
    const top = box.getBoundingClientRect().top;
    return [...box.querySelectorAll('li')].find((li) => li.getBoundingClientRect().bottom > top)?.querySelector('a').pathname;
  });
  await page.waitForFunction(() => document.querySelector('li[data-index="20"]'));
  const before = await read();
  await burst(base, 3);
  await page.waitForFunction(() => document.querySelector('[role=group] ul').clientHeight === 48 * 58);
  assert.equal(await read(), before, 'the rows have moved under the reader');

  await page.getByLabel('结果').selectOption('true');
  await page.waitForFunction(() => document.querySelector('li[data-index="0"]'));
  assert.equal(await box.evaluate((box) => box.scrollTop), 0);
});

/** Scrolls a list to its end, until that many rows have been fetched; answers how many there are. */
async function toEnd(page, name, rows) {
  const box = page.getByRole('group', { name, exact: true });
  const height = () => box.locator('ul').evaluate((ul) => ul.clientHeight);
  for (let before = 0; before < rows * 58; before = await height()) {
    await box.evaluate((box) => (box.scrollTop = box.scrollHeight));
    await page.waitForFunction((before) => document.querySelector('[role=group] ul').clientHeight > before, before);
  }
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return (await height()) / 58;
}

const sendNamed = (base, name) => sendOfficial(base, { data: { first: { value: name }, keyword1: { value: '1' }, keyword2: { value: '1' }, remark: { value: '1' } } });

test('what was changed far down a list does not come to its top', async (t) => {
  const { base } = await start(t);
  await api(base, 'PUT', '/api/v1/clock', { mode: 'frozen' }); // times tell nothing of the order
  for (let i = 0; i < 120; i++) await sendNamed(base, `第 ${i} 条`);
  const browser = await open(t);

  const [oldest] = (await api(base, 'GET', '/api/v1/messages?limit=500')).items.slice(-1);
  const messages = await visit(t, browser, base, '/messages');
  const row = (page, index) => page.locator(`li[data-index="${index}"]`);
  await row(messages, 0).getByText('第 119 条').waitFor();
  await api(base, 'POST', `/api/v1/apps/${official.app}/users/${official.user}/inbox/${oldest.id}/read`);
  await sendNamed(base, '新的一条');
  await row(messages, 0).getByText('新的一条').waitFor();
  await row(messages, 1).getByText('第 119 条').waitFor({ timeout: 3000 });
  assert.equal(await toEnd(messages, '消息', 121), 121, 'a message stands twice');

  const made = async () => (await api(base, 'GET', '/api/v1/callbacks?limit=500')).items;
  while ((await made()).length < 121 || (await made()).some((one) => one.state === 'pending'));
  const callbacks = await visit(t, browser, base, '/callbacks');
  await row(callbacks, 0).waitFor();
  await api(base, 'POST', `/api/v1/callbacks/${(await made()).at(-1).id}/resend`);
  await sendNamed(base, '更新的一条');
  await callbacks.waitForFunction(() => document.querySelector('[role=group] ul').clientHeight > 100 * 58);
  await row(callbacks, 0).getByText('1 次尝试').waitFor(); // the one that was resent has two
  assert.equal(await toEnd(callbacks, '事件推送', 122), 122, 'a callback stands twice');
});

test('what comes while a list is on its way is in it', async (t) => {
  const { base } = await start(t);
  const block = (blocked) => api(base, 'PATCH', `/api/v1/apps/${official.app}/users/${official.user}`, { blocked });
  await block(true);
  await sendNamed(base, '被拒收的');
  await block(false);
  await sendNamed(base, '先到的');
  const page = await visit(t, await open(t), base, '/messages');
  await sees(page, '被拒收的');
  let arrive;
  const arrived = new Promise((done) => (arrive = done));
  await page.route('**/api/v1/messages?*state=delivered*', async (route) => {
    const response = await route.fetch();
    await sendNamed(base, '路上来的');
    await arrived;
    await route.fulfill({ response });
  });
  await page.getByLabel('状态').selectOption('delivered');
  await sees(page, '路上来的');
  arrive();
  await page.getByText('被拒收的').waitFor({ state: 'detached' });
  assert.equal(await page.getByText('路上来的').count(), 1, 'it is gone with the list that was shown before');
});

test('what comes while a list is on its way is in it also where a tall window has its next part fetched at once', async (t) => {
  const { base } = await start(t);
  for (let i = 0; i < 120; i++) await sendNamed(base, `第 ${i} 条`);
  const page = await visit(t, await open(t), base, '/about:blank', { size: { width: 1360, height: 120 * 58 } });
  let arrive;
  const arrived = new Promise((done) => (arrive = done));
  let begun = 0;
  await page.route(/messages\?(?!.*cursor=)/, async (route) => {
    const response = await route.fetch();
    // The second time the stream has begun, for which the list is read anew.
    if (++begun === 2) {
      await sendNamed(base, '路上来的');
      await arrived;
    }
    await route.fulfill({ response });
  });
  await page.goto(`${base}/messages`);
  await sees(page, '路上来的');
  const more = page.waitForResponse(/messages\?.*cursor=/);
  arrive();
  await more;
  await page.waitForFunction(() => document.querySelector('[role=group] ul').clientHeight === 121 * 58);
});

test('a list whose top is read does not grow without end', async (t) => {
  const { base } = await start(t);
  await sendNamed(base, '真的一条');
  const [message] = (await api(base, 'GET', '/api/v1/messages')).items;
  const many = Array.from({ length: 2100 }, (_, i) => JSON.stringify({ ...message, id: String(BigInt(message.id) + BigInt(i + 1)), title: '许多' }));
  const page = await visit(t, await open(t), base, '/about:blank');
  const body = many.map((data) => `event: message\ndata: ${data}\n\n`).join('');
  // The first connection of a page has the list read anew, the second does not.
  const bodies = ['id: 1-1\n\n', body];
  await page.route('**/api/v1/stream', (route) => (bodies.length > 0 ? route.fulfill({ contentType: 'text/event-stream', body: bodies.shift() }) : route.abort()));
  await page.goto(`${base}/messages`);
  await page.locator('.offline').waitFor(); // all have come
  await page.waitForFunction(() => document.querySelector('[role=group] ul')?.clientHeight === 58);
  await sees(page, '真的一条');
});

test('the list of messages names a template that is older than those it offers', async (t) => {
  const { base } = await start(t);
  await sendOfficial(base);
  await api(base, 'DELETE', `/api/v1/apps/${official.app}/templates/${official.template}`);
  const page = await visit(t, await open(t), base, `/messages?app=${official.app}&template=${official.template}`);
  await page.locator('a.line').waitFor();
  assert.equal(await page.getByLabel('模板').inputValue(), official.template);
});
