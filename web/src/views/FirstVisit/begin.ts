// The three steps that a first visit explains, done for the visitor.
import { get, post } from '../../api/client';
import { t } from '../../i18n/language.svelte';
import { examplesOf } from '../../platform/template';
import { send } from '../../platform/send';
import { apps, type App } from '../../state/apps.svelte';

/** Where the message can be seen. */
export interface Begun {
  appID: string;
  user: string;
}

/**
 * Mints a grant, as a submitted form does, spends it with a real send, and says
 * on whose phone the message is. What is missing for that is made first.
 */
export async function begin(): Promise<Begun> {
  const app = await aMiniProgram();
  const path = { app_id: app.app_id };
  const [user, template] = await Promise.all([aUser(app), aTemplate(app)]);
  const { grants } = await post('/api/v1/apps/{app_id}/grants', { path, body: { user, kind: 'form' } });
  const answer = await send(app, {
    user,
    guest: false,
    templateID: template.template_id,
    values: examplesOf(template),
    page: 'pages/index/index',
    url: '',
    emphasis: '',
    grant: grants[0]!,
  });
  if (!answer.ok) throw new Error(answer.reason ? t(answer.reason) : answer.body);
  return { appID: app.app_id, user };
}

async function aMiniProgram(): Promise<App> {
  const there = (await apps.load()).find((app) => app.platform === 'wechat-mini' && app.secret !== undefined && app.pages.length === 0);
  if (there) return there;
  const made = await post('/api/v1/apps', { body: { platform: 'wechat-mini', name: '第一个小程序' } });
  await apps.load();
  return made;
}

async function aUser(app: App): Promise<string> {
  const path = { app_id: app.app_id };
  const { items } = await get('/api/v1/apps/{app_id}/users', { path, query: { limit: 50 } });
  const willing = items.findLast((user) => !user.blocked && user.delivery === 'ok');
  return (willing ?? (await post('/api/v1/apps/{app_id}/users', { path, body: { name: '小明' } }))).open_id!;
}

async function aTemplate(app: App) {
  const path = { app_id: app.app_id };
  const { items } = await get('/api/v1/apps/{app_id}/templates', { path, query: { limit: 50 } });
  return items.at(-1) ?? post('/api/v1/apps/{app_id}/templates', { path, body: { library_id: 'AT0002', keyword_ids: [3, 4, 5] } });
}
