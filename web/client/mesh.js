// A link to every other participant.
import { Emitter } from "./emitter.js";
import { Link } from "./link.js";

/**
 * @typedef {import("./channel.js").Signal} Signal
 * @typedef {import("./link.js").Kind} Kind
 * @typedef {import("./link.js").Tracks} Tracks
 *
 * @typedef {object} MeshEvents
 * @property {{ toId: string, signal: Signal }} signal To be sent.
 * @property {void} offerWanted Somebody is to offer to us anew: tell of our media.
 * @property {string} changed Whose stream or state is another now.
 */

const formerMax = 100;

/** @extends {Emitter<MeshEvents>} */
export class Mesh extends Emitter {
  /** @type {Map<string, Link>} */
  #links = new Map();
  /** Whom we had a link to, and may have one to again. @type {Set<string>} */
  #former = new Set();
  #selfId;
  #linkOptions;
  /** @type {Tracks} */
  #tracks = { audio: null, video: null };

  /**
   * @param {object} options
   * @param {string} options.selfId
   * @param {RTCIceServer[]} [options.iceServers]
   * @param {(configuration: RTCConfiguration) => RTCPeerConnection}
   *   [options.createConnection]
   * @param {() => boolean} [options.canSignal]
   */
  constructor({ selfId, iceServers = [], createConnection, canSignal }) {
    super();
    this.#selfId = selfId;
    this.#linkOptions = { configuration: { iceServers }, createConnection, canSignal };
  }

  /** @returns {Iterable<[string, Link]>} */
  get links() {
    return this.#links;
  }

  /** @param {string} id */
  link(id) {
    return this.#links.get(id);
  }

  /**
   * Links to those that are new, and drops those that are gone.
   *
   * @param {Iterable<string>} ids Everybody in the room, with or without ourselves.
   */
  setPeers(ids) {
    const wanted = new Set(ids);
    wanted.delete(this.#selfId);
    for (const id of [...this.#links.keys()]) if (!wanted.has(id)) this.evict(id);
    for (const id of wanted) if (!this.#links.has(id)) this.#add(id);
  }

  /**
   * @param {string} fromId
   * @param {Signal} signal
   */
  receive(fromId, signal) {
    return this.#links.get(fromId)?.receive(signal);
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  setTrack(kind, track) {
    this.#tracks[kind] = track;
    for (const link of this.#links.values()) link.setTrack(kind, track);
  }

  /** @param {string} id Who has told of its media. */
  noteUpdate(id) {
    this.#links.get(id)?.noteUpdate();
  }

  /** Our network has changed. */
  restart() {
    for (const link of this.#links.values()) link.restart();
  }

  /** Signals may have been lost. */
  resynchronize() {
    for (const link of this.#links.values()) link.resynchronize();
  }

  /** @param {string} id The server knows of no such participant. */
  evict(id) {
    const link = this.#links.get(id);
    this.#links.delete(id);
    if (!link) return;
    link.close();
    this.#remember(id);
    this.emit("changed", id);
  }

  close() {
    for (const id of [...this.#links.keys()]) this.evict(id);
  }

  /** @param {string} id */
  #remember(id) {
    this.#former.delete(id);
    this.#former.add(id);
    const [oldest = ""] = this.#former;
    if (this.#former.size > formerMax) this.#former.delete(oldest);
  }

  /** @param {string} id */
  #add(id) {
    const link = new Link({
      isOfferer: this.#selfId < id,
      tracks: this.#tracks,
      ...this.#linkOptions,
    });
    this.#links.set(id, link);
    link.on("signal", (signal) => this.emit("signal", { toId: id, signal }));
    link.on("offerWanted", () => this.emit("offerWanted", undefined));
    link.on("changed", () => this.emit("changed", id));
    link.start({ isBack: this.#former.has(id) });
    this.emit("changed", id);
  }
}
