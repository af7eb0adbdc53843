// A call's request as people read it, and as a shell repeats it.
import type { Schema } from '../../api/client';
import { parsed } from '../../components/json';

type Request = Schema<'CallRequest'>;

/** A form's fields by name, JSON inside them included; any other body as it came. */
export function readable(body: string, headers: Record<string, string>): unknown {
  if (!/x-www-form-urlencoded/i.test(header(headers, 'Content-Type')) || /^\s*[[{]/.test(body)) return body;
  try {
    decodeURIComponent(body.replaceAll('+', ' ')); // not so where it is in GBK
  } catch {
    return body;
  }
  return fields([...new URLSearchParams(body)]);
}

/** What the API decoded, JSON inside its fields included. */
export function inWords(decoded: string): unknown {
  const value = parsed(decoded);
  return value instanceof Object ? fields(Object.entries(value)) : value; // none where it was cut
}

function fields(all: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(all.map(([name, value]) => [name, typeof value === 'string' && /^[[{]/.test(value) ? parsed(value) : value]));
}

function header(headers: Record<string, string>, name: string): string {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? '';
}

/**
 * The request as a command. What the inspector masked, tokens and secrets, is
 * taken from shell variables of their names: $ACCESS_TOKEN.
 */
export function asCurl(request: Request, base: string): string {
  const quote = quoting();
  const url = base + request.path + (request.query ? `?${request.query}` : '');
  const asItStands = /[[\]{}]/.test(url) ? ['-g'] : []; // or curl takes these for a pattern
  const method = request.method === 'GET' && request.body === '' ? [] : ['-X', request.method];
  const parts = ['curl', ...asItStands, ...method, quote(url)];
  const type = header(request.headers, 'Content-Type');
  if (type !== '') parts.push('-H', quote(`Content-Type: ${type}`));
  if (request.body === '') return parts.join(' ');
  if (request.encoding === 'base64') return `echo ${request.body} | base64 -d | ${[...parts, '--data-binary', '@-'].join(' ')}`;
  return [...parts, '--data-raw', quote(request.body)].join(' ');
}

/** What the inspector writes for a secret: its beginning, if it is long, and which one it is. */
const mask = /[\w.-]{0,4}\*\*\*[0-9a-f]{8}/g;

// One secret is one variable, also where it stands twice under two names.
function quoting(): (text: string) => string {
  const variables = new Map<string, string>();
  return (text) => {
    let out = '';
    let end = 0;
    for (const { 0: secret, index } of text.matchAll(mask)) {
      const before = text.slice(end, index);
      if (!variables.has(secret)) variables.set(secret, free(nameBefore(text.slice(0, index)), [...variables.values()]));
      out += `${literal(before)}"$${variables.get(secret)}"`;
      end = index + secret.length;
    }
    return out + literal(text.slice(end)) || "''";
  };
}

function literal(text: string): string {
  return text === '' ? '' : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The name that a value has in a query, a form, JSON, or JSON in a form. */
function nameBefore(text: string): string {
  const plain = text.slice(-100).replace(/%22/g, '"').replace(/%3A/gi, ':').replace(/%3D/gi, '=').replace(/%20|\+/g, ' ');
  const [, name = 'secret'] = /([A-Za-z_][\w.-]*)["'\\\]>]*\s*[:=]?\s*["'\\]*$/.exec(plain) ?? [];
  return name.toUpperCase().replace(/\W/g, '_');
}

function free(name: string, taken: string[]): string {
  let out = name;
  for (let i = 2; taken.includes(out); i++) out = `${name}_${i}`;
  return out;
}
