// A call in one room, without a page: import this into an application of yours.
//
//   const call = new Call({ roomId: "lounge", displayName: "Ann" });
//   call.on("changed", () => draw(call.participants));
//   call.on("ended", ({ why }) => goBack(why));
//   await call.media.open();
//   call.enter();
import { RoomChannel } from "./channel.js";
import { Emitter } from "./emitter.js";
import { LocalMedia } from "./media.js";
import { Mesh } from "./mesh.js";
import { cameraLimits, levelFor, screenLimits } from "./quality.js";
import { Roster } from "./roster.js";
import { watchSurroundings } from "./surroundings.js";
import { Vitals } from "./vitals.js";

export { LocalMedia };

/**
 * Somebody in the room, ourselves included.
 *
 * @typedef {object} Participant
 * @property {string} id
 * @property {string} displayName
 * @property {boolean} isSelf
 * @property {boolean} audioMuted
 * @property {boolean} videoEnabled
 * @property {boolean} screensharing
 * @property {MediaStream} stream
 * @property {import("./link.js").LinkState} connection Between the two of us.
 * @property {boolean} isSpeaking
 * @property {import("./quality.js").NetworkQuality} network
 *
 * @typedef {{ id: string, displayName: string }} Named
 *
 * @typedef {object} CallEvents
 * @property {void} changed Look at `participants`, `status` and `media` again.
 * @property {Named} joined Somebody else came.
 * @property {Named} left Somebody else went.
 * @property {{ fromId: string, displayName: string, text: string, ts: number }} chat
 * @property {import("./channel.js").Refusal} refused Something we asked for.
 * @property {import("./channel.js").ChannelStatus} status
 * @property {import("./channel.js").End} ended The last event of all.
 */

/** @extends {Emitter<CallEvents>} */
export class Call extends Emitter {
  selfId = "";
  capacity = 0;
  /** @type {LocalMedia} */
  media;
  #channel;
  #displayName;
  #createConnection;
  #roster = new Roster();
  /** @type {Mesh | null} */
  #mesh = null;
  #isRosterNew = true;
  #published = "";
  #ownStream = new MediaStream();
  #vitals = new Vitals({
    links: () => this.#mesh?.links ?? [],
    selfId: () => this.selfId,
    changed: (what) => {
      if (what === "network") this.#applyQuality();
      this.#changed();
    },
  });
  /** @type {"auto" | import("./quality.js").LevelName} */
  #bestLevel = "auto";
  /** @type {(() => void)[]} */
  #undo = [];

  /**
   * @param {object} options
   * @param {string} options.roomId
   * @param {string} options.displayName 1 to 64 code points.
   * @param {LocalMedia} [options.media] Closed at the end, whoever opened it.
   * @param {string} [options.url] The server's socket, such as
   *   "wss://example.org/socket"; by default this page's own.
   * @param {"auto" | import("./quality.js").LevelName} [options.quality] At most.
   * @param {(configuration: RTCConfiguration) => RTCPeerConnection}
   *   [options.createConnection]
   * @param {Partial<import("phoenix").SocketConnectOption>} [options.socket]
   */
  constructor({
    roomId,
    displayName,
    media = new LocalMedia(),
    url,
    quality = "auto",
    createConnection,
    socket,
  }) {
    super();
    this.media = media;
    this.#displayName = displayName;
    this.#bestLevel = quality;
    this.#createConnection = createConnection;
    const devices = media.deviceIds;
    this.#channel = new RoomChannel({ roomId, displayName, devices, url, socket });
    this.#listen();
  }

  /** Joins the room; "joined" or "ended" tells how that went. */
  enter() {
    this.#watch();
    this.#channel.join();
  }

  /** Gives the seat up and closes everything. */
  leave() {
    this.#channel.leave();
  }

  get status() {
    return this.#channel.status;
  }

  /** @returns {Participant[]} Ourselves first, then the others as they came. */
  get participants() {
    const others = [...this.#roster.entries.keys()].filter((id) => id !== this.selfId);
    return [this.#self(), ...others.map((id) => this.#other(id))];
  }

  /**
   * @param {string} text 1 to 500 code points.
   */
  say(text) {
    return this.#channel.say(text);
  }

  /** @param {"auto" | import("./quality.js").LevelName} quality At most. */
  setQuality(quality) {
    this.#bestLevel = quality;
    this.#applyQuality();
  }

  // -- participants -------------------------------------------------------------

  /** @returns {Participant} */
  #self() {
    return {
      id: this.selfId,
      displayName: this.#displayName,
      isSelf: true,
      audioMuted: !this.media.isAudible,
      videoEnabled: this.media.isCameraRunning,
      screensharing: this.media.isSharing,
      stream: this.#ownStream,
      connection: "connected",
      isSpeaking: this.#vitals.isSpeaking(this.selfId),
      network: "good",
    };
  }

  /** @param {string} id @returns {Participant} */
  #other(id) {
    const shown = /** @type {import("./channel.js").Presentation} */ (
      this.#roster.entries.get(id)
    );
    const link = this.#mesh?.link(id);
    return {
      id,
      ...shown,
      isSelf: false,
      stream: link?.stream ?? emptyStream(),
      connection: link?.state ?? "connecting",
      isSpeaking: !shown.audioMuted && this.#vitals.isSpeaking(id),
      network: this.#vitals.network(id),
    };
  }

  #changed() {
    this.emit("changed", undefined);
  }

  // -- what we hear -------------------------------------------------------------

  #listen() {
    const { media } = this;
    const channel = this.#channel;
    channel.on("joined", (admission) => this.#admit(admission));
    channel.on("roster", (present) => this.#meet(present));
    channel.on("signal", ({ fromId, ...signal }) => this.#mesh?.receive(fromId, signal));
    channel.on("updated", (id) => this.#mesh?.noteUpdate(id));
    channel.on("refused", (refusal) => this.#refuse(refusal));
    channel.on("chat", (said) => this.emit("chat", said));
    channel.on("status", (status) => {
      this.emit("status", status);
      this.#changed();
    });
    channel.on("ended", (end) => {
      this.#close();
      this.emit("ended", end);
    });
    this.#undo.push(
      media.on("track", (kind) => this.#send(kind)),
      media.on("changed", () => {
        this.#publish();
        this.#changed();
      }),
    );
    this.#send("audio");
    this.#send("video");
  }

  /** @param {import("./channel.js").Admission} admission */
  #admit({ selfId, capacity, iceServers, isSameSeat, isComplete, isForgotten }) {
    this.selfId = selfId;
    this.capacity = capacity;
    if (!isSameSeat) this.#begin(iceServers);
    else if (isForgotten) this.#roster.expectReunion();
    if (isSameSeat && !isComplete) this.#mesh?.resynchronize();
    if (!isSameSeat || isForgotten) this.#publish({ evenIfSame: true });
  }

  /** @param {RTCIceServer[]} iceServers */
  #begin(iceServers) {
    this.#mesh?.close();
    this.#roster.clear();
    this.#isRosterNew = true;
    const mesh = new Mesh({
      selfId: this.selfId,
      iceServers,
      createConnection: this.#createConnection,
      canSignal: () => this.#channel.status === "joined",
    });
    this.#mesh = mesh;
    mesh.on("signal", ({ toId, signal }) => this.#channel.signal(toId, signal));
    mesh.on("offerWanted", () => this.#publish({ evenIfSame: true }));
    mesh.on("changed", () => this.#changed());
    mesh.setTrack("audio", this.media.audio);
    mesh.setTrack("video", this.media.video);
  }

  /** @param {Map<string, import("./channel.js").Presentation>} present */
  #meet(present) {
    const before = new Map(this.#roster.entries);
    const back = [...present.keys()].filter((id) => this.#roster.isAwaited(id));
    const { joined, left } = this.#roster.update(present, Date.now());
    this.#mesh?.setPeers(this.#roster.entries.keys());
    for (const id of back) this.#mesh?.link(id)?.resynchronize();
    if (this.#roster.isReunited) this.#channel.release();
    this.#applyQuality();
    if (!this.#isRosterNew)
      for (const id of joined)
        if (id !== this.selfId)
          this.emit("joined", { id, displayName: present.get(id)?.displayName ?? "" });
    this.#isRosterNew = false;
    this.#dismiss(left, before);
    this.#changed();
  }

  /**
   * @param {string[]} ids
   * @param {ReadonlyMap<string, import("./channel.js").Presentation>} names
   */
  #dismiss(ids, names) {
    for (const id of ids) {
      this.#vitals.forget(id);
      this.emit("left", { id, displayName: names.get(id)?.displayName ?? "" });
    }
  }

  /** @param {import("./channel.js").Refusal} refusal */
  #refuse(refusal) {
    const { error, to_id } = refusal;
    // A signal that is lost is the links' affair; they look after themselves.
    if (error === "unavailable") return;
    if (error !== "unknown_peer") this.emit("refused", refusal);
    else if (to_id && !this.#roster.isAwaited(to_id)) this.#mesh?.evict(to_id);
  }

  // -- what we send -------------------------------------------------------------

  /** @param {import("./media.js").MediaEvents["track"]} kind */
  #send(kind) {
    const track = this.media[kind];
    this.#mesh?.setTrack(kind, track);
    if (kind === "audio") {
      this.#vitals.watch(track);
    } else {
      // Another stream, so that whoever shows it notices.
      this.#ownStream = new MediaStream(track ? [track] : []);
      this.#applyQuality();
    }
  }

  #publish({ evenIfSame = false } = {}) {
    if (!this.selfId) return;
    const { media } = this;
    const state = {
      audioMuted: !media.isAudible,
      videoEnabled: media.isCameraRunning,
      screensharing: media.isSharing,
      devices: media.deviceIds,
    };
    const published = JSON.stringify(state);
    if (published === this.#published && !evenIfSame) return;
    this.#published = published;
    this.#channel.updateMedia(state);
  }

  #applyQuality() {
    const count = this.#roster.entries.size;
    const captured = levelFor(count, "good", this.#bestLevel);
    this.media.setLevel(captured);
    for (const [id, link] of this.#mesh?.links ?? []) {
      const network = this.#vitals.network(id);
      link.setLimits(
        this.media.isSharing
          ? screenLimits
          : cameraLimits(levelFor(count, network, this.#bestLevel), captured),
      );
    }
  }

  // -- watching over it ---------------------------------------------------------

  #watch() {
    this.#vitals.start();
    this.#undo.push(
      watchSurroundings({
        networkChanged: () => this.#changeNetwork(),
        awoken: () => this.#channel.check(),
        tick: () => this.#expireRoster(),
      }),
    );
  }

  #changeNetwork() {
    this.#channel.check();
    this.#mesh?.restart();
  }

  #expireRoster() {
    const before = new Map(this.#roster.entries);
    const late = this.#roster.expire(Date.now());
    if (late.length === 0) return;
    this.#mesh?.setPeers(this.#roster.entries.keys());
    this.#dismiss(late, before);
    this.#changed();
  }

  #close() {
    for (const undo of this.#undo.splice(0)) undo();
    this.#mesh?.close();
    this.#mesh = null;
    this.#roster.clear();
    this.#vitals.stop();
    this.media.close();
  }
}

/** @type {MediaStream | null} */
let nothing = null;

/** The same one each time, so that showing it twice changes nothing. */
function emptyStream() {
  nothing ??= new MediaStream();
  return nothing;
}
