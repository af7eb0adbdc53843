// Light, dark, or what the system says.

export type Theme = 'system' | 'light' | 'dark';

const stored = 'muban.theme';

class Appearance {
  #now = $state<Theme>('system');

  constructor() {
    const chosen = localStorage.getItem(stored);
    this.choose(chosen === 'light' || chosen === 'dark' ? chosen : 'system');
  }

  get now(): Theme {
    return this.#now;
  }

  choose(theme: Theme) {
    this.#now = theme;
    localStorage.setItem(stored, theme);
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }
}

export const theme = new Appearance();
