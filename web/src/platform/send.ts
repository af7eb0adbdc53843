// Sends as an app's own server would: through the platform's call, with the
// app's secret. That needs `muban dev`, which shows secrets; Alipay's requests
// are signed with a key that only the app has.
import { ask, get, type Schema } from '../api/client';
import type { Text } from '../i18n/language.svelte';
import type { App } from '../state/apps.svelte';

type Grant = Schema<'Grant'>;

/** What is sent, in the words that the platforms share. */
export interface Outgoing {
  user: string;
  /** Baidu: the user is a guest, named by a swan_id. */
  guest: boolean;
  templateID: string;
  values: Record<string, string>;
  page: string;
  url: string;
  emphasis: string;
  grant: Grant | null;
}

/** What the platform answered. */
export interface Answer {
  ok: boolean;
  body: string;
  /** Why it was refused, in words; null where it was not. */
  reason: Text | null;
  /** The call, as the inspector names it. */
  callID: string;
}

/** Whether the console can send from this app. */
export function canSend(app: App): boolean {
  return app.secret !== undefined && app.platform !== 'alipay';
}

interface PlatformCall {
  path: string;
  body: string;
  type: string;
}

/** The platform's send call, without its access token. */
export function sendCall(app: App, out: Outgoing): PlatformCall {
  const data = Object.fromEntries(Object.entries(out.values).map(([key, value]) => [key, { value }]));
  if (app.platform === 'baidu') return baiduSend(out, data);
  const given = (members: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(members).filter(([, value]) => value !== '' && value !== undefined));
  const body =
    app.platform === 'wechat-oa'
      ? given({ touser: out.user, template_id: out.templateID, url: out.url, data })
      : given({ touser: out.user, template_id: out.templateID, page: out.page, form_id: out.grant?.id, data, emphasis_keyword: out.emphasis });
  return {
    path: app.platform === 'wechat-oa' ? '/cgi-bin/message/template/send' : '/cgi-bin/message/wxopen/template/send',
    body: JSON.stringify(body),
    type: 'application/json',
  };
}

// A logged-in user's scene ends in 1 and goes with the open_id, a guest's in 0
// and goes with the swan_id (seed 001). Orders carry no digit: the id they were
// minted for decides.
function baiduSend(out: Outgoing, data: unknown): PlatformCall {
  const form = new URLSearchParams({
    [out.guest ? 'touser' : 'touser_openId']: out.user,
    template_id: out.templateID,
    data: JSON.stringify(data),
    scene_id: out.grant?.id ?? '',
    scene_type: { form: '1', payment: '2', order: '3' }[out.grant?.kind ?? 'form'],
  });
  if (out.page !== '') form.set('page', out.page);
  return { path: '/rest/2.0/smartapp/template/send', body: String(form), type: 'application/x-www-form-urlencoded' };
}

/** Gets an access token and sends. */
export async function send(app: App, out: Outgoing): Promise<Answer> {
  const token = await accessToken(app);
  if (typeof token !== 'string') return token;
  const { path, body, type } = sendCall(app, out);
  return answerOf(await ask(`${path}?access_token=${encodeURIComponent(token)}`, { method: 'POST', headers: { 'Content-Type': type }, body }));
}

async function accessToken(app: App): Promise<string | Answer> {
  const secret = app.secret ?? '';
  const answer =
    app.platform === 'baidu'
      ? await ask(`/oauth/2.0/token?${new URLSearchParams({ grant_type: 'client_credentials', client_id: app.app_id, client_secret: secret, scope: 'smartapp_snsapi_base' })}`)
      : await ask('/cgi-bin/stable_token', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ grant_type: 'client_credential', appid: app.app_id, secret }),
        });
  const text = await answer.clone().text();
  const token = (JSON.parse(text) as { access_token?: string }).access_token;
  return token ?? answerOf(answer);
}

async function answerOf(answer: Response): Promise<Answer> {
  const body = await answer.text();
  const code = JSON.parse(body) as { errcode?: number; errno?: number; error_code?: number };
  const callID = answer.headers.get('Muban-Call') ?? '';
  return {
    ok: (code.errcode ?? code.errno ?? code.error_code ?? 0) === 0,
    body,
    reason: await reasonOf(answer.headers.get('Muban-Refusal'), callID),
    callID,
  };
}

// The header that the sandbox sends along is in English only.
async function reasonOf(refusal: string | null, callID: string): Promise<Text | null> {
  if (!refusal) return null;
  const { detail } = JSON.parse(refusal) as { detail: string };
  const call = await get('/api/v1/calls/{id}', { path: { id: callID } }).catch(() => null);
  return { zh: call?.explanation?.detail_zh ?? detail, en: detail };
}

/** The same send as a command for a shell; the token is left to the reader. */
export function asCurl(app: App, out: Outgoing, base: string): string {
  const { path, body, type } = sendCall(app, out);
  return `curl '${base}${path}?access_token=ACCESS_TOKEN' -H 'Content-Type: ${type}' -d '${body.replaceAll("'", `'\\''`)}'`;
}
