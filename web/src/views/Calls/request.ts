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
  const parts = ['curl', ...(request.method === 'GET' ? [] : ['-X', request.method]), quote(base + request.path + query(request.query ?? ''))];
  const type = header(request.headers, 'Content-Type');
  if (type !== '') parts.push('-H', quote(`Content-Type: ${type}`));
  if (request.body === '') return parts.join(' ');
  if (request.encoding === 'base64') return `echo ${request.body} | base64 -d | ${[...parts, '--data-binary', '@-'].join(' ')}`;
  return [...parts, '--data-binary', quote(request.body)].join(' ');
}

function query(text: string): string {
  if (text === '') return '';
  return '?' + text.replace(/([\w.-]+)=([^&]*\*\*\*[^&]*)/g, (_, name: string) => `${name}=$${name.toUpperCase()}$`);
}

// Within quote, $NAME$ marks a variable: it stands outside of the single quotes.
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`).replace(/\$([A-Z_]+)\$/g, `'"$$$1"'`)}'`;
}
