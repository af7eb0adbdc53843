// What was done as the user on the phone. It outlives the view: a change of the
// language draws that anew, and must not lose the grants that were just made.
import { type Schema } from '../../api/client';

/** A grant, and the id that it was made for. */
export interface Made {
  grant: Schema<'Grant'>;
  user: string;
  /** Baidu: that id is a swan_id. */
  guest: boolean;
}

class Deeds {
  #of = '';
  made = $state.raw<Made[]>([]);
  /** The last form gave no grant. */
  formless = $state(false);
  login = $state.raw<Schema<'LoginCode'> | null>(null);
  /** Baidu: acts without a login though there is one. */
  guest = $state(false);

  /** Begins anew, unless these are the deeds of this user. */
  of(user: string) {
    if (user === this.#of) return;
    this.#of = user;
    this.made = [];
    this.formless = false;
    this.login = null;
    this.guest = false;
  }
}

export const deeds = new Deeds();
