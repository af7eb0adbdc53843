// A list of the API that grows from its top as news come.
import { Pages } from './pages.svelte';

export class LivePages<T extends { id: string }> extends Pages<T> {
  /** The ids of what came as news: their rows are seen to arrive. */
  arrived = $state.raw(new Set<string>());

  /**
   * Takes news, the oldest first: what the list has is replaced, the rest put in
   * front. What does not fit, or does no more, is left out.
   */
  take(news: T[], fits: (item: T) => boolean = () => true) {
    if (news.length === 0) return;
    const latest = new Map(news.map((item) => [item.id, item]));
    const had = new Set(this.items.map(({ id }) => id));
    const old = this.items.map((item) => latest.get(item.id) ?? item).filter((item) => !latest.has(item.id) || fits(item));
    const added = [...latest.values()].filter((item) => !had.has(item.id) && fits(item)).reverse();
    this.items = [...added, ...old];
    this.arrived = new Set([...this.arrived, ...added.map(({ id }) => id)]);
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
