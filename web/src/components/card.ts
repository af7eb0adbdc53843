// What a message's card says, row by row, from its rendered text and its data.
import type { Schema } from '../api/client';

export interface CardRow {
  /** The keyword's name, without what separates it from its value. */
  name: string;
  value: string;
  color?: string | undefined;
  /** The keyword's key; '' where the row is text of the template only. */
  key: string;
}

type Message = Pick<Schema<'Message'>, 'rendered' | 'data' | 'emphasis_keyword' | 'color'>;

/**
 * The rows of a card. The rendered text is the template's with the values
 * filled in, and the template may be gone since: a value that ends a line is
 * told from the name before it by the data.
 */
export function rowsOf(message: Message): CardRow[] {
  const text = message.rendered;
  const left = new Map(Object.entries(message.data).filter(([, v]) => v.value !== ''));
  const rows: CardRow[] = [];
  let at = 0;
  while (at < text.length) {
    const next = nextValue(text, at, left);
    if (!next) break;
    const lines = text.slice(at, next.start).split('\n');
    const name = lines.pop() ?? '';
    rows.push(...plain(lines));
    rows.push({ name: bare(name), value: next.value, color: next.color ?? message.color, key: next.key });
    left.delete(next.key);
    at = next.start + next.value.length + 1; // with the line's end
  }
  return [...rows, ...plain(text.slice(at).split('\n'))];
}

function nextValue(text: string, from: number, data: Map<string, Schema<'MessageValue'>>) {
  let best: { key: string; value: string; color: string | undefined; start: number } | null = null;
  for (const [key, { value, color }] of data) {
    const start = endingLine(text, value, from);
    if (start < 0) continue;
    if (!best || start < best.start || (start === best.start && value.length > best.value.length)) best = { key, value, color, start };
  }
  return best;
}

function endingLine(text: string, value: string, from: number): number {
  for (let start = text.indexOf(value, from); start >= 0; start = text.indexOf(value, start + 1)) {
    const end = start + value.length;
    if (end === text.length || text[end] === '\n') return start;
  }
  return -1;
}

function plain(lines: string[]): CardRow[] {
  return lines.filter((line) => line.trim() !== '').map((line) => ({ name: bare(line), value: '', key: '' }));
}

function bare(name: string): string {
  return name.trim().replace(/[:：]$/, '');
}

/** The key of the row that is shown large; '' where none is. */
export function emphasised(message: Message): string {
  return (message.emphasis_keyword ?? '').replace(/\.DATA$/, '');
}
