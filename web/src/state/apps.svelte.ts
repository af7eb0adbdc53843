// The apps, which every view needs for names and filters.
import { get, type Schema } from '../api/client';

export type App = Schema<'App'>;

class Apps {
  all = $state.raw<App[]>([]);
  loaded = $state(false);

  async load(): Promise<App[]> {
    const all: App[] = [];
    let cursor = '';
    do {
      const part = await get('/api/v1/apps', { query: { limit: 500, cursor } });
      all.push(...part.items);
      cursor = part.next_cursor ?? '';
    } while (cursor !== '');
    this.all = all.reverse(); // the list is newest first; people meet the oldest first
    this.loaded = true;
    return this.all;
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
