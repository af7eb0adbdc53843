// What can be told of a grant at a moment.
import type { Schema } from '../../api/client';
import { locale } from '../../i18n/language.svelte';

export type Grant = Schema<'Grant'>;
export type GrantState = 'spendable' | 'spent' | 'expired';

/** The state at a time: used up, over, or good for one more message. */
export function stateOf(grant: Grant, now: Date): GrantState {
  if (grant.remaining === 0) return 'spent';
  return Date.parse(grant.expires_at) <= now.getTime() ? 'expired' : 'spendable';
}

const tones = { spendable: 'good', spent: 'plain', expired: 'warn' } as const;

/** The colour of a state's badge. */
export function toneOf(state: GrantState) {
  return tones[state];
}

/** How far a time is, rounded in the largest unit that fits: in 7 days, 3 hours ago. */
export function distance(at: string, now: Date): string {
  const seconds = (Date.parse(at) - now.getTime()) / 1000;
  const [unit, size] = ([['day', 86400], ['hour', 3600], ['minute', 60]] as const).find(([, size]) => Math.abs(seconds) >= size) ?? (['second', 1] as const);
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'always' }).format(Math.round(seconds / size), unit);
}
