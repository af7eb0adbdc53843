// Every text of the console is a pair, Chinese and English, beside the view
// that shows it (words.ts); t() gives the one of the chosen language.

export type Language = 'zh' | 'en';

/** A text in both languages. */
export type Text = Record<Language, string>;

const stored = 'muban.language';

function first(): Language {
  const chosen = localStorage.getItem(stored);
  if (chosen === 'zh' || chosen === 'en') return chosen;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

class Choice {
  #now = $state<Language>(first());

  get now(): Language {
    return this.#now;
  }

  choose(language: Language) {
    this.#now = language;
    localStorage.setItem(stored, language);
  }
}

/** The chosen language: the browser's until the user chooses. */
export const language = new Choice();

/** The text in the chosen language. */
export function t(text: Text): string {
  return text[language.now];
}

/** The tag for Intl and for the lang attribute. */
export function locale(): string {
  return language.now === 'zh' ? 'zh-CN' : 'en-GB';
}
