// Who is in the room, as far as we are concerned.

/**
 * @typedef {import("./channel.js").Presentation} Presentation
 *
 * @typedef {object} RosterChange
 * @property {string[]} joined
 * @property {string[]} left
 */

/** As long as the server keeps the seat of a lost participant. */
const reunionMs = 30_000;

/**
 * The server's roster, in the order of arrival; except that after the server has
 * lost its memory, those who were here stay until they had time to come back.
 * Their media flows on all the while.
 */
export class Roster {
  /** @type {Map<string, Presentation>} */
  #present = new Map();
  /** @type {Map<string, number>} Until when somebody may come back. */
  #awaitedUntil = new Map();
  #isReunion = false;

  /** @returns {ReadonlyMap<string, Presentation>} */
  get entries() {
    return this.#present;
  }

  /** @param {string} id Whether the server does not know it, but soon may. */
  isAwaited(id) {
    return this.#awaitedUntil.has(id);
  }

  /** Whether nobody is missing who may still come back. */
  get isReunited() {
    return !this.#isReunion && this.#awaitedUntil.size === 0;
  }

  /** The next roster is that of a server without memory. */
  expectReunion() {
    this.#isReunion = true;
  }

  /**
   * @param {Map<string, Presentation>} present As the server says.
   * @param {number} now In milliseconds.
   * @returns {RosterChange}
   */
  update(present, now) {
    const joined = [...present.keys()].filter((id) => !this.#present.has(id));
    for (const id of this.#present.keys())
      if (this.#isReunion && !present.has(id))
        this.#awaitedUntil.set(id, now + reunionMs);
    this.#isReunion = false;
    for (const id of present.keys()) this.#awaitedUntil.delete(id);
    for (const [id, who] of present) this.#present.set(id, who);
    return { joined, left: this.#prune(present, now) };
  }

  /**
   * @param {number} now
   * @returns {string[]} Who had time to come back, and did not.
   */
  expire(now) {
    const late = [...this.#awaitedUntil].filter(([, until]) => until <= now);
    for (const [id] of late) {
      this.#awaitedUntil.delete(id);
      this.#present.delete(id);
    }
    return late.map(([id]) => id);
  }

  clear() {
    this.#present.clear();
    this.#awaitedUntil.clear();
    this.#isReunion = false;
  }

  /**
   * @param {Map<string, Presentation>} present
   * @param {number} now
   */
  #prune(present, now) {
    const expired = this.expire(now);
    const left = [...this.#present.keys()].filter(
      (id) => !present.has(id) && !this.#awaitedUntil.has(id),
    );
    for (const id of left) this.#present.delete(id);
    return [...expired, ...left];
  }
}
