// Whose phone is looked at, and what is on it.
import { get, patch, post, type Schema } from '../../api/client';
import { live } from '../../state/live.svelte';
import { byNumber, LivePages } from '../../state/livepages.svelte';

export type User = Schema<'User'>;
export type Message = Schema<'Message'>;

/** The id that a user is addressed by in paths: any of its ids will do. */
export function idOf(user: User): string {
  return user.open_id ?? user.swan_id ?? user.alipay_open_id ?? '';
}

function isAddressed(user: User, id: string): boolean {
  return id === user.open_id || id === user.swan_id || id === user.alipay_open_id;
}

/** How many messages are put on the phone at once. */
const screenful = 30;

export class Phone {
  user = $state.raw<User | null>(null);
  /** Names who was chosen, whatever becomes of the user's ids since. */
  chosen = $state('');
  inbox = new LivePages<Message>(byNumber);
  unread = $state(0);
  appID = $state('');
  /** Whether the messages of all apps of this person are shown. */
  person = $state(false);
  #turn = 0;

  /** Watches for news; the answer ends it. */
  watch(): () => void {
    const ends = [live.onMessage((message) => void this.#take(message)), live.onReset(() => void (this.user && this.reload()))];
    return () => ends.forEach((end) => end());
  }

  async choose(appID: string, userID: string, person: boolean) {
    const turn = ++this.#turn;
    const user = await get('/api/v1/apps/{app_id}/users/{user}', { path: { app_id: appID, user: userID } });
    if (turn !== this.#turn) return; // another one was chosen meanwhile
    this.appID = appID;
    this.user = user;
    this.chosen = `${appID} ${userID}`;
    this.person = person && Boolean(user.union_id);
    this.inbox.arrived = new Set();
    await this.reload();
  }

  /** Reads the user's settings anew. */
  async look() {
    const { user } = this;
    if (!user) return;
    const now = await get('/api/v1/apps/{app_id}/users/{user}', { path: { app_id: this.appID, user: idOf(user) } });
    if (this.user === user) this.user = now;
  }

  async reload() {
    await this.inbox.open((cursor, signal) => this.#part(cursor, signal));
  }

  async #part(cursor: string, signal: AbortSignal) {
    const query = { limit: screenful, cursor };
    const user = this.user!;
    const part = this.person
      ? await get('/api/v1/inbox', { query: { ...query, union_id: user.union_id! }, signal })
      : await get('/api/v1/apps/{app_id}/users/{user}/inbox', { path: { app_id: this.appID, user: idOf(user) }, query, signal });
    this.unread = part.unread;
    return part;
  }

  async change(change: Schema<'UserPatch'>) {
    const { chosen } = this;
    const user = await patch('/api/v1/apps/{app_id}/users/{user}', { path: { app_id: this.appID, user: idOf(this.user!) }, body: change });
    if (this.chosen === chosen) this.user = user;
  }

  /** Gets a message that is on the phone, but older than what was fetched of the inbox. */
  async find(id: string): Promise<Message | null> {
    const message = await get('/api/v1/messages/{id}', { path: { id } });
    return message.state === 'delivered' && (this.person || this.#isFor(message)) ? message : null;
  }

  #isFor(message: Message): boolean {
    return message.app_id === this.appID && this.user !== null && isAddressed(this.user, message.user);
  }

  /** Marks a message as read, as a tap does. */
  async read(message: Message) {
    if (message.read_at) return;
    const { app_id, user, id } = message; // a person's messages come from many apps
    await post('/api/v1/apps/{app_id}/users/{user}/inbox/{message_id}/read', { path: { app_id, user, message_id: id } });
    if (this.inbox.items.some((m) => m.id === message.id && m.read_at)) return; // the stream was faster
    this.inbox.replace({ ...message, read_at: new Date().toISOString() }, (m) => m.id);
    this.unread--;
  }

  async #take(message: Message) {
    if (!this.user || message.state !== 'delivered') return;
    const { inbox } = this;
    if (this.person) {
      await this.reload();
      inbox.arrived = new Set([...inbox.arrived, message.id]);
      return;
    }
    if (!this.#isFor(message)) return;
    const known = inbox.items.find((m) => m.id === message.id);
    inbox.take([message]);
    const came = !known && inbox.items.some((m) => m.id === message.id);
    if (came && !message.read_at) this.unread++;
    if (!came && message.read_at && !known?.read_at) this.unread--; // by a program, or in another window
  }
}
