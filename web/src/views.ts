// The console's views: one entry each, in the order of the navigation. A view
// at /messages also has what is below it, /messages/12; router.parts tells it.
import type { Component } from 'svelte';
import type { IconName } from './components/Icon.svelte';
import type { Text } from './i18n/language.svelte';
import Apps from './views/Apps/Apps.svelte';
import { words as apps } from './views/Apps/words';
import Callbacks from './views/Callbacks/Callbacks.svelte';
import { words as callbacks } from './views/Callbacks/words';
import Calls from './views/Calls/Calls.svelte';
import { words as calls } from './views/Calls/words';
import Grants from './views/Grants/Grants.svelte';
import { words as grants } from './views/Grants/words';
import Library from './views/Library/Library.svelte';
import { words as library } from './views/Library/words';
import Messages from './views/Messages/Messages.svelte';
import { words as messages } from './views/Messages/words';
import Overview from './views/Overview/Overview.svelte';
import { words as overview } from './views/Overview/words';
import Phone from './views/Phone/Phone.svelte';
import { words as phone } from './views/Phone/words';
import Requests from './views/Requests/Requests.svelte';
import { words as requests } from './views/Requests/words';
import Templates from './views/Templates/Templates.svelte';
import { words as templates } from './views/Templates/words';

export interface View {
  path: string;
  icon: IconName;
  name: Text;
  component: Component;
}

export const views: View[] = [
  { path: 'phone', icon: 'phone', name: phone.name, component: Phone },
  { path: 'messages', icon: 'message', name: messages.name, component: Messages },
  { path: 'calls', icon: 'call', name: calls.name, component: Calls },
  { path: 'templates', icon: 'template', name: templates.name, component: Templates },
  { path: 'library', icon: 'library', name: library.name, component: Library },
  { path: 'requests', icon: 'request', name: requests.name, component: Requests },
  { path: 'grants', icon: 'grant', name: grants.name, component: Grants },
  { path: 'callbacks', icon: 'callback', name: callbacks.name, component: Callbacks },
  { path: 'apps', icon: 'app', name: apps.name, component: Apps },
  { path: 'overview', icon: 'overview', name: overview.name, component: Overview },
];
