// Windows over the page and what is opened beside a list: where the focus goes,
// and what closes them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { narrow, open, sees, visit } from './kit/browser.js';
import { mini, mintForm, folder, start } from './kit/muban.js';

const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim());

test('a window gives the focus back; a drag out of it does not close it', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/grants?app=${mini.app}`);
  const opener = page.getByRole('button', { name: '产生凭证' });
  await opener.click();
  const dialog = page.getByRole('dialog');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await focused(page), '产生凭证');

  await opener.click();
  const field = dialog.getByLabel(/自定 id/);
  await field.fill('typed');
  const { x, y } = await field.boundingBox();
  await page.mouse.move(x + 20, y + 10);
  await page.mouse.down();
  await page.mouse.move(20, y + 10);
  await page.mouse.up();
  assert.equal(await field.inputValue(), 'typed', 'the window was closed');
  await page.mouse.click(20, 400);
  await dialog.waitFor({ state: 'detached' });
});

test('on a narrow screen the focus follows what is opened, and comes back', async (t) => {
  const { base } = await start(t);
  const grant = await mintForm(base);
  const page = await visit(t, await open(t), base, `/grants?app=${mini.app}`, { size: narrow });
  const row = page.getByRole('link', { name: new RegExp(grant) });
  await row.focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.matches('section.panel'));
  await page.getByRole('link', { name: '返回列表' }).focus();
  await page.keyboard.press('Enter');
  await row.waitFor();
  await page.waitForFunction((id) => document.activeElement.textContent.includes(id), grant);
});

test('a token of other letters is a wrong one', async (t) => {
  const token = 'a-token-of-at-least-thirty-two-characters';
  const { base } = await start(t, ['serve', '--data', folder(t)], { MUBAN_ADMIN_TOKEN: token });
  const page = await visit(t, await open(t), base, '/messages');
  const field = page.getByLabel('管理员令牌');
  for (const given of ['令牌', token]) {
    await field.fill(given);
    await page.getByRole('button', { name: '进入' }).click();
    if (given !== token) await sees(page, '服务器不接受这个令牌。');
  }
  await page.getByRole('heading', { name: '消息', exact: true }).waitFor();
});

test('what is wrong with an input is said once', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/messages');
  await page.getByTitle('沙箱时间').click();
  await page.getByLabel('自定时长').fill('7w');
  await page.keyboard.press('Enter');
  const said = await page.getByRole('dialog').getByRole('alert').textContent();
  assert.equal(said.split('it must be').length, 2, said);
});
