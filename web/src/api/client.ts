// The native API, typed by its OpenAPI document (schema.d.ts, generated).
import { t } from '../i18n/language.svelte';
import { terms } from '../i18n/terms';
import { session } from '../state/session.svelte';
import type { components, paths } from './schema';

/** An object of the API by its name in the document. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths that can be called with a method. */
export type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;

type Parameters<O, Where extends string> = O extends { parameters: infer In }
  ? In extends { [W in Where]?: infer V }
    ? NonNullable<V>
    : never
  : never;

type Body<O> = O extends { requestBody?: infer B } ? (NonNullable<B> extends { content: infer C } ? C[keyof C] : undefined) : undefined;

type Success<O> = O extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 | 202 ? (R[S] extends { content: infer C } ? C[keyof C] : undefined) : never }[keyof R]
  : never;

/** What a call may carry. Query members that are empty are left out. */
export interface Input<O> {
  path?: Parameters<O, 'path'>;
  query?: Parameters<O, 'query'>;
  body?: Body<O>;
  signal?: AbortSignal;
}

/** An answer that is not what was asked for: the API's problem document. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Schema<'Problem'>>,
  ) {
    super(describe(status, problem));
  }
}

function describe(status: number, problem: Partial<Schema<'Problem'>>): string {
  const text = problem.detail ?? problem.title ?? `HTTP ${status}`;
  const fields = (problem.errors ?? []).filter((e) => !text.includes(said(e))).map((e) => `${e.location}: ${e.message}`);
  return [text, ...fields].join('\n');
}

/** How the detail, which says the first few errors, writes one: by is 7d; it must be… */
function said({ location, message }: Schema<'FieldError'>): string {
  return `${location.replace(/^(body|query|path)\./, '')} ${message}`;
}

/** Calls the API. A problem document becomes a {@link Refused}. */
export async function call<M extends Method, P extends PathWith<M>>(
  method: M,
  path: P,
  input: Input<Operation<P, M>> = {},
): Promise<Success<Operation<P, M>>> {
  const answer = await ask(address(path, input.path, input.query), {
    method: method.toUpperCase(),
    headers: headers(method, input.body),
    body: input.body === undefined ? null : JSON.stringify(input.body),
    signal: input.signal ?? null,
  });
  if (answer.status === 401) session.refuse();
  if (!answer.ok) throw new Refused(answer.status, await problemOf(answer));
  const text = await answer.text();
  return (text === '' ? undefined : JSON.parse(text)) as Success<Operation<P, M>>;
}

/** As fetch; where no answer comes, says so in the chosen language. Browsers say "Failed to fetch", each in its own words. */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw init.signal?.aborted ? error : new Error(t(terms.unanswered));
  }
}

export const get = <P extends PathWith<'get'>>(path: P, input?: Input<Operation<P, 'get'>>) => call('get', path, input);
export const post = <P extends PathWith<'post'>>(path: P, input?: Input<Operation<P, 'post'>>) => call('post', path, input);
export const put = <P extends PathWith<'put'>>(path: P, input?: Input<Operation<P, 'put'>>) => call('put', path, input);
export const patch = <P extends PathWith<'patch'>>(path: P, input?: Input<Operation<P, 'patch'>>) => call('patch', path, input);
export const remove = <P extends PathWith<'delete'>>(path: P, input?: Input<Operation<P, 'delete'>>) => call('delete', path, input);

function headers(method: Method, body: unknown): Record<string, string> {
  const out: Record<string, string> = session.headers();
  if (body !== undefined) out['Content-Type'] = method === 'patch' ? 'application/merge-patch+json' : 'application/json';
  return out;
}

function address(path: string, values: Record<string, unknown> = {}, query: Record<string, unknown> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  return search.size > 0 ? `${filled}?${search}` : filled;
}

async function problemOf(answer: Response): Promise<Partial<Schema<'Problem'>>> {
  try {
    return (await answer.json()) as Partial<Schema<'Problem'>>;
  } catch {
    return {}; // a proxy in between answers what it likes
  }
}

/** What to show for an error of whatever kind. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
