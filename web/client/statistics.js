// What the browser's statistics say about a link.

/**
 * @typedef {import("./quality.js").NetworkQuality} NetworkQuality
 *
 * @typedef {object} LinkStatistics
 * @property {number | null} roundTripMs
 * @property {number | null} lossFraction Of what we sent lately, as told by the receiver.
 * @property {number} bytesReceived
 * @property {number} framesDecoded
 */

/**
 * @param {Iterable<[string, any]>} report Of `RTCPeerConnection.getStats`.
 * @returns {LinkStatistics}
 */
export function summarize(report) {
  /** @type {LinkStatistics} */
  const result = {
    roundTripMs: null,
    lossFraction: null,
    bytesReceived: 0,
    framesDecoded: 0,
  };
  for (const [, entry] of report) {
    if (entry.type === "remote-inbound-rtp") {
      if (typeof entry.roundTripTime === "number")
        result.roundTripMs = Math.max(
          result.roundTripMs ?? 0,
          entry.roundTripTime * 1000,
        );
      if (typeof entry.fractionLost === "number")
        result.lossFraction = Math.max(result.lossFraction ?? 0, entry.fractionLost);
    } else if (entry.type === "inbound-rtp") {
      result.bytesReceived += entry.bytesReceived ?? 0;
      result.framesDecoded += entry.framesDecoded ?? 0;
    }
  }
  return result;
}

/**
 * @param {LinkStatistics} statistics
 * @returns {NetworkQuality}
 */
export function networkOf({ roundTripMs, lossFraction }) {
  const loss = lossFraction ?? 0;
  const delay = roundTripMs ?? 0;
  if (loss > 0.1 || delay > 800) return "poor";
  if (loss > 0.03 || delay > 400) return "fair";
  return "good";
}

/**
 * Follows a verdict that has been the same some times running, so that one bad
 * moment does not change the picture back and forth.
 */
export class SteadyVerdict {
  /** @type {NetworkQuality} */
  current = "good";
  /** @type {NetworkQuality} */
  #candidate = "good";
  #count = 0;
  #countNeeded;

  constructor(countNeeded = 3) {
    this.#countNeeded = countNeeded;
  }

  /** @param {NetworkQuality} verdict */
  add(verdict) {
    this.#count = verdict === this.#candidate ? this.#count + 1 : 1;
    this.#candidate = verdict;
    if (this.#count >= this.#countNeeded) this.current = verdict;
    return this.current;
  }
}
