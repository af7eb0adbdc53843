// An account's server: wechat, unmodified, verifies, decrypts and decodes what
// is pushed to it, and answers.
import { createServer } from 'node:http';
import wechat from 'wechat';

export class Receiver {
  // What to answer: nothing, or a text to the user.
  answer = '';
  #events = [];
  #waiting = [];

  constructor(config) {
    this.use(config);
    this.server = createServer((req, res) => {
      // The library is a middleware of connect and wants its query.
      req.query = Object.fromEntries(new URL(req.url, 'http://localhost').searchParams);
      this.middleware(req, res, (error) => {
        res.writeHead(500).end();
        this.#take({ error: error ?? new Error('the library passed the request on') });
      });
    });
  }

  // use changes the settings that the library believes in.
  use(config) {
    this.middleware = wechat(config, (req, res) => {
      res.reply(this.answer);
      this.#take({ message: req.weixin, encryption: req.query.encrypt_type ?? '' });
    });
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}/wechat`;
  }

  #take(event) {
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting(event);
    } else {
      this.#events.push(event);
    }
  }

  // next waits for a push that the library accepted.
  async next() {
    const event = this.#events.shift() ?? await new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      setTimeout(() => reject(new Error('no push came within 10 seconds')), 10_000).unref();
    });
    if (event.error) {
      throw event.error;
    }
    return event;
  }
}
