// The admin token that `muban serve` asks for. It is kept for this tab only.

const stored = 'muban.token';

class Session {
  #token = sessionStorage.getItem(stored) ?? '';
  /** The server refused a call for want of the token. */
  refused = $state(false);
  /** Counts logins, so that what depends on one is loaded anew. */
  entered = $state(0);

  headers(): Record<string, string> {
    return this.#token === '' ? {} : { Authorization: `Bearer ${this.#token}` };
  }

  /** Whether a token was given. */
  get given(): boolean {
    return this.#token !== '';
  }

  refuse() {
    this.refused = true;
  }

  enter(token: string) {
    this.#token = token.trim();
    sessionStorage.setItem(stored, this.#token);
    this.refused = false;
    this.entered++;
  }
}

export const session = new Session();
