// Timers that run when a test says so.
export class FakeClock {
  #now = 0;
  #timers = new Map();
  #nextId = 1;
  #real = {};

  // In place of the global timers, until the test ends.
  install(t) {
    this.#real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
    globalThis.setTimeout = (run, delay = 0) => {
      this.#timers.set(this.#nextId, { at: this.#now + delay, run });
      return this.#nextId++;
    };
    globalThis.clearTimeout = (id) => this.#timers.delete(id);
    t.after(() => Object.assign(globalThis, this.#real));
    return this;
  }

  advance(ms) {
    const until = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].sort(([, a], [, b]) => a.at - b.at)[0];
      if (next === undefined || next[1].at > until) break;
      this.#timers.delete(next[0]);
      this.#now = next[1].at;
      next[1].run();
    }
    this.#now = until;
  }

  // When the next timer runs, from now; undefined if there is none.
  get next() {
    const times = [...this.#timers.values()].map((timer) => timer.at - this.#now);
    return times.length > 0 ? Math.min(...times) : undefined;
  }
}
