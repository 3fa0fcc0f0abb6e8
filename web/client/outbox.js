// Numbers what we push, and keeps it until the room is known to have it.

/**
 * One push that waits to be sent, or to be confirmed.
 *
 * @typedef {object} Push
 * @property {string} event
 * @property {Record<string, unknown>} payload
 * @property {boolean} lasting Means the same to a room that has forgotten us.
 * @property {(answer: { ok: boolean, response: any }) => void} settle
 */

/** Above: the oldest goes, and negotiations that it was part of start afresh. */
const keptCountMax = 1024;

const applied = { ok: true, response: {} };
const unavailable = { ok: false, response: { error: "unavailable" } };
const notInRoom = { ok: false, response: { error: "not_in_room" } };

/**
 * The room counts the pushes that it has taken, and says at a resume how many
 * those are. The rest was lost on its way and is sent again; so every push has to
 * pass through here, in order.
 */
export class Outbox {
  /** @type {Push[]} Oldest first. */
  #kept = [];
  /** Pushes that came before those kept, all of which the room has. */
  #confirmedCount = 0;
  /** Pushes, counted from the first ever, that this connection was given. */
  #sentCount = 0;

  get isEmpty() {
    return this.#kept.length === 0;
  }

  /** @param {Push} push */
  add(push) {
    this.#kept.push(push);
    if (this.#kept.length > keptCountMax) {
      this.#kept.shift()?.settle(unavailable);
      this.#confirmedCount += 1;
      this.#sentCount = Math.max(this.#sentCount, this.#confirmedCount);
    }
  }

  /**
   * @returns {{ number: number, push: Push } | null} What to send next.
   */
  next() {
    const push = this.#kept[this.#sentCount - this.#confirmedCount];
    if (!push) return null;
    this.#sentCount += 1;
    return { number: this.#sentCount, push };
  }

  /**
   * The room has taken a push, and so all those before it. What it has not answered
   * by now it took without a word, as it does with signals.
   *
   * @param {number} number
   */
  confirm(number) {
    while (this.#confirmedCount < number && this.#kept.length > 0) {
      this.#kept.shift()?.settle(applied);
      this.#confirmedCount += 1;
    }
  }

  /**
   * A new connection has taken over the seat.
   *
   * @param {number} receivedCount As the room says.
   * @returns {boolean} Whether everything else is still here to be sent again.
   */
  resume(receivedCount) {
    const isComplete = receivedCount >= this.#confirmedCount;
    this.confirm(receivedCount);
    this.#sentCount = this.#confirmedCount;
    return isComplete;
  }

  /**
   * The room counts from zero: it has forgotten us, or never knew us.
   *
   * @returns {Push[]} What is still worth saying there, to be added again.
   */
  restart() {
    const kept = this.#kept.splice(0);
    for (const push of kept) if (!push.lasting) push.settle(unavailable);
    this.#confirmedCount = 0;
    this.#sentCount = 0;
    return kept.filter((push) => push.lasting);
  }

  /** Nobody will send what is left. */
  abandon() {
    for (const push of this.#kept.splice(0)) push.settle(notInRoom);
  }
}
