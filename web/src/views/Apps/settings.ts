// An app's settings as a form has them, all text, and as the API has them.
import type { Schema } from '../../api/client';
import type { App } from '../../state/apps.svelte';

type Patch = Schema<'AppPatch'>;

export interface Settings {
  name: string;
  pages: string;
  daily: string;
  templates: string;
  push: boolean;
  originalID: string;
  linked: string;
  cloudAll: boolean;
  cloud: string;
  url: string;
  token: string;
  aesKey: string;
  mode: 'plain' | 'compat' | 'safe';
  primary: string;
  secondary: string;
  publicKey: string;
  cert: string;
  contentKey: string;
}

/** The settings of an app. What the server does not show is empty. */
export function settingsOf(app: App): Settings {
  return {
    name: app.name,
    pages: app.pages.join('\n'),
    daily: app.daily_limit === undefined ? '' : String(app.daily_limit),
    templates: app.template_limit === undefined ? '' : String(app.template_limit),
    push: app.push_allowed ?? true,
    originalID: app.original_id ?? '',
    linked: (app.linked_apps ?? []).join('\n'),
    cloudAll: app.cloud_permissions === undefined,
    cloud: (app.cloud_permissions ?? []).join('\n'),
    url: app.callback?.url ?? '',
    token: app.callback?.token ?? '',
    aesKey: app.callback?.aes_key ?? '',
    mode: app.callback?.mode ?? 'plain',
    primary: app.industries?.primary === undefined ? '' : String(app.industries.primary),
    secondary: app.industries?.secondary === undefined ? '' : String(app.industries.secondary),
    publicKey: app.app_public_key ?? '',
    cert: app.app_cert ?? '',
    contentKey: app.content_key ?? '',
  };
}

/** The change from what the app has to what the form says; only what differs. */
export function patchOf(app: App, now: Settings): Patch {
  const old = settingsOf(app);
  const patch: Patch = {};
  // A field for numbers holds a number, or null where it is empty.
  const changed = (...names: (keyof Settings)[]) => names.some((name) => String(now[name] ?? '') !== String(old[name]));
  if (changed('name')) patch.name = now.name;
  if (changed('pages')) patch.pages = linesOf(now.pages);
  if (changed('daily')) patch.daily_limit = numberOf(now.daily);
  if (changed('templates')) patch.template_limit = numberOf(now.templates);
  if (changed('push')) patch.push_allowed = now.push;
  if (changed('originalID')) patch.original_id = now.originalID.trim() || null;
  if (changed('linked')) patch.linked_apps = linesOf(now.linked);
  if (changed('cloud', 'cloudAll')) patch.cloud_permissions = now.cloudAll ? null : linesOf(now.cloud);
  if (changed('url', 'token', 'aesKey', 'mode')) patch.callback = callbackOf(now, changed);
  if (changed('primary', 'secondary')) patch.industries = industriesOf(now);
  if (changed('publicKey')) patch.app_public_key = now.publicKey.trim() || null;
  if (changed('cert')) patch.app_cert = now.cert.trim() || null;
  if (changed('contentKey')) patch.content_key = now.contentKey.trim() || null;
  return patch;
}

// The server does not show the token and the key in `muban serve`: those that
// were not touched are left out, so that they stay.
function callbackOf(now: Settings, changed: (...names: (keyof Settings)[]) => boolean): Patch['callback'] {
  if (now.url.trim() === '') return null;
  return {
    url: now.url.trim(),
    mode: now.mode,
    ...(changed('token') ? { token: now.token.trim() } : {}),
    ...(changed('aesKey') ? { aes_key: now.aesKey.trim() || null } : {}),
  };
}

function industriesOf(now: Settings): Patch['industries'] {
  const [primary, secondary] = [numberOf(now.primary), numberOf(now.secondary)];
  return primary === null && secondary === null ? null : { primary, secondary };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function numberOf(text: string): number | null {
  return String(text ?? '').trim() === '' ? null : Number(text);
}
