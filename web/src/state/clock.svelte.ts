// The sandbox's clock. `muban serve` has none: there time is the machine's.
import { get, post, put, Refused, type Schema } from '../api/client';

class Clock {
  #state = $state.raw<Schema<'ClockState'> | null>(null);
  #readAt = 0;
  #tick = $state(0);
  /** Counts how often time was moved, here or elsewhere: what depends on it is read anew. */
  jumps = $state(0);
  /** The server said that it has no clock to move. */
  absent = false;

  constructor() {
    setInterval(() => this.#tick++, 1000);
  }

  /** Whether time can be moved here. */
  get movable(): boolean {
    return this.#state !== null;
  }

  get frozen(): boolean {
    return this.#state?.mode === 'frozen';
  }

  /** The server's time. */
  get now(): Date {
    void this.#tick; // asks again every second
    if (!this.#state) return new Date();
    const passed = this.frozen ? 0 : performance.now() - this.#readAt;
    return new Date(Date.parse(this.#state.now) + passed);
  }

  /** How far the server's time is from this machine's, in milliseconds. */
  get ahead(): number {
    return this.now.getTime() - Date.now();
  }

  /** Whether the server's time is this machine's, give or take a minute. */
  get isNow(): boolean {
    return !this.frozen && Math.abs(this.ahead) < 60_000;
  }

  async load() {
    const before = this.#readAt;
    try {
      const found = await get('/api/v1/clock');
      if (this.#readAt === before) this.#take(found); // else it may be older than what is known
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error;
      this.#state = null;
      this.absent = true;
    }
  }

  /** Moves time by a Go duration; what falls due meanwhile happens. */
  async advance(by: string) {
    this.#take(await post('/api/v1/clock/advance', { body: { by } }));
  }

  async set(change: Schema<'ClockSetting'>) {
    this.#take(await put('/api/v1/clock', { body: change }));
  }

  #take(state: Schema<'ClockState'>) {
    const expected = this.now.getTime();
    const known = this.#state !== null;
    this.#readAt = performance.now();
    this.#state = state;
    if (known && Math.abs(Date.parse(state.now) - expected) > jump) this.jumps++;
  }
}

/** From how many milliseconds on time has not just passed. */
const jump = 3000;

export const clock = new Clock();
