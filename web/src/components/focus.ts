// The focus, where what had it goes away: it must not be lost to the page.
import { tick } from 'svelte';

/** Remembers what has the focus; the answer gives it back when nothing has it any more. */
export function keepFocus(): () => void {
  const before = document.activeElement;
  return () =>
    void tick().then(() => {
      if (document.activeElement && document.activeElement !== document.body) return; // it has gone on
      const back = before !== document.body && before?.isConnected ? before : document.getElementById('main');
      if (back instanceof HTMLElement) back.focus();
    });
}
