// One RTCPeerConnection to one other participant: its negotiation, and its
// recovery when it breaks.

import { EarlyCandidates } from "./early_candidates.js";
import { Emitter } from "./emitter.js";
import { limitSender } from "./quality.js";
import { asAnswerTo, isAnswerTo, originOf } from "./sdp.js";

/**
 * @typedef {import("./channel.js").Signal} Signal
 * @typedef {import("./channel.js").Candidate} Candidate
 *
 * @typedef {"audio" | "video"} Kind
 * @typedef {Record<Kind, MediaStreamTrack | null>} Tracks
 *
 * @typedef {"connecting" | "connected" | "reconnecting" | "failed"} LinkState
 *
 * @typedef {object} SendLimits
 * @property {number} videoBitrate Bits per second.
 * @property {number} videoFramerate
 * @property {number} videoScale By how much to shrink what is captured; 1: not.
 * @property {number} audioBitrate
 *
 * @typedef {object} LinkEvents
 * @property {Signal} signal To be taken to the other participant.
 * @property {void} offerWanted The other side is to offer anew.
 * @property {void} changed The state or the stream.
 */

/** Times in milliseconds, from one to the next as recovery escalates. */
export const patience = {
  disconnected: 2500, // Many a gap closes by itself.
  politeDelay: 1500, // The other side restarts first, so that both seldom do.
  restart: 8000,
  connect: 12_000,
  connectMax: 40_000,
  freshOffer: 8000, // An offer younger than this needs no other.
  signalling: 1000, // Until the next look whether the server is there.
  suspicion: 20_000,
};

/**
 * The smaller id offers first. Later either side may; when both do at once, the
 * larger one gives way (perfect negotiation). All that is done to the connection
 * is done in one queue, so that no step sees another's middle.
 *
 * @extends {Emitter<LinkEvents>}
 */
export class Link extends Emitter {
  /** What the other participant sends; replaced when the connection is. */
  stream = new MediaStream();
  /** @type {LinkState} */
  state = "connecting";
  #isOfferer;
  #tracks;
  #configuration;
  #createConnection;
  #canSignal;
  /** Groups our two tracks for those who look for them by stream. */
  #outgoing = new MediaStream();
  /** @type {SendLimits | null} */
  #limits = null;
  /** @type {RTCPeerConnection} */
  #connection;
  #queue = Promise.resolve();
  #isClosed = false;
  #early = new EarlyCandidates();
  #remoteSession = "";
  /** Or begun to. */
  #offeredAt = Date.now();
  #suspectedUntil = 0;
  #attemptCount = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #alarm;

  /**
   * @param {object} options
   * @param {boolean} options.isOfferer Our id is the smaller one.
   * @param {Tracks} options.tracks What we send at first.
   * @param {RTCConfiguration} [options.configuration]
   * @param {(configuration: RTCConfiguration) => RTCPeerConnection}
   *   [options.createConnection]
   * @param {() => boolean} [options.canSignal] Whether the server is there; to
   *   begin anew without it would only break what may still mend itself.
   */
  constructor({
    isOfferer,
    tracks,
    configuration = {},
    createConnection = (how) => new RTCPeerConnection(how),
    canSignal = () => true,
  }) {
    super();
    this.#isOfferer = isOfferer;
    this.#tracks = { ...tracks };
    this.#configuration = configuration;
    this.#createConnection = createConnection;
    this.#canSignal = canSignal;
    this.#connection = this.#open();
    this.#expectConnection();
  }

  /** For statistics; may be another one after the next turn. */
  get connection() {
    return this.#connection;
  }

  /**
   * Offers, if it is for us to do so.
   *
   * @param {object} [how]
   * @param {boolean} [how.isBack] The other side had a link to us, which it may hold
   *   on to. Then it waits for no offer and makes none, so we do in any case.
   */
  start({ isBack = false } = {}) {
    if (!this.#isOfferer && !isBack) return;
    for (const kind of /** @type {const} */ (["audio", "video"]))
      this.#connection.addTransceiver(this.#tracks[kind] ?? kind, {
        direction: "sendrecv",
        streams: [this.#outgoing],
      });
  }

  /** @param {Signal} signal From the other participant. */
  receive(signal) {
    return this.#enqueue(() => {
      if (signal.kind === "offer") return this.#acceptOffer(signal.sdp);
      if (signal.kind === "answer") return this.#acceptAnswer(signal.sdp);
      return this.#acceptCandidate(signal);
    });
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  setTrack(kind, track) {
    this.#tracks[kind] = track;
    return this.#enqueue(() => this.#sender(kind)?.replaceTrack(track));
  }

  /** @param {SendLimits} limits */
  setLimits(limits) {
    if (JSON.stringify(limits) === JSON.stringify(this.#limits)) return;
    this.#limits = limits;
    this.#enqueue(() => this.#applyLimits());
  }

  /** How loud the other participant is, 0 to 1. */
  get audioLevel() {
    const receiver = this.#connection
      .getTransceivers()
      .find((transceiver) => transceiver.receiver.track.kind === "audio")?.receiver;
    return receiver?.getSynchronizationSources?.()[0]?.audioLevel ?? 0;
  }

  /** Our network has changed: finds new paths, keeping the old ones meanwhile. */
  restart() {
    if (this.#connection.remoteDescription) this.#connection.restartIce();
  }

  /**
   * Signals may have been lost on either side, so that one waits for what the
   * other has sent long ago.
   */
  resynchronize() {
    return this.#enqueue(async () => {
      const connection = this.#connection;
      if (connection.signalingState === "have-local-offer") {
        await connection.setLocalDescription({ type: "rollback" });
        connection.restartIce();
      } else if (this.state !== "connected") {
        this.#renew();
      }
    });
  }

  /** The other side has told of its media, which also asks for a new offer. */
  noteUpdate() {
    if (!this.#isOfferer || this.#isClosed) return;
    if (this.state === "connected")
      this.#suspectedUntil = Date.now() + patience.suspicion;
    else if (Date.now() - this.#offeredAt > patience.freshOffer)
      this.#enqueue(() => this.#renew());
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#alarm);
    this.#connection.close();
  }

  // -- the connection -----------------------------------------------------------

  #open() {
    const connection = this.#createConnection(this.#configuration);
    const stream = new MediaStream();
    this.stream = stream;
    this.#remoteSession = "";
    /** @param {() => void} react */
    const unlessReplaced = (react) => () => {
      if (connection === this.#connection && !this.#isClosed) react();
    };
    connection.onnegotiationneeded = unlessReplaced(() => {
      this.#enqueue(() => this.#offer());
    });
    connection.onconnectionstatechange = unlessReplaced(() => this.#followState());
    connection.onicecandidate = ({ candidate }) => {
      if (connection === this.#connection && !this.#isClosed)
        this.emit("signal", {
          kind: "ice",
          candidate: candidate?.candidate ?? "",
          sdpMid: candidate?.sdpMid ?? null,
          sdpMLineIndex: candidate?.sdpMLineIndex ?? null,
          isLast: !candidate?.candidate,
        });
    };
    connection.ontrack = ({ track }) => {
      stream.addTrack(track);
      if (connection === this.#connection && !this.#isClosed)
        this.emit("changed", undefined);
    };
    return connection;
  }

  /** Begins anew, and offers or has the other side offer. */
  #renew() {
    this.#replaceConnection();
    if (this.#isOfferer) this.start();
    else this.emit("offerWanted", undefined);
  }

  #replaceConnection() {
    this.#connection.close();
    this.#connection = this.#open();
    this.#offeredAt = Date.now();
    this.#suspectedUntil = 0;
    this.#become(this.#attemptCount > 2 ? "failed" : "connecting");
    this.#expectConnection();
    this.emit("changed", undefined);
  }

  /**
   * @param {() => unknown} step
   * @returns {Promise<void>} When it and all before it are done.
   */
  #enqueue(step) {
    this.#queue = this.#queue.then(async () => {
      try {
        if (!this.#isClosed) await step();
      } catch (error) {
        // The watch over the connection mends what a failed step leaves behind.
        if (!this.#isClosed) console.warn("negotiation:", error);
      }
    });
    return this.#queue;
  }

  // -- offers and answers -------------------------------------------------------

  async #offer() {
    const connection = this.#connection;
    // In any other state the browser asks again once it is stable.
    if (connection.signalingState !== "stable") return;
    await connection.setLocalDescription();
    if (connection.localDescription?.type !== "offer") return;
    this.#offeredAt = Date.now();
    this.emit("signal", { kind: "offer", sdp: connection.localDescription.sdp });
  }

  /** @param {string} sdp */
  async #acceptOffer(sdp) {
    const isGlare = this.#connection.signalingState === "have-local-offer";
    if (isGlare && this.#isOfferer) return;
    const { session } = originOf(sdp);
    if (this.#remoteSession && this.#remoteSession !== session) this.#replaceConnection();
    const connection = this.#connection;
    await connection.setRemoteDescription({ type: "offer", sdp });
    this.#remoteSession = session;
    await this.#answerBothWays();
    await connection.setLocalDescription();
    this.emit("signal", {
      kind: "answer",
      sdp: asAnswerTo(connection.localDescription?.sdp ?? "", sdp),
    });
    await this.#settle();
  }

  /** @param {string} sdp */
  async #acceptAnswer(sdp) {
    const connection = this.#connection;
    const offer = connection.localDescription;
    if (connection.signalingState !== "have-local-offer" || !offer) return;
    if (!isAnswerTo(sdp, offer.sdp)) return;
    const { session } = originOf(sdp);
    // Whoever answers for a session of ours that it does not know has begun anew.
    if (this.#remoteSession && this.#remoteSession !== session) return this.#renew();
    await connection.setRemoteDescription({ type: "answer", sdp });
    this.#remoteSession = session;
    await this.#settle();
  }

  /** What the offer brings gets our tracks, sooner or later, as well. */
  async #answerBothWays() {
    for (const kind of /** @type {const} */ (["audio", "video"])) {
      const transceiver = this.#transceiver(kind);
      if (!transceiver) continue;
      transceiver.direction = "sendrecv";
      transceiver.sender.setStreams?.(this.#outgoing);
      await transceiver.sender.replaceTrack(this.#tracks[kind]);
    }
  }

  async #settle() {
    for (const ice of this.#early.due(this.#connection.remoteDescription?.sdp))
      await this.#addCandidate(ice);
    await this.#applyLimits();
  }

  // -- candidates ---------------------------------------------------------------

  /** @param {Candidate} ice */
  async #acceptCandidate(ice) {
    this.#early.add(ice);
    const description = this.#connection.remoteDescription;
    for (const due of this.#early.due(description?.sdp)) await this.#addCandidate(due);
  }

  /** @param {Candidate} ice */
  async #addCandidate({ candidate, sdpMid, sdpMLineIndex }) {
    if (candidate)
      await this.#connection.addIceCandidate({ candidate, sdpMid, sdpMLineIndex });
    else await this.#connection.addIceCandidate();
  }

  // -- what we send -------------------------------------------------------------

  /** @param {Kind} kind */
  #transceiver(kind) {
    return this.#connection
      .getTransceivers()
      .find((transceiver) => transceiver.receiver.track.kind === kind);
  }

  /** @param {Kind} kind */
  #sender(kind) {
    return this.#transceiver(kind)?.sender;
  }

  async #applyLimits() {
    const limits = this.#limits;
    if (!limits || this.#connection.signalingState !== "stable") return;
    await limitSender(this.#sender("audio"), { maxBitrate: limits.audioBitrate });
    await limitSender(this.#sender("video"), {
      maxBitrate: limits.videoBitrate,
      maxFramerate: limits.videoFramerate,
      scaleResolutionDownBy: limits.videoScale,
    });
  }

  // -- recovery -----------------------------------------------------------------

  /** @param {LinkState} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.emit("changed", undefined);
  }

  #followState() {
    const politeDelay = this.#isOfferer ? 0 : patience.politeDelay;
    switch (this.#connection.connectionState) {
      case "connected":
        clearTimeout(this.#alarm);
        this.#attemptCount = 0;
        this.#become("connected");
        break;
      case "disconnected":
        this.#become("reconnecting");
        if (Date.now() < this.#suspectedUntil) this.#enqueue(() => this.#renew());
        else
          this.#after(patience.disconnected + politeDelay, () => this.#restartOrRenew());
        break;
      case "failed":
        this.#become("reconnecting");
        this.#after(politeDelay, () => this.#restartOrRenew());
        break;
    }
  }

  /** @param {number} ms @param {() => void} act */
  #after(ms, act) {
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(act, ms);
  }

  /** First new paths for the connection that there is, then a new connection. */
  #restartOrRenew() {
    if (!this.#remoteSession || this.#attemptCount > 0) return this.#giveUpWaiting();
    this.#attemptCount += 1;
    this.restart();
    this.#after(patience.restart, () => this.#giveUpWaiting());
  }

  #expectConnection() {
    const wait = Math.min(
      patience.connect * 1.5 ** this.#attemptCount,
      patience.connectMax,
    );
    this.#after(wait, () => this.#giveUpWaiting());
  }

  #giveUpWaiting() {
    if (!this.#canSignal())
      return this.#after(patience.signalling, () => this.#giveUpWaiting());
    this.#attemptCount += 1;
    this.#enqueue(() => this.#renew());
  }
}
