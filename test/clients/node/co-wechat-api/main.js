// Takes co-wechat-api, unmodified, through the whole life of a mini program's
// template message against the Muban at MUBAN_URL, and then through an official
// account's. The library has no calls for mini-program templates, so the native
// API makes and deletes them.
import { library, newClient, outcome } from './client.js';
import { Native } from './native.js';
import { officialAccount } from './official.js';
import { Steps } from './steps.js';

const title = '购买成功通知';
const data = {
  keyword1: { value: '美式 <大杯> & 糖', color: '#173177' },
  keyword2: { value: 'TIT造舰厂\n"二楼"' },
  keyword3: { value: '2019年4月2日' },
};

const wrongSecret = '40125 invalid appsecret';
const unknownTemplate = '40037 invalid template_id';
const unknownForm = '41028 invalid form id';
const spentForm = '41029 form id used count reach limit';

const base = (process.env.MUBAN_URL ?? '').replace(/\/$/, '');
if (!base) {
  console.error('MUBAN_URL must name a running Muban, such as http://127.0.0.1:8080');
  process.exit(1);
}
setTimeout(() => {
  console.log('not ok finish: got no end after 2 minutes, expected one');
  process.exit(1);
}, 120_000).unref();

const steps = new Steps();
process.on('uncaughtException', (error) => {
  steps.equal('no step throws', error.message, '');
  steps.end();
});
const native = new Native(base);

const app = await steps.needs('make an app', () => native.createApp('wechat-mini', library));
const user = await steps.needs('make a user', () => native.createUser(app.app_id, '小明'));
const template = await steps.needs('make a template', () =>
  native.createTemplate(app.app_id, { library_id: 'AT0002', keyword_ids: [5, 3, 4] }));

const form = () => native.mint(app.app_id, user.open_id, 'form');

const api = newClient(base, app);

const send = (templateId, formId, { page = 'index?foo=bar', color = '#FF0000', emphasis = 'keyword1.DATA' } = {}) =>
  outcome(api.sendMiniProgramTemplate(user.open_id, templateId, page, formId, data, color, emphasis));

// Tokens.
steps.equal('token with a wrong secret is refused',
  await outcome(newClient(base, app, 'not-the-secret').ensureAccessToken()), wrongSecret);
const firstToken = await steps.needs('token', () => api.ensureAccessToken());
steps.equal('token is text', typeof firstToken.accessToken, 'string');
steps.equal('token lives two hours', Math.round((firstToken.expireTime - Date.now()) / 60_000), 120);
steps.equal('token is kept', (await api.ensureAccessToken()).accessToken, firstToken.accessToken);

// A send, and what the user finds.
const firstForm = await form();
steps.equal('send', await send(template.template_id, firstForm), 'ok');
const message = await steps.needs('the message is delivered', () => native.delivered(app.app_id, firstForm));
steps.equal('the message has its user', message.user, user.open_id);
steps.equal('the message has its template', message.template_id, template.template_id);
steps.equal('the message has its title', message.title, title);
steps.equal('the message has its page', message.page, 'index?foo=bar');
steps.equal('the message has its emphasis', message.emphasis_keyword, 'keyword1.DATA');
for (const key of Object.keys(data)) {
  steps.equal(`the message has its ${key}`, message.data[key]?.value, data[key].value);
  steps.equal(`the message shows its ${key}`, message.rendered.includes(data[key].value), true);
}
const inbox = await steps.needs("read the user's inbox", () => native.inbox(app.app_id, user.open_id));
steps.equal('the inbox holds this message only', inbox.items.map((item) => item.id), [message.id]);
steps.equal('the inbox counts it as unread', inbox.unread, 1);
steps.equal('send with the same form again', await send(template.template_id, firstForm), spentForm);

// Refusals, and that they spend nothing.
const secondForm = await form();
steps.equal('send with a bad template', await send('no-such-template', secondForm), unknownTemplate);
steps.equal('send with an unknown form', await send(template.template_id, 'the formId is a mock one'), unknownForm);
steps.equal('send with nothing optional', await send(template.template_id, secondForm,
  { page: '', color: null, emphasis: '' }), 'ok');

// A revoked token: the library fetches a new one on 40001 and tries again.
const thirdForm = await form();
await steps.needs("revoke the app's tokens", () => native.revokeTokens(app.app_id));
steps.equal('send with a dead token recovers by itself', await send(template.template_id, thirdForm), 'ok');
const freshToken = await api.ensureAccessToken();
steps.equal('the token was replaced', freshToken.accessToken !== firstToken.accessToken, true);
await steps.needs('the message sent after recovery is delivered', () => native.delivered(app.app_id, thirdForm));
steps.equal('send after recovery with the same form', await send(template.template_id, thirdForm), spentForm);

// A deleted template.
await steps.needs('delete the template', () => native.deleteTemplate(app.app_id, template.template_id));
steps.equal('send with the deleted template', await send(template.template_id, await form()), unknownTemplate);

await officialAccount(base, native, steps);

steps.end();
