// Starts the program under test and speaks to it as its users' programs do.
import { spawn } from 'node:child_process';
import { createCipheriv, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const binary = process.env.MUBAN_BIN ?? 'muban';

/** A new folder that is deleted when the test ends. */
export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), 'muban-console-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Runs a command of the program to its end. */
export async function run(...args) {
  const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = [];
  child.stderr.on('data', (part) => said.push(part));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`muban ${args.join(' ')} ended with ${code}: ${Buffer.concat(said)}`);
}

/** Starts `muban dev` or `muban serve` on a free port; it stops when the test ends. */
export async function start(t, args = ['dev'], env = {}) {
  const child = spawn(binary, [...args, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const logs = [];
  child.stderr.on('data', (part) => logs.push(part));
  const ended = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    child.kill('SIGCONT'); // a test may have failed while it was held
    await ended;
  };
  // Stops the process without ending a connection; the answer lets it go on.
  const hold = () => {
    child.kill('SIGSTOP');
    return () => child.kill('SIGCONT');
  };
  t.after(stop);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('listening on ')) {
      child.stdout.resume();
      return { base: line.slice('listening on '.length), stop, hold };
    }
  }
  throw new Error(`muban ${args.join(' ')} ended before it was ready: ${Buffer.concat(logs)}`);
}

/** Calls the native API and answers the body; anything but a success throws. */
export async function api(base, method, path, body) {
  const answer = await fetch(base + path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** The demo's mini program and official account, the same at every start. */
export const mini = {
  app: 'wx6d7562616e000001',
  secret: '6d7562616e2064656d6f206b65790001',
  user: 'oMuban0demo0xiaoming00000001',
  template: 'MubanDemo_purchase_success_template_0000001',
};
export const official = {
  app: 'wx6d7562616e000002',
  secret: '6d7562616e2064656d6f206b65790002',
  user: 'oMuban0demo0xiaoming00000011',
  template: 'MubanDemo_order_paid_template_0000000000002',
};

export const baidu = {
  app: 'MubanDemoBaiduAppKey000000000003',
  secret: 'MubanDemoBaiduSecret000000000003',
  user: 'mubanDemoOpenXiaoming001',
  guest: 'SLmubanDemoSwanId00000000000000000000000000000000000000000000000000000000000000000000000002',
  template: '6d7562616e64656d6f00000000000000000000003Dem',
};

export const alipay = {
  app: '2021000000000004',
  user: '2088000000000001',
  template: '6d7562616e0000000000000000000004',
};

async function platform(base, path, body) {
  const answer = await fetch(base + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  return answer.json();
}

async function token(base, { app, secret }) {
  const { access_token } = await platform(base, '/cgi-bin/stable_token', { grant_type: 'client_credential', appid: app, secret });
  return access_token;
}

/** Sends from the demo mini program with a grant; answers what the platform did. */
export async function sendMini(base, grant, members = {}) {
  const data = { keyword1: { value: 'TIT造舰厂' }, keyword2: { value: '2016年6月6日' }, keyword3: { value: '咖啡' } };
  const body = { touser: mini.user, template_id: mini.template, page: 'pages/index/index', form_id: grant, data, ...members };
  return platform(base, `/cgi-bin/message/wxopen/template/send?access_token=${await token(base, mini)}`, body);
}

/** Sends from the demo official account. */
export async function sendOfficial(base, members = {}) {
  const data = { first: { value: '您的订单已支付' }, keyword1: { value: '2016060612345', color: '#173177' }, keyword2: { value: '128.00元' }, remark: { value: '感谢您的光临' } };
  const body = { touser: official.user, template_id: official.template, data, ...members };
  return platform(base, `/cgi-bin/message/template/send?access_token=${await token(base, official)}`, body);
}

/** A grant of the demo mini program's user, as a submitted form makes it. */
export async function mintForm(base) {
  const { grants } = await api(base, 'POST', `/api/v1/apps/${mini.app}/grants`, { user: mini.user, kind: 'form' });
  return grants[0].id;
}

/** Sends from the demo smart program to its logged-in user, with a fresh grant of a kind. */
export async function sendBaidu(base, kind, title) {
  const { grants } = await api(base, 'POST', `/api/v1/apps/${baidu.app}/grants`, { user: baidu.user, kind });
  const given = { grant_type: 'client_credentials', client_id: baidu.app, client_secret: baidu.secret, scope: 'smartapp_snsapi_base' };
  const { access_token } = await (await fetch(`${base}/oauth/2.0/token?${new URLSearchParams(given)}`)).json();
  const body = new URLSearchParams({
    touser_openId: baidu.user,
    template_id: baidu.template,
    data: JSON.stringify({ keyword1: { value: title } }),
    scene_id: grants[0].id,
    scene_type: { form: '1', payment: '2', order: '3' }[kind],
  });
  return (await fetch(`${base}/rest/2.0/smartapp/template/send?access_token=${access_token}`, { method: 'POST', body })).json();
}

/**
 * Sends from the demo app on Alipay with its content encrypted, so that the
 * answer is too; answers the id of the call. The app gets new keys for it.
 */
export async function sendEncrypted(base, title) {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = randomBytes(16);
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  await api(base, 'PATCH', `/api/v1/apps/${alipay.app}`, { app_public_key: publicKey, content_key: key.toString('base64') });
  const { grants } = await api(base, 'POST', `/api/v1/apps/${alipay.app}/grants`, { user: alipay.user, kind: 'form' });
  const data = { keyword1: { value: title }, keyword2: { value: '168.00元' }, keyword3: { value: '2018031214260017' } };
  const content = { to_user_id: alipay.user, form_id: grants[0].id, user_template_id: alipay.template, page: 'pages/index/index', data: JSON.stringify(data) };
  const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(16));
  const given = {
    app_id: alipay.app,
    method: 'alipay.open.app.mini.templatemessage.send',
    charset: 'utf-8',
    timestamp: '2026-01-01 00:00:00',
    version: '1.0',
    encrypt_type: 'AES',
    biz_content: cipher.update(JSON.stringify(content), 'utf8', 'base64') + cipher.final('base64'),
    sign_type: 'RSA2',
  };
  const text = Object.keys(given).sort().map((name) => `${name}=${given[name]}`).join('&');
  const body = new URLSearchParams({ ...given, sign: sign('sha256', text, keys.privateKey).toString('base64') });
  const answer = await fetch(`${base}/gateway.do`, { method: 'POST', body });
  return answer.headers.get('Muban-Call');
}
