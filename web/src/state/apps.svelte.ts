// The apps, which every view needs for names and filters.
import { get, type Schema } from '../api/client';
import { together } from './livepages.svelte';

export type App = Schema<'App'>;

class Apps {
  all = $state.raw<App[]>([]);
  loaded = $state(false);
  #asked = 0;
  #taken = 0;
  #soon = together(() => this.load().catch(() => {}), 500); // the next stranger asks again

  async load(): Promise<App[]> {
    const turn = ++this.#asked;
    const all: App[] = [];
    let cursor = '';
    do {
      const part = await get('/api/v1/apps', { query: { limit: 500, cursor } });
      all.push(...part.items);
      cursor = part.next_cursor ?? '';
    } while (cursor !== '');
    if (turn < this.#taken) return this.all; // a later question was answered first
    this.#taken = turn;
    all.reverse(); // the list is newest first; people meet the oldest first
    if (JSON.stringify(all) !== JSON.stringify(this.all)) this.all = all; // nothing is drawn anew for the same
    this.loaded = true;
    return this.all;
  }

  /** Hears of an app: one that is not known was made elsewhere meanwhile. */
  meet(appID: string | undefined) {
    if (appID && this.loaded && !this.find(appID)) this.#soon();
  }

  find(appID: string): App | undefined {
    return this.all.find((app) => app.app_id === appID);
  }

  /** The app's name, or its id where it has none or is not known. */
  nameOf(appID: string): string {
    return this.find(appID)?.name || appID;
  }

  /** Whether this is `muban dev`, which shows secrets. */
  get secretsShown(): boolean {
    return this.all.some((app) => app.secret !== undefined);
  }
}

export const apps = new Apps();
