// What happens on the server, as it happens. Views subscribe and are told.
import { get, Refused, type Schema } from '../api/client';

type Listener<News> = (news: News) => void;

/** How long one poll is held by the server, and how long to rest after one that failed. */
const held = '50s';
const rest = 2000;

/** How often those who watch calls look for new ones. */
const look = 1500;

class Live {
  /** Whether the server answers. */
  connected = $state(true);
  #listeners = new Set<Listener<Schema<'Message'>>>();
  #running: AbortController | null = null;

  /** Tells of every message from now on; the answer ends it. */
  onMessage(listener: Listener<Schema<'Message'>>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says from time to time that there may be new calls; the answer ends it. */
  onCall(listener: () => void): () => void {
    const timer = setInterval(() => document.visibilityState === 'visible' && listener(), look);
    return () => clearInterval(timer);
  }

  /** Starts to listen, anew where it did before. */
  start() {
    this.#running?.abort();
    this.#running = new AbortController();
    void this.#follow(this.#running.signal);
  }

  async #follow(signal: AbortSignal) {
    let after: string | null = null;
    while (!signal.aborted) {
      try {
        after ??= await this.#newest(signal);
        const part: Schema<'ListMessage'> = await get('/api/v1/messages', { query: { after, wait: held, limit: 200 }, signal });
        this.connected = true;
        for (const message of part.items.toReversed()) this.#listeners.forEach((tell) => tell(message));
        after = part.items[0]?.id ?? after;
      } catch (error) {
        if (signal.aborted || (error instanceof Refused && error.status === 401)) return;
        this.connected = error instanceof Refused;
        await pause(rest, signal);
      }
    }
  }

  async #newest(signal: AbortSignal): Promise<string> {
    const part = await get('/api/v1/messages', { query: { limit: 1 }, signal });
    return part.items[0]?.id ?? ''; // without one, the first message is news
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
}

export const live = new Live();
