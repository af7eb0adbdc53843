// What happens on the server, as it happens: views subscribe and are told.
import type { Schema } from '../api/client';
import { eventsOf } from './events';
import { session } from './session.svelte';

/** The kinds of news, and what each carries. */
interface News {
  /** Accepted, or read by its user. */
  message: Schema<'Message'>;
  /** Made, attempted or resent. */
  callback: Schema<'Callback'>;
  /** A platform call that the inspector keeps. */
  call: Schema<'Call'>;
  /** Minted or spent. */
  grant: Schema<'Grant'>;
  /** Something was missed: what is shown must be read anew. */
  reset: unknown;
}

type Kind = keyof News;
type Listener<K extends Kind> = (news: News[K]) => void;

/** How long to rest after a connection that failed, in milliseconds. */
const rest = 1500;

/**
 * How long a connection may say nothing, in milliseconds: the server says
 * something every 15 seconds. A network that was lost, as by a computer that
 * slept, ends no connection.
 */
const silence = 40_000;

class Live {
  /** Whether the server answers. */
  connected = $state(true);
  #listeners: { [K in Kind]: Set<Listener<K>> } = { message: new Set(), callback: new Set(), call: new Set(), grant: new Set(), reset: new Set() };
  #running: AbortController | null = null;

  /** Tells of every message; the answer ends it. */
  onMessage = (listener: Listener<'message'>) => this.#on('message', listener);
  onCallback = (listener: Listener<'callback'>) => this.#on('callback', listener);
  onCall = (listener: Listener<'call'>) => this.#on('call', listener);
  onGrant = (listener: Listener<'grant'>) => this.#on('grant', listener);
  /** Says that news were missed; the answer ends it. */
  onReset = (listener: Listener<'reset'>) => this.#on('reset', listener);

  /** Starts to listen, anew where it did before. */
  start() {
    this.#running?.abort();
    this.#running = new AbortController();
    void this.#follow(this.#running.signal);
  }

  #on<K extends Kind>(kind: K, listener: Listener<K>): () => void {
    const listeners = this.#listeners[kind] as Set<Listener<K>>;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  async #follow(signal: AbortSignal) {
    let last = '';
    while (!signal.aborted) {
      const watch = new Watch(silence, signal);
      try {
        const answer = await fetch('/api/v1/stream', { headers: { ...session.headers(), ...(last === '' ? {} : { 'Last-Event-ID': last }) }, signal: watch.signal });
        if (answer.status === 401) return session.refuse();
        if (!answer.ok || !answer.body) throw new Error(`the stream answered ${answer.status}`);
        this.connected = true;
        // What happened between the reading of a list and now is in neither.
        if (last === '') this.#tell('reset', '{}');
        for await (const { id, event, data } of eventsOf(answer.body)) {
          watch.heard();
          if (id !== '') last = id;
          if (event !== '') this.#tell(event as Kind, data);
        }
      } catch {
        if (signal.aborted) return;
        this.connected = false;
      } finally {
        watch.end();
      }
      await pause(rest, signal);
    }
  }

  #tell<K extends Kind>(kind: K, data: string) {
    const listeners = this.#listeners[kind] as Set<Listener<K>> | undefined;
    if (!listeners || listeners.size === 0) return;
    const news = JSON.parse(data) as News[K];
    for (const listener of listeners) listener(news);
  }
}

/** Ends a connection on which nothing was heard for some milliseconds, or whose user ends it. */
class Watch {
  #connection = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #user: AbortSignal;

  constructor(
    readonly most: number,
    user: AbortSignal,
  ) {
    this.#user = user;
    user.addEventListener('abort', this.#abort);
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#connection.signal;
  }

  heard() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#abort, this.most);
  }

  /** Must be called when the connection has ended. */
  end() {
    clearTimeout(this.#timer);
    this.#user.removeEventListener('abort', this.#abort);
  }

  #abort = () => this.#connection.abort();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
}

export const live = new Live();
