// Where a tap on a message leads, on either kind of phone.
import type { Schema } from '../../api/client';
import type { Text } from '../../i18n/language.svelte';
import { leads } from './words';

export interface Tap {
  ios: Text;
  android: Text;
  /** What else a developer should know. */
  note?: Text;
}

type Message = Pick<Schema<'Message'>, 'platform' | 'page' | 'url' | 'miniprogram'>;

/** An official account's message without a target behaves unlike on the two systems (seed 004). */
export function tapOf(message: Message): Tap {
  if (message.platform !== 'wechat-oa') return both(message.page ? leads.page(message.page) : leads.nowhere);
  const { miniprogram, url } = message;
  if (miniprogram) {
    const tap = both(leads.program(miniprogram.appid, miniprogram.pagepath ?? ''));
    return url ? { ...tap, note: leads.oldClient(url) } : tap;
  }
  return url ? both(leads.url(url)) : { ios: leads.blank, android: leads.dead };
}

function both(text: Text): Tap {
  return { ios: text, android: text };
}
