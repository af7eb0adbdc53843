// Templates filled in and sent from the console: the values that it begins
// with, and to whom it sends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, sees, visit } from './kit/browser.js';
import { api, official, start } from './kit/muban.js';

/** A template's content, its example, and what is read out of the two. */
const examples = [
  { content: '金额：{{amount.DATA}} 元', example: '金额：5 元', values: ['5'] },
  { content: '有效期至{{until.DATA}}，共{{days.DATA}}天', example: '有效期至2019年5月1日，共30天', values: ['2019年5月1日', '30'] },
  { content: '{{amount.DATA}} {{currency.DATA}}', example: '5 元', values: ['5', '元'] },
  { content: '物品名称{{keyword1.DATA}}\n备注：{{keyword2.DATA}}', example: '物品名称:咖啡\n备注: 无', values: ['咖啡', '无'] },
  { content: '{{first.DATA}}\n单号 {{code.DATA}}', example: '您好', values: ['您好', ''] },
  { content: '价格(元){{price.DATA}}', example: '别的话', values: [''] },
];

test('a send begins with the values of the template’s example', async (t) => {
  const { base } = await start(t);
  for (const [i, { content, example }] of examples.entries()) {
    await api(base, 'POST', `/api/v1/apps/${official.app}/templates`, { title: `例 ${i}`, content, example });
  }
  const page = await visit(t, await open(t), base, `/phone/${official.app}/${official.user}`);
  await page.getByRole('button', { name: '给此用户发送' }).click();
  const dialog = page.getByRole('dialog');
  for (const [i, { content, values }] of examples.entries()) {
    await dialog.getByRole('combobox', { name: '模板' }).selectOption(`例 ${i}`);
    const fields = await dialog.locator('form .stack').first().locator('input').all();
    const shown = await Promise.all(fields.slice(0, -1).map((field) => field.inputValue())); // the last is the url
    assert.deepEqual(shown, values, content);
  }
});

test('the card of a title reads as its example', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/library/wechat-oa/TM00008');
  await sees(page, '点击查看会员权益。');
  const lines = await page.locator('.card dl :is(dt:not(.hidden-text), dd:not(:empty))').allTextContents();
  assert.deepEqual(lines, ['您好，这是您的会员服务通知。', '您的会员有效期至2019年5月1日。', '点击查看会员权益。']);
});
