// What is copied, also where the browser gives a page no clipboard, as over
// plain http from another machine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, visit } from './kit/browser.js';
import { mini, start } from './kit/muban.js';

const takeClipboard = (page) => page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }));
const giveClipboard = (page) => page.evaluate(() => delete navigator.clipboard);

/** A dialog with a grant that was just made, and the grant. */
async function dialogWithGrant(page) {
  await page.getByRole('button', { name: '产生凭证' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '产生凭证' }).click();
  return { dialog, grant: await dialog.locator('code').textContent() };
}

test('a text in a dialog, without a clipboard', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/grants?app=${mini.app}`);
  const { dialog, grant } = await dialogWithGrant(page);
  await takeClipboard(page);
  const copy = dialog.locator('li button');
  await copy.click();
  await dialog.getByRole('button', { name: '已复制' }).waitFor();
  assert.ok(await copy.evaluate((button) => button === document.activeElement), 'the button lost the keyboard’s focus');
  await giveClipboard(page);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), grant);
});

test('a browser that refuses to copy', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, `/grants?app=${mini.app}`);
  const { dialog } = await dialogWithGrant(page);
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
    document.execCommand = () => false;
  });
  await dialog.locator('li button').click();
  await dialog.getByText('未能复制').waitFor();
});
