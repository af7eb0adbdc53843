// Muban's own API, which plays the people around the client: who makes the
// app, and who fills in its forms and reads its messages.
export class Native {
  constructor(base) {
    this.base = base;
  }

  async call(method, path, body) {
    const response = await fetch(this.base + path, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status}: ${text}`);
    }
    return text && JSON.parse(text);
  }

  // createApp makes an app that signs with the other half of publicKey.
  createApp(name, publicKey) {
    return this.call('POST', '/api/v1/apps', { platform: 'alipay', name, app_public_key: publicKey });
  }

  updateApp(appId, change) {
    return this.call('PATCH', appPath(appId), change);
  }

  createUser(appId, name) {
    return this.call('POST', appPath(appId, 'users'), { name });
  }

  createTemplate(appId, template) {
    return this.call('POST', appPath(appId, 'templates'), template);
  }

  deleteTemplate(appId, templateId) {
    return this.call('DELETE', appPath(appId, 'templates', templateId));
  }

  // mint makes a grant and answers its id: what the platform calls form_id or
  // trade_no.
  async mint(appId, user, kind) {
    const { grants } = await this.call('POST', appPath(appId, 'grants'), { user, kind });
    return grants[0].id;
  }

  // delivered waits for the message that a grant paid for.
  async delivered(appId, grantId) {
    const query = new URLSearchParams({ app_id: appId, grant_id: grantId, state: 'delivered', wait: '10s' });
    const { items } = await this.call('GET', `/api/v1/messages?${query}`);
    if (items.length === 0) {
      throw new Error(`no message of grant ${grantId} was delivered`);
    }
    return items[0];
  }

  // loginCode answers the code that a phone's login gives to the app.
  async loginCode(appId, user) {
    const { code } = await this.call('POST', appPath(appId, 'users', user, 'login-codes'));
    return code;
  }

  certificates(appId) {
    return this.call('GET', appPath(appId, 'certificates'));
  }

  // authorize lets agent act for an app.
  async authorize(appId, agent) {
    const { app_auth_token: token } = await this.call('POST', appPath(appId, 'authorizations'), { app_id: agent });
    return token;
  }
}

function appPath(appId, ...parts) {
  return ['/api/v1/apps', ...[appId, ...parts].map(encodeURIComponent)].join('/');
}
