// The admin token that `muban serve` asks for. It is kept for this tab only.

const stored = 'muban.token';

/** A header carries nothing else: another token, typed with an input method, is wrong. */
const sendable = /^[\x21-\x7e]+$/;

class Session {
  #token = '';
  /** The server refused a call for want of the token. */
  refused = $state(false);
  /** Counts logins, so that what depends on one is loaded anew. */
  entered = $state(0);

  /** The token that was given is not the server's. */
  wrong = $state(false);

  constructor() {
    const token = sessionStorage.getItem(stored) ?? '';
    if (sendable.test(token)) this.#token = token;
  }

  headers(): Record<string, string> {
    return this.#token === '' ? {} : { Authorization: `Bearer ${this.#token}` };
  }

  refuse() {
    this.refused = true;
    this.wrong = this.#token !== '';
  }

  enter(token: string) {
    const given = token.trim();
    this.wrong = !sendable.test(given);
    if (this.wrong) return;
    this.#token = given;
    sessionStorage.setItem(stored, given);
    this.refused = false;
    this.entered++;
  }
}

export const session = new Session();
