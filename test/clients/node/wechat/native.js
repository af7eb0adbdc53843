// Muban's own API, which plays the people around the account's server: who
// makes the account and sets its callback, and who follows it.
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

  createApp(platform, name) {
    return this.call('POST', '/api/v1/apps', { platform, name });
  }

  createUser(appId, name) {
    return this.call('POST', appPath(appId, 'users'), { name });
  }

  changeUser(appId, user, change) {
    return this.call('PATCH', appPath(appId, 'users', user), change);
  }

  createTemplate(appId, template) {
    return this.call('POST', appPath(appId, 'templates'), template);
  }

  // setCallback answers what became of it: whether its URL was verified.
  async setCallback(appId, callback) {
    return (await this.call('PATCH', appPath(appId), { callback })).callback;
  }

  verifyCallback(appId) {
    return this.call('POST', appPath(appId, 'callback', 'verify'));
  }

  // callback is that of a message, once it is no longer pending.
  async callback(appId, messageId) {
    for (const deadline = Date.now() + 10_000; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
      const { items } = await this.call('GET', `/api/v1/callbacks?${new URLSearchParams({ app_id: appId })}`);
      const found = items.find((item) => item.message_id === messageId);
      if (!found) {
        throw new Error(`message ${messageId} has no callback`);
      }
      if (found.state !== 'pending' || Date.now() > deadline) {
        return found;
      }
    }
  }
}

function appPath(appId, ...parts) {
  return ['/api/v1/apps', ...[appId, ...parts].map(encodeURIComponent)].join('/');
}
