// Muban's own API, which plays the people around the client: who makes the
// account, and who follows it and reads its messages.
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

  inbox(appId, user) {
    return this.call('GET', appPath(appId, 'users', user, 'inbox'));
  }

  revokeTokens(appId) {
    return this.call('POST', appPath(appId, 'tokens', 'revoke'));
  }
}

function appPath(appId, ...parts) {
  return ['/api/v1/apps', ...[appId, ...parts].map(encodeURIComponent)].join('/');
}
