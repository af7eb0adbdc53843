// Has wechat, unmodified, receive the events of template messages that
// co-wechat-api sends through the Muban at MUBAN_URL: the URL's verification,
// and the three endings in each mode.
import API from 'co-wechat-api';
import { Native } from './native.js';
import { Receiver } from './receiver.js';
import { Steps } from './steps.js';

const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

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

const app = await steps.needs('make an account', () => native.createApp('wechat-oa', 'wechat 2.1.0'));
const user = await steps.needs('make a follower', () => native.createUser(app.app_id, '小明'));
const template = await steps.needs('make a template', () => native.createTemplate(app.app_id, { library_id: 'TM00015' }));
const api = new API(app.app_id, app.secret);
api.prefix = `${base}/cgi-bin/`;

const plain = { token: 'wechat-token' };
const encrypted = { token: 'wechat-token', appid: app.app_id, encodingAESKey: aesKey };
const receiver = new Receiver({ token: 'another token' });
await steps.needs("start the account's server", () => receiver.listen());

const setCallback = (mode) =>
  native.setCallback(app.app_id, { url: receiver.url, token: 'wechat-token', aes_key: aesKey, mode });

// The handshake.
const distrusted = await steps.needs('set a callback whose server has another token', () => setCallback('plain'));
steps.equal('its URL is not verified', distrusted.verified, false);
steps.equal('and it is said why', distrusted.verify_error.includes('401'), true);
receiver.use(plain);
const verified = await steps.needs('verify it again, with the right token', () => native.verifyCallback(app.app_id));
steps.equal('now it is verified', verified.ok, true);

const send = () => api.sendTemplate(user.open_id, template.template_id, 'https://example.com/', '#FF0000', { first: { value: '您好' } });

// An event that co-wechat-api's message led to, as wechat reads it.
async function ending(step, encryption, change, status) {
  await steps.needs(`${step}: change the follower`, () => native.changeUser(app.app_id, user.open_id, change));
  const sent = await steps.needs(`${step}: send`, send);
  const event = await steps.needs(`${step}: the event is verified and read`, () => receiver.next());
  steps.equal(`${step}: it is encrypted as the mode says`, event.encryption, encryption);
  const { CreateTime: created, ...message } = event.message;
  steps.equal(`${step}: it says what it should`, message, {
    ToUserName: app.original_id,
    FromUserName: user.open_id,
    MsgType: 'event',
    Event: 'TEMPLATESENDJOBFINISH',
    MsgID: String(sent.msgid),
    Status: status,
  });
  steps.equal(`${step}: it has a time in seconds`, /^\d{10}$/.test(created), true);
  const callback = await steps.needs(`${step}: the callback is found`, () => native.callback(app.app_id, String(sent.msgid)));
  steps.equal(`${step}: the library's answer was understood`, callback.state, 'delivered');
}

for (const [mode, config, encryption] of [['plain', plain, ''], ['compat', encrypted, 'aes'], ['safe', encrypted, 'aes']]) {
  receiver.use(config);
  const set = await steps.needs(`${mode}: set the callback`, () => setCallback(mode));
  steps.equal(`${mode}: its URL is verified`, set.verified, true);
  await ending(`${mode}, a user who blocks`, encryption, { blocked: true }, 'failed:user block');
  await ending(`${mode}, a delivery that fails`, encryption, { blocked: false, delivery: 'fail' }, 'failed: system failed');
  await ending(`${mode}, a success`, encryption, { delivery: 'ok' }, 'success');
}

// In safe mode a server may answer with a message, which the library encrypts
// and stamps in milliseconds.
receiver.answer = '谢谢';
await ending('safe, with a reply', 'aes', {}, 'success');

steps.end();
