// A client's events, in the order they came, to be waited for.
const kinds = ['open', 'close', 'message', 'peer-status', 'error'];

export class Events {
  #waiting = [];
  seen = [];

  constructor(client) {
    for (const kind of kinds) {
      client.on(kind, (...details) => {
        this.seen.push([kind, ...details]);
        this.#waiting = this.#waiting.filter((check) => !check());
      });
    }
  }

  // The first event of that kind whose details `fits`, past or to come. The test runner's time limit
  // ends a wait in vain.
  next(kind, fits = () => true) {
    return this.nth(1, kind, fits);
  }

  nth(n, kind, fits = () => true) {
    return new Promise((resolve) => {
      const check = () => {
        const found = this.all(kind).filter((details) => fits(...details));
        if (found.length < n) return false;
        resolve(found[n - 1]);
        return true;
      };
      if (!check()) this.#waiting.push(check);
    });
  }

  all(kind) {
    return this.seen.filter(([seen]) => seen === kind).map(([, ...details]) => details);
  }
}
