// A list of the API that grows from its top as news come.
import { Pages, pageSize, type Fetch } from './pages.svelte';

/** Where an item stands in its list: the larger, the nearer to the top. */
export type Place<T> = (item: T) => number;

/**
 * The place of a message or a callback. The lower 53 bits of its id are its
 * number, which grows with time; above them only official accounts' messages
 * have anything (muban.MessageID).
 */
export const byNumber: Place<{ id: string }> = ({ id }) => Number(BigInt.asUintN(53, BigInt(id)));

/** How many items are kept while its top is read; more begin the list anew. */
const most = 2000;

export class LivePages<T extends { id: string }> extends Pages<T> {
  /** The ids of what came as news last: their rows are seen to arrive. */
  arrived = $state.raw(new Set<string>());
  /** The index of the first row in sight, as whoever shows the list tells. */
  inSight = 0;
  #place: Place<T> | undefined;
  /** What came while the list was begun anew, which its first part may not have. */
  #meanwhile: T[] | null = null;
  #fits: (item: T) => boolean = () => true;

  /** Without places all news that the list does not have are new. */
  constructor(place?: Place<T>) {
    super();
    this.#place = place;
  }

  override async open(fetch: Fetch<T>) {
    const news: T[] = (this.#meanwhile = []);
    await super.open(fetch);
    if (this.#meanwhile !== news) return; // it was begun once more
    this.#meanwhile = null;
    this.take(news, this.#fits);
  }

  /**
   * Takes news, the oldest first: what the list has is replaced, the rest put
   * where it belongs. What does not fit, or does no more, is left out, and so is
   * what stands further down than was fetched: it comes with its part.
   */
  take(news: T[], fits: (item: T) => boolean = () => true) {
    if (news.length === 0) return;
    this.#meanwhile?.push(...news);
    this.#fits = fits;
    const latest = new Map(news.map((item) => [item.id, item]));
    const had = new Set(this.items.map(({ id }) => id));
    const old = this.items.map((item) => latest.get(item.id) ?? item).filter((item) => !latest.has(item.id) || fits(item));
    const end = this.more ? this.items.at(-1) : undefined;
    const added = [...latest.values()].filter((item) => !had.has(item.id) && fits(item) && !this.#isBelow(item, end)).reverse();
    this.items = this.#inOrder(added, old);
    this.arrived = new Set([...this.arrived, ...added.map(({ id }) => id)].slice(-pageSize));
    if (this.items.length > most && this.inSight < pageSize / 2 && !this.loading) void this.again();
  }

  #isBelow(item: T, other: T | undefined): boolean {
    return this.#place !== undefined && other !== undefined && this.#place(item) < this.#place(other);
  }

  // News are about something older where it was changed, not made.
  #inOrder(added: T[], old: T[]): T[] {
    const all = [...added, ...old];
    const place = this.#place;
    return place && added.some((item) => this.#isBelow(item, old[0])) ? all.sort((a, b) => place(b) - place(a)) : all;
  }
}

/** Puts an act off for some milliseconds: however much asks for it until then, it is done once. */
export function together(act: () => void, wait: number): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return () => {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      act();
    }, wait);
  };
}
