// Takes wx-server-sdk, unmodified, through the whole life of a mini program's
// template message against the Muban at MUBAN_URL, as a cloud function would:
// no access token anywhere. The native API plays those who fill in forms.
import cloud from 'wx-server-sdk';
import { Native } from './native.js';
import { Steps } from './steps.js';

const title = '购买成功通知';
// The request sample of WeChat's templateMessage.send, 云调用.
const data = {
  keyword1: { value: '339208499' },
  keyword2: { value: '2015年01月05日 12:30' },
  keyword3: { value: '腾讯微信总部' },
};

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

const app = await steps.needs('make an app', () => native.createApp('wechat-mini', 'wx-server-sdk 4.0.2'));
const user = await steps.needs('make a user', () => native.createUser(app.app_id, '小明'));

// All that a cloud function's environment has to be told.
process.env.TCB_CONTEXT_CNFG = JSON.stringify({ URL: `${base}/admin` });
process.env.TENCENTCLOUD_SECRETID = app.app_id;
process.env.TENCENTCLOUD_SECRETKEY = app.secret;
// Without it the SDK asks for metadata.tencentyun.com before each call.
process.env.TENCENTCLOUD = 'true';

cloud.init({ env: 'demo-1a2b3c' });
const { templateMessage } = cloud.openapi;

const form = () => native.mint(app.app_id, user.open_id, 'form');

// The result, or what the SDK threw, without the request's id.
async function outcome(call) {
  try {
    return await call;
  } catch (error) {
    return { thrown: error.errCode, errMsg: error.errMsg.split(' rid: ')[0] };
  }
}

const ok = (name, result = {}) => ({ ...result, errMsg: `openapi.${name}:ok`, errCode: 0 });
const fail = (name, code, text) => ({ thrown: code, errMsg: `openapi.${name}:fail ${text}` });
const sendFail = (code, text) => fail('templateMessage.send', code, text);
const spentForm = sendFail(41029, 'form id used count reach limit');

// The library, and a template made from it. The SDK writes names in camelCase.
const library = await steps.needs('list the library', () => templateMessage.getTemplateLibraryList({ offset: 0, count: 20 }));
steps.equal('the library has its first title', library.list[0], { id: 'AT0002', title });
steps.equal('the library counts its titles', [library.list.length, library.totalCount > 20], [20, true]);
steps.equal('the list says ok', [library.errCode, library.errMsg], [0, 'openapi.templateMessage.getTemplateLibraryList:ok']);
const entry = await steps.needs('get a title', () => templateMessage.getTemplateLibraryById({ id: 'AT0002' }));
steps.equal('the title has its keywords', entry.keywordList.slice(0, 3), [
  { name: '购买地点', example: 'TIT造舰厂', keywordId: 3 },
  { name: '购买时间', example: '2016年6月6日', keywordId: 4 },
  { name: '物品名称', example: '咖啡', keywordId: 5 },
]);
steps.equal('get an unknown title', await outcome(templateMessage.getTemplateLibraryById({ id: 'AT9999' })),
  fail('templateMessage.getTemplateLibraryById', 40097, 'invalid args'));
const { templateId } = await steps.needs('add a template', () =>
  templateMessage.addTemplate({ id: 'AT0002', keywordIdList: [5, 3, 4] }));
steps.equal('add with an unknown keyword', await outcome(templateMessage.addTemplate({ id: 'AT0002', keywordIdList: [99] })),
  fail('templateMessage.addTemplate', 45075, 'invalid keyword id'));
steps.equal('list the templates', await outcome(templateMessage.getTemplateList({ offset: 0, count: 20 })),
  ok('templateMessage.getTemplateList', {
    list: [{
      title,
      content: '物品名称{{keyword1.DATA}}\n购买地点{{keyword2.DATA}}\n购买时间{{keyword3.DATA}}\n',
      example: '物品名称:咖啡\n购买地点:TIT造舰厂\n购买时间:2016年6月6日\n',
      templateId,
    }],
  }));
steps.equal('list without an offset', await outcome(templateMessage.getTemplateList()),
  fail('templateMessage.getTemplateList', 45164, 'invalid offset'));

// A send, and what the user finds.
const request = (formId, more = {}) => ({
  touser: user.open_id, page: 'index?foo=bar', data, templateId, formId, emphasisKeyword: 'keyword1.DATA', ...more,
});
const send = (formId, more) => outcome(templateMessage.send(request(formId, more)));
const firstForm = await form();
steps.equal('send', await send(firstForm), ok('templateMessage.send'));
const message = await steps.needs('the message is delivered', () => native.delivered(app.app_id, firstForm));
steps.equal('the message has its user', message.user, user.open_id);
steps.equal('the message has its template', [message.template_id, message.title], [templateId, title]);
steps.equal('the message has its page', message.page, 'index?foo=bar');
steps.equal('the message has its emphasis', message.emphasis_keyword, 'keyword1.DATA');
steps.equal('the message has its data', message.data, data);
steps.equal('the message shows its data', message.rendered, '物品名称339208499\n购买地点2015年01月05日 12:30\n购买时间腾讯微信总部\n');
const inbox = await steps.needs("read the user's inbox", () => native.inbox(app.app_id, user.open_id));
steps.equal('the inbox holds this message only', inbox.items.map((item) => item.id), [message.id]);
steps.equal('send with the same form again', await send(firstForm), spentForm);

// Refusals are thrown with the codes of the call over HTTP, and spend nothing.
await steps.needs('give the app its pages', () => native.updateApp(app.app_id, { pages: ['index'] }));
const secondForm = await form();
steps.equal('send with a bad template', await send(secondForm, { templateId: 'no-such-template' }), sendFail(40037, 'invalid template_id'));
steps.equal('send with an unknown form', await send('the formId is a mock one'), sendFail(41028, 'invalid form id'));
steps.equal('send to nobody', await send(secondForm, { touser: 'oNobody' }), sendFail(40003, 'invalid openid'));
steps.equal('send to a page that is none', await send(secondForm, { page: 'elsewhere' }), sendFail(41030, 'invalid page'));
steps.equal('send data that is no text', await send(secondForm, { data: { keyword1: { value: true } } }), sendFail(47001, 'data format error'));
steps.equal('send nothing at all', await outcome(templateMessage.send()), sendFail(40003, 'invalid openid'));
const together = await Promise.all(Array.from({ length: 20 }, () => send(secondForm)));
steps.equal('twenty sends of one form at once: one is accepted', together.filter((result) => result.errCode === 0).length, 1);
steps.equal('and nineteen are told that it is spent',
  together.filter((result) => JSON.stringify(result) === JSON.stringify(spentForm)).length, 19);
steps.equal('send by uniformMessage', await outcome(cloud.openapi.uniformMessage.send({
  touser: user.open_id, weappTemplateMsg: { templateId, page: 'index', formId: await form(), data, emphasisKeyword: '' },
})), ok('uniformMessage.send'));

// The SDK converts the names in data too, and gives them up on request.
const keys = await steps.needs('make a template with keys in both cases', () => native.createTemplate(app.app_id, {
  title, content: '{{CardNumber.DATA}}, {{card_number.DATA}}', example: '1, 2',
}));
const keyedForm = await form();
steps.equal('send a key in camelCase', await send(keyedForm, { templateId: keys.template_id, page: '', data: { CardNumber: { value: '7' } } }),
  ok('templateMessage.send'));
steps.equal('it arrives in snake_case', (await native.delivered(app.app_id, keyedForm)).rendered, ', 7');
const rawForm = await form();
steps.equal('send it with convertCase: false', await outcome(cloud.openapi({ convertCase: false }).templateMessage.send({
  touser: user.open_id, template_id: keys.template_id, form_id: rawForm, data: { CardNumber: { value: '7' } },
})), ok('templateMessage.send'));
steps.equal('it arrives as it is', (await native.delivered(app.app_id, rawForm)).rendered, '7, ');
steps.equal('convertCase: false leaves answers as they are', Object.keys(await cloud.openapi({ convertCase: false })
  .templateMessage.addTemplate({ id: 'AT0002', keyword_id_list: [3] })), ['template_id', 'errMsg', 'errCode']);
steps.equal('version v2 of the transport', await outcome(cloud.openapi({ version: 'v2' }).templateMessage.deleteTemplate({ templateId: 'x' })),
  fail('templateMessage.deleteTemplate', 40037, 'invalid template_id'));

// An official account that the mini program is linked to.
const account = await steps.needs('make an official account', () => native.createApp('wechat-oa', 'wx-server-sdk 4.0.2'));
const follower = await steps.needs('make a follower', () => native.createUser(account.app_id, '小红'));
const notice = await steps.needs('make a template of the account', () => native.createTemplate(account.app_id, {
  title: '消费提醒', content: '卡号：{{CardNumber.DATA}}', example: '卡号：7',
}));
await steps.needs('link the two', () => native.updateApp(app.app_id, { linked_apps: [account.app_id] }));
const notify = () => cloud.openapi({ appid: account.app_id, convertCase: false }).officialAccount.messageTemplate.send({
  touser: follower.open_id, template_id: notice.template_id, data: { CardNumber: { value: '7' } },
});
const { msgid } = await steps.needs('send as the official account', notify);
const notified = await steps.needs('the message can be asked for by its msgid', () => native.message(msgid.toFixed()));
steps.equal('the follower is notified', [notified.user, notified.rendered], [follower.open_id, '卡号：7']);
const converted = await outcome(cloud.openapi({ appid: account.app_id }).officialAccount.messageTemplate.send({
  touser: follower.open_id, templateId: notice.template_id, data: { first: { value: '7' } },
}));
steps.equal('converting names leaves no number of the msgid', [converted.errCode, typeof converted.msgid, typeof converted.msgid?.toFixed], [0, 'object', 'undefined']);

// Permissions, as a function's config.json has them.
const forbidden = { thrown: -604101, errMsg: 'system error: error code: -604101' };
await steps.needs('permit one call only', () => native.updateApp(app.app_id, { cloud_permissions: ['templateMessage.getTemplateList'] }));
const thirdForm = await form();
steps.equal('send without the permission', await send(thirdForm), forbidden);
steps.equal('the message of the error', (await templateMessage.send(request(thirdForm)).catch((error) => error)).message,
  'errCode: -604101 function has no permission to call this API | errMsg: system error: error code: -604101');
steps.equal('list with the permission', (await outcome(templateMessage.getTemplateList({ offset: 0, count: 1 }))).errCode, 0);
await steps.needs('permit every call', () => native.updateApp(app.app_id, { cloud_permissions: null }));
steps.equal('send with the permission', await send(thirdForm), ok('templateMessage.send'));

// What the gateway refuses.
const gatewayFail = (text) => sendFail(-501001, `-501001 resource system error. ${text}`);
const sendAs = (config) => outcome(cloud.createNewInstance({ env: 'demo', ...config }).openapi.templateMessage.send(request('x')));
steps.equal('a call that nobody knows', await outcome(cloud.openapi.nothing.here({})),
  { thrown: -604100, errMsg: 'system error: error code: -604100' });
steps.equal('a wrong SecretKey', await sendAs({ secretKey: 'guessed', secretId: app.app_id }), gatewayFail('signature error'));
steps.equal('an unknown SecretId', await sendAs({ secretKey: 'guessed', secretId: 'wxnobody' }), gatewayFail('secret id error'));
steps.equal('a request over 1 MiB', await send('x', { data: { keyword1: { value: 'x'.repeat(1 << 20) } } }), gatewayFail('request size limit exceeded'));
steps.equal('a call for an app that is not linked', await outcome(cloud.openapi({ appid: 'wxother' }).templateMessage.getTemplateList({ offset: 0, count: 1 })),
  fail('templateMessage.getTemplateList', 48001, 'api unauthorized'));
for (const env of ['', '测试 环境', 'a+b&c=d#e', 'x{}|^`\\"\'<>', '%41']) {
  steps.equal(`env ${JSON.stringify(env)} is free`,
    (await outcome(cloud.createNewInstance({ env }).openapi.templateMessage.getTemplateList({ offset: 0, count: 1 }))).errCode, 0);
}
steps.equal('the database is not here', (await cloud.database().collection('x').get().catch((error) => error)).errCode, -501007);

// A deleted template.
steps.equal('delete the template', await outcome(templateMessage.deleteTemplate({ templateId })), ok('templateMessage.deleteTemplate'));
steps.equal('delete it again', await outcome(templateMessage.deleteTemplate({ templateId })),
  fail('templateMessage.deleteTemplate', 40037, 'invalid template_id'));
steps.equal('send with the deleted template', await send(await form()), sendFail(40037, 'invalid template_id'));

steps.end();
