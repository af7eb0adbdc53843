// Takes wechat-api, unmodified, through the whole life of an official account's
// template message against the Muban at MUBAN_URL. It is co-wechat-api's elder
// brother, with callbacks, and still in many servers.
import { promisify } from 'node:util';
import API from 'wechat-api';
import { Native } from './native.js';
import { Steps } from './steps.js';

const library = 'wechat-api 1.35.1';
const number = 'TM00015';
const content = '{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}';
const data = {
  first: { value: '您好 <小明> & 家人', color: '#173177' },
  orderMoneySum: { value: '30.00元' },
  orderProductName: { value: '美式\n"大杯"' },
};
const url = 'https://example.com/order?id=1';

const wrongSecret = '40125 invalid appsecret';
const deadToken = '40001 invalid credential, access_token is invalid or not latest';
const unknownOpenID = '40003 invalid openid';
const unknownTemplate = '40037 invalid template_id';
const unknownMini = '40166 invalid weapp appid';
const badIndustry = '40102 invalid industry id';
const tooOften = '43100 change template too frequently';
const notFollowing = '43004 require subscribe';

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

const app = await steps.needs('make an account', () => native.createApp('wechat-oa', library));
const mini = await steps.needs('make a mini program', () => native.createApp('wechat-mini', library));
const user = await steps.needs('make a follower', () => native.createUser(app.app_id, '小明'));

function newClient(secret = app.secret) {
  const api = new API(app.app_id, secret);
  api.endpoint = base;
  api.setOpts({ timeout: 10_000 });
  // A promise for each call, which otherwise wants a callback.
  return new Proxy(api, { get: (target, name) => promisify(target[name]).bind(target) });
}

// "ok", or the code and the text of the refusal without the request's id.
async function outcome(answer) {
  try {
    await answer;
    return 'ok';
  } catch (error) {
    return `${error.code} ${error.message}`.split(' rid: ')[0];
  }
}

// Tokens.
const api = newClient();
steps.equal('token with a wrong secret is refused', await outcome(newClient('not-the-secret').getAccessToken()), wrongSecret);
const token = await steps.needs('token', () => api.getLatestToken());
steps.equal('the token is kept', (await api.getLatestToken()).accessToken, token.accessToken);

// Industries and templates.
const setIndustry = (one, two) => outcome(api.setIndustry({ industry_id1: one, industry_id2: two }));
steps.equal('an industry that does not exist is refused', await setIndustry('1', '99'), badIndustry);
steps.equal('set the industries', await setIndustry('1', '4'), 'ok');
steps.equal('set them again in a month', await setIndustry('1', '4'), tooOften);
steps.equal('get the industries', await api.getIndustry(), {
  primary_industry: { first_class: 'IT科技', second_class: '互联网|电子商务' },
  secondary_industry: { first_class: 'IT科技', second_class: '电子技术' },
});
steps.equal('add a template that does not exist', await outcome(api.addTemplate('TM99999')), unknownTemplate);
const { template_id: templateId } = await steps.needs('add a template', () => api.addTemplate(number));
const { template_list: own } = await steps.needs('list the templates', () => api.getAllPrivateTemplate());
steps.equal('the list has the one template', own.map((t) => [t.template_id, t.title, t.content]), [[templateId, '订单支付成功', content]]);

// A send, and what the follower finds. The library reads the msgid as a double,
// which cannot hold it: the message is found in the inbox.
const send = (openId = user.open_id, template = templateId, dest = url) => api.sendTemplate(openId, template, dest, data);
const sent = await steps.needs('send', () => send());
steps.equal('the msgid is too long for this library', Number.isSafeInteger(sent.msgid), false);
const { items: [message] } = await steps.needs("read the follower's inbox", () => native.inbox(app.app_id, user.open_id));
steps.equal('the message has that id, as a double', Number(message.id), sent.msgid);
steps.equal('the message is delivered', message.state, 'delivered');
steps.equal('the message has its template', message.template_id, templateId);
steps.equal('the message has its url', message.url, url);
steps.equal('the message has its data', message.data, data);
steps.equal('the message shows its text', message.rendered, '您好 <小明> & 家人\n\n支付金额：30.00元\n商品信息：美式\n"大杯"\n');
steps.equal('send again', await outcome(send()), 'ok');
const both = await steps.needs('read the inbox again', () => native.inbox(app.app_id, user.open_id));
steps.equal('the inbox holds both messages', both.items.length, 2);
steps.equal('send with a colour', await outcome(api.sendTemplate(user.open_id, templateId, url, '#FF0000', data)), 'ok');
const destination = { url, miniprogram: { appid: mini.app_id, pagepath: 'index?foo=bar' } };
steps.equal('send with a mini program', await outcome(send(user.open_id, templateId, destination)), 'ok');
const { items: [toMini] } = await steps.needs('read the inbox once more', () => native.inbox(app.app_id, user.open_id));
steps.equal('the message leads to it', toMini.miniprogram, destination.miniprogram);

// Refusals.
steps.equal('send to nobody', await outcome(send('onobody')), unknownOpenID);
steps.equal('send with a bad template', await outcome(send(user.open_id, number)), unknownTemplate);
steps.equal('send with an unknown mini program',
  await outcome(send(user.open_id, templateId, { url, miniprogram: { appid: 'wx0' } })), unknownMini);
await steps.needs('the follower leaves', () => native.changeUser(app.app_id, user.open_id, { following: false }));
steps.equal('send to who does not follow', await outcome(send()), notFollowing);
await steps.needs('the follower comes back', () => native.changeUser(app.app_id, user.open_id, { following: true }));

// A revoked token: the library tries again on 40001, but with the token that it
// has kept, so that its user has to fetch another one.
await steps.needs("revoke the account's tokens", () => native.revokeTokens(app.app_id));
steps.equal('send with a dead token', await outcome(send()), deadToken);
await steps.needs('fetch a token', () => api.getAccessToken());
steps.equal('send with the fresh token', await outcome(send()), 'ok');

// Deletion.
steps.equal('delete the template', await outcome(api.delPrivateTemplate(templateId)), 'ok');
steps.equal('delete it again', await outcome(api.delPrivateTemplate(templateId)), unknownTemplate);
steps.equal('the list is empty', await api.getAllPrivateTemplate(), { template_list: [] });
steps.equal('send with the deleted template', await outcome(send()), unknownTemplate);

steps.end();
