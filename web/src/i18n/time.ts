// Times as people read them: in the browser's time zone, in the chosen
// language.
import { locale } from './language.svelte';

/** 26 Nov, 12:03:07; with the year where it is not this machine's: sandbox time may be years ahead. */
export function shortTime(text: string): string {
  const at = new Date(text);
  return new Intl.DateTimeFormat(locale(), {
    ...(at.getFullYear() === new Date().getFullYear() ? {} : { year: 'numeric' }),
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

/** With year and time zone, for titles and details. */
export function fullTime(text: string): string {
  return new Intl.DateTimeFormat(locale(), {
    dateStyle: 'medium',
    timeStyle: 'long',
    hourCycle: 'h23',
  }).format(new Date(text));
}

/** The day as a card shows it. */
export function cardDay(text: string): string {
  return new Intl.DateTimeFormat(locale(), { month: 'long', day: 'numeric' }).format(new Date(text));
}

/** 12:03. */
export function clockTime(text: string): string {
  return new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(text));
}
