// Templates as a sender sees them: their placeholders and example values.
import type { Schema } from '../api/client';

type Template = Pick<Schema<'Template'>, 'content'> & { example?: string | undefined };

const placeholder = /\{\{\s*([^{}]+?)\.DATA\s*\}\}/g;

/** The keys of a template's placeholders, in order, each once. */
export function keysOf(template: Template): string[] {
  return [...new Set([...template.content.matchAll(placeholder)].map((found) => found[1]!))];
}

/**
 * What the template's example shows for each key, line by line, for the example
 * is the content filled in; '' where it does not show one.
 */
export function examplesOf(template: Template): Record<string, string> {
  const lines = (template.example ?? '').split('\n');
  const shown = template.content.split('\n').map((line, i) => valuesIn(line, lines[i] ?? ''));
  return Object.assign(Object.fromEntries(keysOf(template).map((key) => [key, ''])), ...shown);
}

// What stands in a line of the example where the content has placeholders;
// nothing where the two do not fit. A template made of keywords has a colon in
// its example that its content does not have.
function valuesIn(content: string, example: string): Record<string, string> {
  const parts = content.split(placeholder); // text, key, text, key, …, text
  const last = parts.at(-1)!;
  if (parts.length === 1 || !example.endsWith(last)) return {};
  const values: Record<string, string> = {};
  const end = example.length - last.length;
  let key = '';
  let from = 0;
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const label = parts[i]!.replace(/[:： ]+$/, '') || parts[i]!;
    const start = example.indexOf(label, from);
    if (start < 0 || start + label.length > end || (i === 0 && start > 0)) return {};
    if (key !== '') values[key] = example.slice(from, start);
    key = parts[i + 1]!;
    from = start + label.length;
    from += /^[:：]?\s*/.exec(example.slice(from))![0].length;
  }
  return { ...values, [key]: example.slice(from, end) };
}

/** The template's text with the values filled in, as the platform renders it. */
export function render(template: Template, values: Record<string, string>): string {
  return template.content.replace(placeholder, (_, key: string) => values[key] ?? '');
}
