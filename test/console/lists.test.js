// Lists while news come and filters change: nothing is left out, nothing that
// does not fit is shown, and what is read stays where it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, sees, visit } from './kit/browser.js';
import { api, baidu, mini, mintForm, sendBaidu, sendMini, start } from './kit/muban.js';

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
