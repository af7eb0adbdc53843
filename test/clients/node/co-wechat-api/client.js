import API from 'co-wechat-api';

export const library = 'co-wechat-api 3.11.0';

export function newClient(base, app, secret = app.secret) {
  const api = new API(app.app_id, secret);
  api.prefix = `${base}/cgi-bin/`;
  api.setOpts({ timeout: 10_000 });
  return api;
}

// "ok", or the code and what the library made of the refusal without the
// request's id.
export async function outcome(answer) {
  try {
    const { errcode, errmsg } = await answer;
    return errcode === 0 ? errmsg : `${errcode} ${errmsg}`;
  } catch (error) {
    return `${error.code} ${error.message}`.split(' rid: ')[0];
  }
}
