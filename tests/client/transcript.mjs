// What happened, in order, and promises for what is about to happen. Tests wait
// for entries with a deadline; none of them sleeps.
import { inspect } from "node:util";

/// How long anything may take on a busy machine before its test fails.
export const deadlineMs = 15_000;

export class Transcript {
  #entries = [];
  #waiting = new Set();

  constructor(name) {
    this.name = name;
  }

  get length() {
    return this.#entries.length;
  }

  /// Everything heard so far, from the entry number `mark` on.
  since(mark = 0) {
    return this.#entries.slice(mark);
  }

  last() {
    return this.#entries.at(-1);
  }

  add(entry) {
    this.#entries.push(entry);
    for (const look of [...this.#waiting]) look(entry);
  }

  /// Resolves with the first entry from number `from` on that `matches`.
  find(matches, what, { from = 0, within = deadlineMs } = {}) {
    const known = this.#entries.slice(from).find(matches);
    if (known !== undefined) return Promise.resolve(known);
    // Made here, so that its stack leads to the test that waits.
    const late = new Error();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        late.message = `${this.name}: no ${what} within ${within} ms${this.#tail()}`;
        reject(late);
      }, within);
      const look = (entry) => {
        if (!matches(entry)) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(entry);
      };
      this.#waiting.add(look);
    });
  }

  #tail() {
    const shown = this.#entries.slice(-8).map((entry) => {
      const line = inspect(entry, {
        breakLength: Infinity, compact: true, depth: 6, maxStringLength: 60 });
      return `\n    ${line.slice(0, 400)}`;
    });
    return `; the last of ${this.length} entries:${shown.join("")}`;
  }
}

/// Gives up on `promise` after the deadline, naming what was awaited.
export function within(promise, what, ms = deadlineMs) {
  const late = new Error(`no ${what} within ${ms} ms`);
  let timer;
  const expired = new Promise((_, reject) => {
    timer = setTimeout(() => reject(late), ms);
  });
  return Promise.race([promise, expired]).finally(() => clearTimeout(timer));
}
