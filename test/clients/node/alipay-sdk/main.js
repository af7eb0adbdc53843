// Takes alipay-sdk, unmodified, through the life of a template message against
// the Muban at MUBAN_URL, with the library's own check of every answer's
// signature: by exec(), which asks the gateway, and by curl(), OpenAPI V3.
import { generateKeyPairSync } from 'node:crypto';
import { AlipaySdk } from 'alipay-sdk';
import { Native } from './native.js';
import { Steps } from './steps.js';
import { v3 } from './v3.js';

const sendMethod = 'alipay.open.app.mini.templatemessage.send';
const page = 'pages/index/index?id=7';
const data = { keyword1: { value: '美式 <大杯> & 糖' }, keyword2: { value: '36.00元 {约}' } };

const success = '10000 Success';
const badTemplate = '40004 USER_TEMPLATE_ILLEGAL 模板非法';
const overTime = '40004 FORM_ID_OVER_TIME formId超时';
const anothersForm = '40004 FORM_ID_NOT_MATCH_APPID formId和appId不匹配';
const anothersTrade = '40004 TRADE_NO_NOT_MATCH_USERID tradeNo只能发送给实际付款人';
const lacksKeyword = '40004 USER_TEMPLATE_LACK_KEYWORD 缺少关键词';
const longKeyword = '40004 USER_KEYWORD_LENGTH_ERROR 关键词超长';

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

const newKeys = () => generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const keys = newKeys();
const app = await steps.needs('make an app', () => native.createApp('alipay-sdk 4.14.0', keys.publicKey));
const user = await steps.needs('make a user', () => native.createUser(app.app_id, '小明'));
const template = await steps.needs('make a template', () =>
  native.createTemplate(app.app_id, { library_id: 'AP9001', keyword_ids: [9001, 9002] }));

const newClient = (config = {}) => new AlipaySdk({
  appId: app.app_id,
  privateKey: keys.privateKey,
  alipayPublicKey: app.alipay_public_key,
  gateway: `${base}/gateway.do`, // exec()
  endpoint: base, // curl()
  ...config,
});
const mint = (kind, owner = user, appId = app.app_id) => native.mint(appId, owner.open_id, kind);
const form = () => mint('form');
const content = (formId, change = {}) => ({
  to_user_id: user.open_id,
  form_id: formId,
  user_template_id: template.template_id,
  page,
  data: JSON.stringify(data),
  ...change,
});

// The answer's codes and sub message, or the library's error where it does not
// trust the answer.
async function outcome(sdk, params, { method = sendMethod, validateSign = true } = {}) {
  try {
    const { code, msg, subCode, subMsg } = await sdk.exec(method, params, { validateSign });
    return [code, subCode ?? msg, subMsg].filter(Boolean).join(' ');
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}
const send = (formId, change, sdk = client) => outcome(sdk, { bizContent: content(formId, change) });
const begins = (step, got, expected) => steps.equal(step, got.slice(0, expected.length), expected);

// A send, and what the user finds.
const client = newClient();
const firstForm = await form();
steps.equal('send', await send(firstForm), success);
const message = await steps.needs('the message is delivered', () => native.delivered(app.app_id, firstForm));
steps.equal('the message has its user', message.user, user.open_id);
steps.equal('the message has its page', message.page, page);
for (const { value } of Object.values(data)) {
  steps.equal(`the message shows ${value}`, message.rendered.includes(value), true);
}
steps.equal('send with the same form again', await send(firstForm), overTime);
steps.equal('send with data as an object', await send(await form(), { data }), success);
steps.equal('send to to_open_id', await send(await form(), { to_user_id: undefined, to_open_id: user.alipay_open_id }), success);
steps.equal('send signed with SHA1', await send(await form(), {}, newClient({ signType: 'RSA' })), success);
const trade = await mint('payment');
for (const use of ['first', 'second', 'third']) {
  steps.equal(`send with a trade number, ${use} time`, await send(trade), success);
}
steps.equal('send with a trade number, fourth time', await send(trade), overTime);

// Refusals, whose signatures the library checks too, and that they spend
// nothing.
const otherKeys = newKeys();
const other = await steps.needs('make another user', () => native.createUser(app.app_id, '小红'));
const stranger = await steps.needs('make another app', () => native.createApp('another app', otherKeys.publicKey));
const strange = await steps.needs("make another app's user", () => native.createUser(stranger.app_id, '路人'));
const secondForm = await form();
for (const [step, change, expected] of [
  ['an unknown template', { user_template_id: 'MDI4YzIxMDE2M2I5YTQzYjUxNWE4MjA4NmU1MTIyYmM=' }, badTemplate],
  ['an unknown form', { form_id: 'bm90IGEgZm9ybQ==' }, anothersForm],
  ['an unknown trade number', { form_id: '2017010100000000580012345678' }, anothersTrade],
  ["another app's form", { form_id: await mint('form', strange, stranger.app_id) }, anothersForm],
  ["another user's trade number", { form_id: await mint('payment', other) }, anothersTrade],
  ['another user', { to_user_id: other.open_id }, anothersTrade],
  ['a keyword less', { data: JSON.stringify({ keyword1: data.keyword1 }) }, lacksKeyword],
  ['a keyword more', { data: JSON.stringify({ ...data, keyword3: { value: 'z' } }) }, lacksKeyword],
  ['a long keyword', { data: JSON.stringify({ ...data, keyword1: { value: '长'.repeat(51) } }) }, longKeyword],
]) {
  steps.equal(`send with ${step}`, await send(secondForm, change), expected);
}
begins('send without a recipient', await send(secondForm, { to_user_id: undefined }), '40002 isv.invalid-parameter ');
begins('send without content', await outcome(client, {}), '40002 isv.invalid-parameter ');
begins('an unknown method',
  await outcome(client, { bizContent: { a: 1 } }, { method: 'alipay.open.nothing' }), '40002 isv.invalid-method ');
await steps.needs('take the push permission away', () => native.updateApp(app.app_id, { push_allowed: false }));
begins('send without push permission', await send(secondForm), '40006 isv.insufficient-isv-permissions ');
await steps.needs('give it back, with a daily limit', () => native.updateApp(app.app_id, { push_allowed: true, daily_limit: 0 }));
begins('send past the daily limit', await send(secondForm), '40005 isv.app-call-limited ');
await steps.needs('lift the limit', () => native.updateApp(app.app_id, { daily_limit: null }));
steps.equal('a refused send spent nothing', await send(secondForm), success);

// Signatures.
const thirdForm = await form();
const refused = await send(thirdForm, {}, newClient({ privateKey: otherKeys.privateKey }));
begins('send signed with another key', refused, '40002 isv.invalid-signature ');
steps.equal('the refusal shows the string that was verified',
  refused.includes(`app_id=${app.app_id}&amp;biz_content={`), true);
begins("an answer under another app's key is not trusted",
  await send(thirdForm, {}, newClient({ alipayPublicKey: stranger.alipay_public_key })), 'AlipayRequestError: 验签失败');
const nobody = newClient({ appId: '2021000000000000' });
begins('send of an unknown app', await outcome(nobody, { bizContent: content(thirdForm) }, { validateSign: false }),
  '40002 isv.invalid-app-id ');

// Certificates.
const issued = await steps.needs('get the certificates', () => native.certificates(app.app_id));
const certificates = {
  appCertContent: issued.app_cert,
  alipayPublicCertContent: issued.alipay_cert,
  alipayRootCertContent: issued.alipay_root_cert,
  alipayPublicKey: undefined,
};
const certified = newClient(certificates);
const fourthForm = await form();
steps.equal('send in certificate mode', await send(fourthForm, {}, certified), success);
steps.equal('send in certificate mode, refused', await send(fourthForm, {}, certified), overTime);
begins('send in certificate mode with another certificate',
  await send(fourthForm, {}, newClient({ ...certificates, appCertContent: issued.alipay_cert })), '40002 isv.app-cert-not-exist ');

// Encrypted content. The library looks for braces when it cuts the signed text
// out of an answer, and an encrypted answer has none, so that it does not check
// the signature of these.
const contentKey = 'MDEyMzQ1Njc4OTAxMjM0NQ==';
const encrypted = (sdk, formId) =>
  outcome(sdk, { bizContent: content(formId), needEncrypt: true }, { validateSign: false });
begins('send encrypted to an app without content key',
  await encrypted(newClient({ encryptKey: contentKey }), await form()), '40002 isv.decryption-error-not-valid-encrypt-key ');
await steps.needs('set the content key', () => native.updateApp(app.app_id, { content_key: contentKey }));
const fifthForm = await form();
steps.equal('send encrypted', await encrypted(newClient({ encryptKey: contentKey }), fifthForm), success);
steps.equal('send encrypted, refused', await encrypted(newClient({ encryptKey: contentKey }), fifthForm), overTime);
begins('send encrypted with another key',
  await encrypted(newClient({ encryptKey: 'MTEyMzQ1Njc4OTAxMjM0NQ==' }), fifthForm), '40002 isv.decryption-error-unknown ');

// Acting for another app.
const token = await steps.needs('authorize the other app', () => native.authorize(app.app_id, stranger.app_id));
const agent = newClient({ appId: stranger.app_id, privateKey: otherKeys.privateKey, alipayPublicKey: stranger.alipay_public_key });
const sixthForm = await form();
steps.equal('send for the app',
  await outcome(agent, { bizContent: content(sixthForm), appAuthToken: token }), success);
await steps.needs("the app's message is delivered", () => native.delivered(app.app_id, sixthForm));
steps.equal('send for nobody', await send(sixthForm, {}, agent), badTemplate);
begins("send with another's token",
  await outcome(client, { bizContent: content(sixthForm), appAuthToken: token }), '20001 aop.invalid-app-auth-token ');

// The same by the platform's other protocol.
await v3({
  steps, native, app, user, other, content, form, newClient, certificates, contentKey,
  stranger: { ...stranger, privateKey: otherKeys.privateKey },
});

// A deleted template.
await steps.needs('delete the template', () => native.deleteTemplate(app.app_id, template.template_id));
steps.equal('send with the deleted template', await send(await form()), badTemplate);

steps.end();
