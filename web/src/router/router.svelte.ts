// Where the user is: the page's path and query. Links are plain <a href="/…">.

class Router {
  #url = $state.raw(new URL(location.href));

  constructor() {
    addEventListener('popstate', () => (this.#url = new URL(location.href)));
    document.addEventListener('click', (event) => this.#follow(event));
  }

  /** The path's parts, decoded: /messages/12 is ['messages', '12']. */
  get parts(): string[] {
    return this.#url.pathname.split('/').filter(Boolean).map(decoded);
  }

  get query(): URLSearchParams {
    return this.#url.searchParams;
  }

  go(href: string, replace = false) {
    const url = new URL(href, location.href);
    if (url.href === this.#url.href) return;
    if (replace) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
    this.#url = url;
  }

  /** The present page with some of its query changed; '' removes a member. */
  with(change: Record<string, string>): string {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(change)) {
      if (value === '') query.delete(name);
      else query.set(name, value);
    }
    return this.#url.pathname + (query.size > 0 ? `?${query}` : '');
  }

  #follow(event: MouseEvent) {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest('a');
    if (!link || link.target !== '' || link.origin !== location.origin || link.hasAttribute('download')) return;
    if (link.pathname.startsWith('/api/') || link.getAttribute('href')?.startsWith('#')) return;
    event.preventDefault();
    this.go(link.href);
  }
}

/** A part of a path; one that was cut within a character stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const router = new Router();

/** A path of the console from its parts and query; empty members are left out. */
export function pathTo(parts: string[], query: Record<string, string> = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  return '/' + parts.map(encodeURIComponent).join('/') + (search.size > 0 ? `?${search}` : '');
}
