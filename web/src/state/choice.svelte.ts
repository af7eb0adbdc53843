// The app that a view of one app's things shows: the one in the address, else
// the first.
import { router } from '../router/router.svelte';
import { apps, type App } from './apps.svelte';

/** The app in the address (?app=), or the first of those that fit. */
export function chosenApp(fits: (app: App) => boolean = () => true): App | undefined {
  const wanted = apps.find(router.query.get('app') ?? '');
  return wanted && fits(wanted) ? wanted : apps.all.find(fits);
}
