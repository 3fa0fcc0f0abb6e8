// How loud somebody is, and whether that is speech.

const speechLevel = 0.015;
const holdMs = 700;

/** Speaking begins at once and ends after a pause, so that it does not flicker. */
export class SpeechDetector {
  isSpeaking = false;
  #heardAt = Number.NEGATIVE_INFINITY;

  /**
   * @param {number} level 0 to 1.
   * @param {number} now In milliseconds.
   * @returns {boolean} Whether that has changed anything.
   */
  add(level, now) {
    if (level > speechLevel) this.#heardAt = now;
    const was = this.isSpeaking;
    this.isSpeaking = now - this.#heardAt < holdMs;
    return was !== this.isSpeaking;
  }
}

/** Measures a track of our own; others' levels come with what they send. */
export class LevelMeter {
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  /** @type {AnalyserNode | null} */
  #analyser = null;
  /** @type {Float32Array<ArrayBuffer>} */
  #samples = new Float32Array(0);
  /** @type {MediaStreamTrack | null} */
  #track = null;

  /** @param {MediaStreamTrack | null} track */
  watch(track) {
    if (track === this.#track || typeof AudioContext === "undefined") return;
    this.#track = track;
    this.#source?.disconnect();
    this.#source = null;
    if (!track) return;
    this.#context ??= new AudioContext();
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: 512 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** @returns {number} 0 to 1; the root of the mean square. */
  get level() {
    if (!this.#source || !this.#analyser || !this.#track?.enabled) return 0;
    // Browsers let it run only after the person has touched the page.
    if (this.#context?.state === "suspended") this.#context.resume().catch(() => {});
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const sum = this.#samples.reduce((total, sample) => total + sample * sample, 0);
    return Math.min(1, Math.sqrt(sum / this.#samples.length));
  }

  close() {
    this.watch(null);
    this.#context?.close().catch(() => {});
    this.#context = null;
    this.#analyser = null;
  }
}
