// What is said in the room, as the page keeps it.

/**
 * @typedef {import("./panels.js").Message} Message
 *
 * @typedef {object} Said
 * @property {string} fromId
 * @property {string} displayName
 * @property {string} text
 * @property {number} ts
 */

const messageCountMax = 500;

/** Messages in the room's order, then our own that are on their way. */
export class Conversation {
  unreadCount = 0;
  /** @type {Message[]} */
  #settled = [];
  /** @type {Message[]} */
  #pending = [];
  #lastKey = 0;

  /** @returns {Message[]} */
  get messages() {
    return [...this.#settled, ...this.#pending];
  }

  /**
   * @param {Said} said
   * @returns {number} To `drop` it by, once the room has answered.
   */
  begin(said) {
    const key = ++this.#lastKey;
    this.#pending.push({ ...said, key, isOwn: true, isPending: true });
    return key;
  }

  /** @param {number} key */
  drop(key) {
    this.#pending = this.#pending.filter((message) => message.key !== key);
  }

  /**
   * @param {Said} said By the room.
   * @param {{ isOwn: boolean, isSeen: boolean }} how
   */
  hear(said, { isOwn, isSeen }) {
    // Ours comes back before its answer does, and shall not stand there twice.
    const own = isOwn ? this.#pending.findIndex(({ text }) => text === said.text) : -1;
    const [before] = own < 0 ? [] : this.#pending.splice(own, 1);
    const key = before?.key ?? ++this.#lastKey;
    this.#settled.push({ ...said, key, isOwn, isPending: false });
    if (this.#settled.length > messageCountMax) this.#settled.shift();
    if (!isOwn && !isSeen) this.unreadCount += 1;
  }
}
