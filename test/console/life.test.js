// A message's life as its page tells it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, visit } from './kit/browser.js';
import { api, sendOfficial, start } from './kit/muban.js';

test('a callback that was sent again within the same moment', async (t) => {
  const { base } = await start(t);
  await api(base, 'PUT', '/api/v1/clock', { mode: 'frozen' });
  await sendOfficial(base);
  const page = await visit(t, await open(t), base, '/callbacks');
  await page.getByRole('link', { name: /1 次尝试/ }).first().waitFor();
  const [callback] = (await api(base, 'GET', '/api/v1/callbacks')).items;
  await api(base, 'POST', `/api/v1/callbacks/${callback.id}/resend`);
  await page.getByRole('link', { name: /2 次尝试/ }).waitFor();
  await page.goto(`${base}/messages/${callback.message_id}`);
  await page.getByRole('link', { name: '2 次尝试' }).waitFor();
  assert.equal(await page.getByText(/没有事件推送/).count(), 0);
});
