// A list of the API that grows from its top as news come.
import { Pages } from './pages.svelte';

export class LivePages<T extends { id: string }> extends Pages<T> {
  /** The ids of what came as news: their rows are seen to arrive. */
  arrived = $state.raw(new Set<string>());

  /** Takes news, the oldest first: what the list has is replaced, the rest put in front. */
  take(news: T[]) {
    if (news.length === 0) return;
    const latest = new Map(news.map((item) => [item.id, item]));
    const old = this.items.map((item) => latest.get(item.id) ?? item);
    for (const { id } of old) latest.delete(id);
    this.items = [...[...latest.values()].reverse(), ...old];
    this.arrived = new Set([...this.arrived, ...latest.keys()]);
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
