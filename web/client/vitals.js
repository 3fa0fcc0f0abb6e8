// How everybody is: who speaks, and over what kind of network.
import { LevelMeter, SpeechDetector } from "./level.js";
import { networkOf, SteadyVerdict, summarize } from "./statistics.js";

/** @typedef {import("./link.js").Link} Link */

const speechIntervalMs = 150;
const statisticsIntervalMs = 2000;

export class Vitals {
  #meter = new LevelMeter();
  /** @type {Map<string, SpeechDetector>} */
  #speech = new Map();
  /** @type {Map<string, SteadyVerdict>} */
  #networks = new Map();
  /** @type {ReturnType<typeof setInterval>[]} */
  #timers = [];
  #links;
  #selfId;
  #changed;

  /**
   * @param {object} options
   * @param {() => Iterable<[string, Link]>} options.links
   * @param {() => string} options.selfId
   * @param {(what: "speech" | "network") => void} options.changed
   */
  constructor({ links, selfId, changed }) {
    this.#links = links;
    this.#selfId = selfId;
    this.#changed = changed;
  }

  start() {
    this.#timers = [
      setInterval(() => this.#listen(), speechIntervalMs),
      setInterval(() => this.#measure(), statisticsIntervalMs),
    ];
  }

  stop() {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#meter.close();
  }

  /** @param {MediaStreamTrack | null} track Our own voice. */
  watch(track) {
    this.#meter.watch(track);
  }

  /** @param {string} id */
  isSpeaking(id) {
    return this.#speech.get(id)?.isSpeaking ?? false;
  }

  /** @param {string} id */
  network(id) {
    return this.#networks.get(id)?.current ?? "good";
  }

  /** @param {string} id */
  forget(id) {
    this.#speech.delete(id);
    this.#networks.delete(id);
  }

  #listen() {
    const now = Date.now();
    let hasChanged = this.#hear(this.#selfId(), this.#meter.level, now);
    for (const [id, link] of this.#links())
      hasChanged = this.#hear(id, link.audioLevel, now) || hasChanged;
    if (hasChanged) this.#changed("speech");
  }

  /**
   * @param {string} id
   * @param {number} level
   * @param {number} now
   */
  #hear(id, level, now) {
    const detector = this.#speech.get(id) ?? new SpeechDetector();
    this.#speech.set(id, detector);
    return detector.add(level, now);
  }

  async #measure() {
    for (const [id, link] of [...this.#links()]) {
      if (link.state !== "connected") continue;
      const report = await link.connection.getStats().catch(() => null);
      if (!report || this.#timers.length === 0) continue;
      const verdict = this.#networks.get(id) ?? new SteadyVerdict();
      this.#networks.set(id, verdict);
      const before = verdict.current;
      const now = networkOf(summarize(/** @type {any} */ (report)));
      if (verdict.add(now) !== before) this.#changed("network");
    }
  }
}
