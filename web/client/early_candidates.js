// Candidates that came before the description to which they belong.
import { fragmentOf, fragmentsOf } from "./sdp.js";

/** @typedef {import("./channel.js").Candidate} Candidate */

/** Above: the oldest goes. Those of descriptions that never came end so. */
const countMax = 128;

/**
 * Added too early, a candidate is an error; added to the wrong description, it is
 * of no use. So each waits for the description that names its fragment.
 */
export class EarlyCandidates {
  /** @type {Candidate[]} */
  #waiting = [];

  /** @param {Candidate} ice */
  add(ice) {
    this.#waiting.push(ice);
    if (this.#waiting.length > countMax) this.#waiting.shift();
  }

  /**
   * Takes out what can be added now.
   *
   * @param {string | undefined} sdp The other side's description, if it is here.
   * @returns {Candidate[]}
   */
  due(sdp) {
    if (!sdp) return [];
    const known = fragmentsOf(sdp);
    const isDue = (/** @type {Candidate} */ { candidate }) => {
      const fragment = fragmentOf(candidate);
      return !fragment || known.includes(fragment);
    };
    const due = this.#waiting.filter(isDue);
    this.#waiting = this.#waiting.filter((ice) => !isDue(ice));
    return due;
  }
}
