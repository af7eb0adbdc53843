// What the command line, other tabs and a reset change behind the console's
// back: the clock and the apps, which no news tell of. They are read again when
// news were missed or the window is come back to; the clock, which is one small
// answer, every few seconds as well.
import { apps } from './apps.svelte';
import { clock } from './clock.svelte';
import { live } from './live.svelte';
import { session } from './session.svelte';

const every = 4000; // milliseconds

/** Keeps both as they are on the server; the answer ends it. */
export function keepFresh(): () => void {
  const ends = [
    live.onReset(readAll),
    live.onMessage((message) => apps.meet(message.app_id)),
    live.onCallback((callback) => apps.meet(callback.app_id)),
    live.onCall((call) => call.explanation || apps.meet(call.app_id)),
  ];
  const timer = setInterval(() => clock.movable && !document.hidden && read(clock.load()), every);
  addEventListener('focus', readAll);
  return () => {
    ends.forEach((end) => end());
    clearInterval(timer);
    removeEventListener('focus', readAll);
  };
}

function readAll() {
  if (session.refused) return;
  if (!clock.absent) read(clock.load());
  read(apps.load());
}

// A server that does not answer is told of by the header.
function read(answer: Promise<unknown>) {
  answer.catch(() => {});
}
