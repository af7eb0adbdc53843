// An official account's template message, from its industries to its deletion.
import { library, newClient, outcome } from './client.js';

const number = 'TM00015';
const content = '{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}';
const data = {
  first: { value: '您好 <小明> & 家人', color: '#173177' },
  orderMoneySum: { value: '30.00元' },
  orderProductName: { value: '美式\n"大杯"' },
};
const url = 'https://example.com/order?id=1';

const unknownOpenID = '40003 invalid openid';
const unknownTemplate = '40037 invalid template_id';
const unknownMini = '40166 invalid weapp appid';
const badIndustry = '40102 invalid industry id';
const noIndustry = '40103 invalid industry index';
const otherIndustry = '45027 template conflict with industry';
const tooOften = '43100 change template too frequently';
const notFollowing = '43004 require subscribe';
const badData = '47003 argument invalid! data.first.value invalid';
const notItsCall = '48001 api unauthorized';

export async function officialAccount(base, native, steps) {
  const app = await steps.needs('make an account', () => native.createApp('wechat-oa', library));
  const mini = await steps.needs('make a mini program', () => native.createApp('wechat-mini', library));
  const user = await steps.needs('make a follower', () => native.createUser(app.app_id, '小明'));
  const api = newClient(base, app);
  await steps.needs('token of the account', () => api.ensureAccessToken());

  // Industries and templates.
  const setIndustry = (one, two) => outcome(api.setIndustry({ industry_id1: one, industry_id2: two }));
  steps.equal('an industry that does not exist is refused', await setIndustry('1', '99'), badIndustry);
  steps.equal('a missing industry is refused', await setIndustry('1'), noIndustry);
  steps.equal('set the industries', await setIndustry('10', 4), 'ok');
  steps.equal('get the industries', await api.getIndustry(), {
    primary_industry: { first_class: '餐饮', second_class: '餐饮' },
    secondary_industry: { first_class: 'IT科技', second_class: '电子技术' },
  });
  steps.equal('set them again in a month', await setIndustry('1', '4'), tooOften);
  steps.equal('add a template of another industry', await outcome(api.addTemplate(number)), otherIndustry);
  await steps.needs('take the industries away', () => native.changeApp(app.app_id, { industries: null }));
  steps.equal('set them anew', await setIndustry('1', '4'), 'ok');
  steps.equal('add a template that does not exist', await outcome(api.addTemplate('TM99999')), unknownTemplate);
  const { template_id: templateId } = await steps.needs('add a template', () => api.addTemplate(number));
  const { template_list: own } = await steps.needs('list the templates', () => api.getAllPrivateTemplate());
  steps.equal('the list has the one template', own.map((t) => t.template_id), [templateId]);
  steps.equal('the list has its title', own[0].title, '订单支付成功');
  steps.equal('the list has its content', own[0].content, content);
  steps.equal('the list has its industry', [own[0].primary_industry, own[0].deputy_industry], ['IT科技', '互联网|电子商务']);

  // A send, and what the follower finds.
  const send = (openId, template, body = data, miniprogram) => api.sendTemplate(openId, template, url, '#FF0000', body, miniprogram);
  const sent = await steps.needs('send', () => send(user.open_id, templateId));
  // The library reads what a double cannot hold as a BigNumber, every digit of
  // it; a double would lose the last ones and find no message.
  const msgid = String(sent.msgid);
  steps.equal('the msgid needs 64 bits', BigInt(msgid) > 2n ** 53n, true);
  const message = await steps.needs('the message is found by its msgid', () => native.message(msgid));
  steps.equal('the message has that id', message.id, msgid);
  steps.equal('the message is delivered', message.state, 'delivered');
  steps.equal('the message has its user', message.user, user.open_id);
  steps.equal('the message has its template', message.template_id, templateId);
  steps.equal('the message has its url', message.url, url);
  steps.equal('the message has its colour', message.color, '#FF0000');
  steps.equal('the message has its data', message.data, data);
  steps.equal('the message shows its text', message.rendered, '您好 <小明> & 家人\n\n支付金额：30.00元\n商品信息：美式\n"大杯"\n');
  const again = await steps.needs('send again', () => send(user.open_id, templateId));
  steps.equal('it is another message', String(again.msgid) !== msgid, true);
  const inbox = await steps.needs("read the follower's inbox", () => native.inbox(app.app_id, user.open_id));
  steps.equal('the inbox holds both messages', inbox.items.map((item) => item.id), [String(again.msgid), msgid]);
  const toMini = await steps.needs('send with a mini program', () =>
    send(user.open_id, templateId, data, { appid: mini.app_id, pagepath: 'index?foo=bar' }));
  steps.equal('the message leads to it', (await native.message(toMini.msgid)).miniprogram, { appid: mini.app_id, pagepath: 'index?foo=bar' });
  steps.equal('send with an empty mini program', await outcome(send(user.open_id, templateId, data, '')), 'ok');

  // Refusals.
  steps.equal('send to nobody', await outcome(send('onobody', templateId)), unknownOpenID);
  steps.equal('send with a bad template', await outcome(send(user.open_id, number)), unknownTemplate);
  steps.equal('send with data that is no text', await outcome(send(user.open_id, templateId, { first: { value: ['x'] } })), badData);
  steps.equal('send with an unknown mini program', await outcome(send(user.open_id, templateId, data, { appid: 'wx0' })), unknownMini);
  await steps.needs('the follower leaves', () => native.changeUser(app.app_id, user.open_id, { following: false }));
  steps.equal('send to who does not follow', await outcome(send(user.open_id, templateId)), notFollowing);
  await steps.needs('the follower comes back', () => native.changeUser(app.app_id, user.open_id, { following: true }));
  const ofMini = newClient(base, mini);
  steps.equal("a mini program's token is refused", await outcome(ofMini.getAllPrivateTemplate()), notItsCall);
  steps.equal("an account's token is refused on a mini program's call",
    await outcome(api.sendMiniProgramTemplate(user.open_id, templateId, 'index', 'form', {}, null, '')), notItsCall);

  // A revoked token: the library fetches a new one on 40001 and tries again.
  await steps.needs("revoke the account's tokens", () => native.revokeTokens(app.app_id));
  steps.equal('send with a dead token recovers by itself', await outcome(send(user.open_id, templateId)), 'ok');

  // Deletion.
  steps.equal('delete the template', await outcome(api.delPrivateTemplate(templateId)), 'ok');
  steps.equal('delete it again', await outcome(api.delPrivateTemplate(templateId)), unknownTemplate);
  steps.equal('the list is empty', await api.getAllPrivateTemplate(), { template_list: [] });
  steps.equal('send with the deleted template', await outcome(send(user.open_id, templateId)), unknownTemplate);
}
