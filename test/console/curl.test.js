// The command that repeats a call: a shell makes of it the very request, with
// the secrets that its variables hold.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { open, visit } from './kit/browser.js';
import { api, mini, start } from './kit/muban.js';

/** What a shell hands to curl for the command of a call. */
async function given(page, base, id, variables) {
  await page.goto(`${base}/calls/${id}`);
  await page.getByRole('button', { name: /curl/ }).click();
  await page.getByRole('button', { name: '已复制' }).waitFor();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const shell = `curl() { for each in "$@"; do printf '%s\\0' "$each"; done; }\n${command}`;
  return execFileSync('sh', ['-c', shell], { env: { HOME: '/home/of/the/shell', ...variables } }).toString().split('\0');
}

async function call(base, path, body, type) {
  const answer = await fetch(base + path, { method: 'POST', headers: { 'Content-Type': type }, body });
  return answer.headers.get('Muban-Call');
}

test('a copied call is the call', async (t) => {
  const { base } = await start(t);
  const page = await visit(t, await open(t), base, '/calls');

  const asked = JSON.stringify({ grant_type: 'client_credential', appid: mini.app, secret: mini.secret });
  let id = await call(base, '/cgi-bin/stable_token', asked, 'application/json');
  assert.equal((await given(page, base, id, { SECRET: mini.secret })).at(-2), asked);

  const words = JSON.stringify({ touser: mini.user, data: { keyword1: { value: "$HOME$ 和 $USD$, it's `date`" } } });
  const { access_token: token } = await (await fetch(`${base}/cgi-bin/stable_token`, { method: 'POST', body: asked })).json();
  id = await call(base, `/cgi-bin/message/wxopen/template/send?access_token=${token}`, words, 'application/json');
  const parts = await given(page, base, id, { ACCESS_TOKEN: token });
  assert.equal(parts.at(-2), words);
  assert.ok(parts.includes(`${base}/cgi-bin/message/wxopen/template/send?access_token=${token}`), parts.join(' '));

  id = await call(base, '/cgi-bin/nothing?x={"a":[1]}', '', 'text/plain');
  assert.equal((await given(page, base, id, {}))[0], '-g');

  const form = `client_id=x&client_secret=${mini.secret}&refresh_token=another-token-of-somebody`;
  id = await call(base, '/oauth/2.0/token', form, 'application/x-www-form-urlencoded');
  const { request } = await api(base, 'GET', `/api/v1/calls/${id}`);
  assert.ok(!request.body.includes(mini.secret));
  assert.equal((await given(page, base, id, { CLIENT_SECRET: mini.secret, REFRESH_TOKEN: 'another-token-of-somebody' })).at(-2), form);
});
