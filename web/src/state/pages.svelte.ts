// A list of the API, fetched part by part as it is scrolled.
import { messageOf, Refused } from '../api/client';

/** A part as the API answers it. */
export interface Part<T> {
  items: T[];
  next_cursor?: string | undefined;
}

/** Fetches the part at a cursor; '' is the first. */
export type Fetch<T> = (cursor: string, signal: AbortSignal) => Promise<Part<T>>;

/** How many items a part should have. */
export const pageSize = 100;

export class Pages<T> {
  items = $state.raw<T[]>([]);
  error = $state('');
  /** The problem's code, where the API refused: inspector_off. */
  code = $state('');
  loading = $state(false);
  /** Whether the first part has come. */
  loaded = $state(false);
  /** Counts the lists that were begun with another fetch: what is shown is another's. */
  turn = $state(0);
  #next = $state<string | undefined>(undefined);
  #fetch: Fetch<T> | null = null;
  #running: AbortController | null = null;

  /** Whether there is more than what was fetched. */
  get more(): boolean {
    return this.#next !== undefined;
  }

  /** Begins a list anew. What it had is shown until the first part is there. */
  async open(fetch: Fetch<T>) {
    const other = fetch !== this.#fetch;
    this.#fetch = fetch;
    this.#running?.abort();
    await this.#load('', (part) => {
      this.loaded = true;
      if (other) this.turn++;
      return part.items;
    });
  }

  /** Fetches the next part, if there is one and none is on its way. */
  async next() {
    if (this.loading || this.#next === undefined) return;
    await this.#load(this.#next, (part) => [...this.items, ...part.items]);
  }

  /** Begins the same list anew. */
  async again() {
    if (this.#fetch) await this.open(this.#fetch);
  }

  /** Puts a new item in front. */
  prepend(item: T) {
    this.items = [item, ...this.items];
  }

  /** Puts an item in the place of one that it equals by its key. */
  replace(item: T, key: (item: T) => string) {
    this.items = this.items.map((old) => (key(old) === key(item) ? item : old));
  }

  async #load(cursor: string, join: (part: Part<T>) => T[]) {
    if (!this.#fetch) return;
    const running = new AbortController();
    this.#running = running;
    this.loading = true;
    try {
      const part = await this.#fetch(cursor, running.signal);
      if (running.signal.aborted) return;
      this.items = join(part);
      this.#next = part.next_cursor;
      this.error = this.code = '';
    } catch (error) {
      if (running.signal.aborted) return;
      this.error = messageOf(error);
      this.code = error instanceof Refused ? (error.problem.code ?? '') : '';
    } finally {
      if (this.#running === running) this.loading = false;
    }
  }
}
