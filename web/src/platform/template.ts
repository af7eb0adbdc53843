// Templates as a sender sees them: their placeholders and example values.
import type { Schema } from '../api/client';

type Template = Pick<Schema<'Template'>, 'content'> & { example?: string | undefined };

/** The keys of a template's placeholders, in order, each once. */
export function keysOf(template: Template): string[] {
  return [...new Set([...template.content.matchAll(/\{\{\s*([^{}]+?)\.DATA\s*\}\}/g)].map((found) => found[1]!))];
}

/**
 * What the template's example shows for each key. Content and example have the
 * same lines; on an example's line the value follows the name and a colon.
 */
export function examplesOf(template: Template): Record<string, string> {
  const lines = (template.example ?? '').split('\n');
  const out: Record<string, string> = {};
  template.content.split('\n').forEach((line, i) => {
    const found = /^(.*?)\{\{\s*([^{}]+?)\.DATA\s*\}\}/.exec(line);
    if (!found) return;
    const name = found[1]!.replace(/[:：]\s*$/, '');
    const example = lines[i] ?? '';
    out[found[2]!] = example.startsWith(name) ? example.slice(name.length).replace(/^\s*[:：]?\s*/, '') : example;
  });
  return out;
}

/** The template's text with the values filled in, as the platform renders it. */
export function render(template: Template, values: Record<string, string>): string {
  return template.content.replace(/\{\{\s*([^{}]+?)\.DATA\s*\}\}/g, (_, key: string) => values[key] ?? '');
}
