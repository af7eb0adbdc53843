// The phone's list of users: long ones, a server that is away, other windows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, sees, visit } from './kit/browser.js';
import { api, mini, official, start } from './kit/muban.js';

async function addUsers(base, count) {
  for (let i = 0; i < count; i++) await api(base, 'POST', `/api/v1/apps/${mini.app}/users`, { open_id: `oUser${i}`, name: `用户 ${i}` });
}

const users = (page) => page.getByRole('list', { name: '用户' });

/** The id of the chosen user, once it is in sight of the list. */
async function chosen(page) {
  await page.waitForFunction(() => {
    const button = document.querySelector('.picker [aria-pressed=true]');
    const list = button?.closest('ul').getBoundingClientRect();
    const { top, bottom } = button?.getBoundingClientRect() ?? {};
    return list && top >= list.top - 1 && bottom <= list.bottom + 1;
  });
  return users(page).locator('[aria-pressed=true] .mono').textContent();
}

test('a long list keeps its order and its search, and shows who is chosen', async (t) => {
  const { base } = await start(t);
  await addUsers(base, 60);
  const page = await visit(t, await open(t), base, `/phone/${mini.app}`);
  assert.equal(await chosen(page), 'oUser59');
  await page.getByRole('button', { name: '更多' }).click();
  await users(page).getByText('小明').waitFor();
  assert.match(await users(page).locator('li').first().textContent(), /oUser59/);
  assert.equal(await chosen(page), 'oUser59');

  await page.getByLabel('用户 id').fill('oUser3');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/oUser3');
  assert.equal(await chosen(page), 'oUser3');

  await page.getByRole('button', { name: '新建用户' }).click();
  await page.waitForURL((url) => !url.pathname.endsWith('/oUser3'));
  assert.ok(page.url().endsWith(`/${await chosen(page)}`));
});

test('a new user of a short list is in sight at its end', async (t) => {
  const { base } = await start(t);
  await addUsers(base, 20);
  const page = await visit(t, await open(t), base, `/phone/${mini.app}`);
  assert.equal(await chosen(page), mini.user);
  await page.getByRole('button', { name: '新建用户' }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(mini.user));
  const id = await chosen(page);
  assert.match(await users(page).locator('li').last().textContent(), new RegExp(id));
});

test('a server that was away', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/overview');
  await page.route('**/api/v1/**', (route) => route.abort());
  await page.goto(`${base}/phone/${mini.app}/${mini.user}`);
  await page.locator('.picker').getByRole('alert').waitFor();
  assert.equal(await page.getByText('这个应用还没有用户。').count(), 0);
  await page.getByRole('button', { name: '新建用户' }).click();
  await sees(page.locator('.picker'), '服务器没有应答');

  await page.unroute('**/api/v1/**');
  await page.locator('.device').waitFor();
  assert.equal(await chosen(page), mini.user);
});

test('a setting that was changed elsewhere is seen when the window is looked at', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/phone/${official.app}/${official.user}`);
  const box = page.getByLabel('拒收此应用的消息');
  assert.ok(!(await box.isChecked()));
  await api(base, 'PATCH', `/api/v1/apps/${official.app}/users/${official.user}`, { blocked: true });
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await page.waitForFunction(() => [...document.querySelectorAll('.acts label')].find((one) => one.textContent.includes('拒收')).querySelector('input').checked);
});
