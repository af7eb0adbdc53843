// Takes wx-server-sdk 3, unmodified, through the whole life of a mini
// program's template message against the Muban at MUBAN_URL, as a cloud
// function would. Versions 2.4 to 3 sign otherwise than 4 does, which
// ../wx-server-sdk tries: they name fields that are empty, and their query
// begins with an ampersand.
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

const app = await steps.needs('make an app', () => native.createApp('wechat-mini', 'wx-server-sdk 3.0.4'));
const user = await steps.needs('make a user', () => native.createUser(app.app_id, '小明'));

// All that a cloud function's environment has to be told.
process.env.TCB_CONTEXT_CNFG = JSON.stringify({ URL: `${base}/admin` });
process.env.TENCENTCLOUD_SECRETID = app.app_id;
process.env.TENCENTCLOUD_SECRETKEY = app.secret;
// Without it the SDK asks for metadata.tencentyun.com before each call.
process.env.TENCENTCLOUD = 'true';

cloud.init({ env: 'demo-1a2b3c' });
const { templateMessage, uniformMessage } = cloud.openapi;

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

// The library, and a template made from it.
const library = await steps.needs('list the library', () => templateMessage.getTemplateLibraryList({ offset: 0, count: 20 }));
steps.equal('the library has its first title', library.list[0], { id: 'AT0002', title });
const entry = await steps.needs('get a title', () => templateMessage.getTemplateLibraryById({ id: 'AT0002' }));
steps.equal('the title has its keywords', entry.keywordList[0], { name: '购买地点', example: 'TIT造舰厂', keywordId: 3 });
const { templateId } = await steps.needs('add a template', () =>
  templateMessage.addTemplate({ id: 'AT0002', keywordIdList: [5, 3, 4] }));
steps.equal('list the templates', await outcome(templateMessage.getTemplateList({ offset: 0, count: 20 })),
  ok('templateMessage.getTemplateList', {
    list: [{
      title,
      content: '物品名称{{keyword1.DATA}}\n购买地点{{keyword2.DATA}}\n购买时间{{keyword3.DATA}}\n',
      example: '物品名称:咖啡\n购买地点:TIT造舰厂\n购买时间:2016年6月6日\n',
      templateId,
    }],
  }));

// A send, and what the user finds.
const request = (formId, more = {}) => ({
  touser: user.open_id, page: 'index?foo=bar', data, templateId, formId, emphasisKeyword: 'keyword1.DATA', ...more,
});
const send = (formId, more) => outcome(templateMessage.send(request(formId, more)));
const firstForm = await form();
steps.equal('send', await send(firstForm), ok('templateMessage.send'));
const message = await steps.needs('the message is delivered', () => native.delivered(app.app_id, firstForm));
steps.equal('the message has its user', message.user, user.open_id);
steps.equal('the message has its page', message.page, 'index?foo=bar');
steps.equal('the message shows its data', message.rendered, '物品名称339208499\n购买地点2015年01月05日 12:30\n购买时间腾讯微信总部\n');
steps.equal('send with the same form again', await send(firstForm), spentForm);
const secondForm = await form();
steps.equal('send with a bad template', await send(secondForm, { templateId: 'no-such-template' }), sendFail(40037, 'invalid template_id'));
steps.equal('send to nobody', await send(secondForm, { touser: 'oNobody' }), sendFail(40003, 'invalid openid'));
steps.equal('a refused send spent nothing', await send(secondForm), ok('templateMessage.send'));
steps.equal('uniform send', await outcome(uniformMessage.send({
  touser: user.open_id, weappTemplateMsg: { templateId, page: 'index', formId: await form(), data },
})), ok('uniformMessage.send'));

// Permissions, as a function's config.json has them.
const thirdForm = await form();
await steps.needs('permit one call only', () => native.updateApp(app.app_id, { cloud_permissions: ['templateMessage.getTemplateList'] }));
steps.equal('send without the permission', await send(thirdForm), { thrown: -604101, errMsg: 'system error: error code: -604101' });
await steps.needs('permit every call', () => native.updateApp(app.app_id, { cloud_permissions: null }));
steps.equal('send with the permission', await send(thirdForm), ok('templateMessage.send'));

// What the gateway refuses, which this version words in its own way.
const sendAs = (config) => outcome(cloud.createNewInstance({ env: 'demo', ...config }).openapi.templateMessage.send(request('x')));
steps.equal('a wrong SecretKey', await sendAs({ secretKey: 'guessed', secretId: app.app_id }),
  { thrown: -501001, errMsg: 'templateMessage.send:fail signature error' });
steps.equal('an unknown SecretId', await sendAs({ secretKey: 'guessed', secretId: 'wxnobody' }),
  { thrown: -501001, errMsg: 'templateMessage.send:fail secret id error' });

// A deleted template.
steps.equal('delete the template', await outcome(templateMessage.deleteTemplate({ templateId })), ok('templateMessage.deleteTemplate'));
steps.equal('delete it again', await outcome(templateMessage.deleteTemplate({ templateId })),
  fail('templateMessage.deleteTemplate', 40037, 'invalid template_id'));
steps.equal('send with the deleted template', await send(await form()), sendFail(40037, 'invalid template_id'));

steps.end();
