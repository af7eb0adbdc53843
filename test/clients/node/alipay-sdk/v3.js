// Takes curl(), the library's call by OpenAPI V3, through the life of a
// template message. The library checks the signature of every answer that is
// no refusal.

const sendPath = '/v3/alipay/open/app/mini/templatemessage/send';
const tokenPath = '/v3/alipay/system/oauth/token';

// v3 is given the world that main.js has made: native, steps, an app with its
// user and content(form), and how to mint a form and to make a client.
export async function v3({ steps, native, app, user, other, stranger, content, form, newClient, certificates, contentKey }) {
  // The answer's status and code, or the library's error where it does not
  // trust the answer.
  const outcome = async (sdk, path, options, method = 'POST') => {
    try {
      const { responseHttpStatus, data } = await sdk.curl(method, path, options);
      return [responseHttpStatus, JSON.stringify(data)].join(' ');
    } catch (error) {
      const link = error.links?.length === 1 ? '' : ' without a link';
      return `${error.responseHttpStatus} ${error.code} ${error.message.replace(/ \(traceId: .*/s, '')}${link}`;
    }
  };
  const client = newClient();
  const send = (formId, change, sdk = client, options = {}) => outcome(sdk, sendPath, { body: content(formId, change), ...options });
  const begins = (step, got, expected) => steps.equal(step, got.slice(0, expected.length), expected);
  const success = '200 {}';
  const overTime = '400 FORM_ID_OVER_TIME formId超时';

  const firstForm = await form();
  steps.equal('v3: send', await send(firstForm), success);
  const message = await steps.needs('v3: the message is delivered', () => native.delivered(app.app_id, firstForm));
  steps.equal('v3: the message has its user', message.user, user.open_id);
  steps.equal('v3: send with the same form again', await send(firstForm), overTime);
  steps.equal('v3: send with data as an object', await send(await form(), { data: JSON.parse(content('').data) }), success);
  steps.equal('v3: send to to_open_id', await send(await form(), { to_user_id: undefined, to_open_id: user.alipay_open_id }), success);
  steps.equal('v3: send with a query', await send(await form(), {}, client, { query: { a: 'b c&d=e', 名: '值' } }), success);
  steps.equal('v3: send through an endpoint that ends in a slash',
    await send(await form(), {}, newClient({ endpoint: `${client.config.endpoint}/` })), success);

  // Who the user is.
  const token = (body) => outcome(client, tokenPath, { body });
  const code = await steps.needs('v3: issue a login code', () => native.loginCode(app.app_id, user.open_id));
  const { data, traceId } = await client.curl('POST', tokenPath, { body: { grant_type: 'authorization_code', code }, requestId: 'mine' });
  steps.equal('v3: the answer is named by the platform', traceId === 'mine', false);
  steps.equal('v3: log in', [data.user_id, data.open_id, data.expires_in].join(), [user.open_id, user.alipay_open_id, 1296000].join());
  steps.equal('v3: log in with the same code again',
    await token({ grant_type: 'authorization_code', code }), '400 isv.code-invalid 授权码code无效');
  begins('v3: refresh', await token({ grant_type: 'refresh_token', refresh_token: data.refresh_token }), '200 {"access_token":"');
  begins('v3: refresh again', await token({ grant_type: 'refresh_token', refresh_token: data.refresh_token }), '400 isv.refreshed-token-invalid ');
  steps.equal('v3: log in without grant_type', await token({ code }), '400 isv.grant-type-invalid grant_type参数不正确');

  // Refusals.
  const secondForm = await form();
  for (const [step, change, expected] of [
    ['an unknown template', { user_template_id: 'none' }, '400 USER_TEMPLATE_ILLEGAL 模板非法'],
    ['an unknown form', { form_id: 'bm90IGEgZm9ybQ==' }, '400 FORM_ID_NOT_MATCH_APPID formId和appId不匹配'],
    ['another user', { to_user_id: other.open_id }, '400 TRADE_NO_NOT_MATCH_USERID tradeNo只能发送给实际付款人'],
    ['a keyword less', { data: '{"keyword1":{"value":"x"}}' }, '400 USER_TEMPLATE_LACK_KEYWORD 缺少关键词'],
    ['a long keyword', { data: JSON.stringify({ keyword1: { value: '长'.repeat(51) }, keyword2: { value: '' } }) }, '400 USER_KEYWORD_LENGTH_ERROR 关键词超长'],
    ['no recipient', { to_user_id: undefined }, '400 invalid-parameter 参数无效：to_user_id'],
  ]) {
    steps.equal(`v3: send with ${step}`, await send(secondForm, change), expected);
  }
  begins('v3: send without a body', await outcome(client, sendPath, {}), '400 invalid-parameter ');
  begins('v3: an unknown path', await outcome(client, '/v3/alipay/open/nothing', { body: {} }), '404 invalid-method ');
  begins('v3: send by GET', await outcome(client, sendPath, {}, 'GET'), '400 invalid-http-method ');
  begins('v3: send of an unknown app', await send(secondForm, {}, newClient({ appId: '2021000000000000' })), '400 invalid-app-id ');
  const refused = await send(secondForm, {}, newClient({ privateKey: stranger.privateKey }));
  begins('v3: send signed with another key', refused, '400 invalid-signature ');
  steps.equal('v3: the refusal shows the text that was verified', refused.includes(`\nPOST\n${sendPath}\n{`), true);
  begins("v3: an answer under another app's key is not trusted",
    await send(await form(), {}, newClient({ alipayPublicKey: stranger.alipay_public_key })), '200 response-signature-verify-error ');
  await steps.needs('v3: take the push permission away', () => native.updateApp(app.app_id, { push_allowed: false }));
  begins('v3: send without push permission', await send(secondForm), '401 insufficient-isv-permissions ');
  await steps.needs('v3: give it back, with a daily limit', () => native.updateApp(app.app_id, { push_allowed: true, daily_limit: 0 }));
  begins('v3: send past the daily limit', await send(secondForm), '429 app-call-limited ');
  await steps.needs('v3: lift the limit', () => native.updateApp(app.app_id, { daily_limit: null }));
  steps.equal('v3: a refused send spent nothing', await send(secondForm), success);

  // Certificates.
  const thirdForm = await form();
  steps.equal('v3: send in certificate mode', await send(thirdForm, {}, newClient(certificates)), success);
  steps.equal('v3: send in certificate mode, refused', await send(thirdForm, {}, newClient(certificates)), overTime);
  begins('v3: send in certificate mode with another certificate',
    await send(thirdForm, {}, newClient({ ...certificates, appCertContent: certificates.alipayPublicCertContent })), '400 app-cert-not-exist ');

  // Encrypted bodies; here the library checks the signatures of answers too.
  const encrypted = (formId, encryptKey) => send(formId, {}, newClient({ encryptKey }), { needEncrypt: true });
  const fourthForm = await form();
  steps.equal('v3: send encrypted', await encrypted(fourthForm, contentKey), success);
  steps.equal('v3: send encrypted, refused', await encrypted(fourthForm, contentKey), overTime);
  begins('v3: send encrypted with another key', await encrypted(fourthForm, 'MTEyMzQ1Njc4OTAxMjM0NQ=='), '400 decryption-error-unknown ');

  // Acting for another app.
  const appAuthToken = await steps.needs('v3: authorize the other app', () => native.authorize(app.app_id, stranger.app_id));
  const agent = newClient({ appId: stranger.app_id, privateKey: stranger.privateKey, alipayPublicKey: stranger.alipay_public_key });
  const fifthForm = await form();
  steps.equal('v3: send for the app', await send(fifthForm, {}, agent, { appAuthToken }), success);
  await steps.needs("v3: the app's message is delivered", () => native.delivered(app.app_id, fifthForm));
  begins("v3: send with another's token", await send(fifthForm, {}, client, { appAuthToken }), '401 invalid-app-auth-token ');
}
