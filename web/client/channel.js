// The room over the wire: the one file that knows Phoenix.
import { Presence, Socket } from "phoenix";
import { Emitter } from "./emitter.js";
import { Outbox } from "./outbox.js";
import { asTyped } from "./text.js";

/**
 * What the roster says of a participant.
 *
 * @typedef {object} Presentation
 * @property {string} displayName
 * @property {boolean} audioMuted
 * @property {boolean} videoEnabled
 * @property {boolean} screensharing
 *
 * @typedef {object} MediaState
 * @property {boolean} audioMuted
 * @property {boolean} videoEnabled
 * @property {boolean} screensharing
 * @property {DeviceIds} devices
 *
 * @typedef {{ audio?: string, video?: string }} DeviceIds
 *
 * @typedef {{ kind: "offer", sdp: string }} Offer
 * @typedef {{ kind: "answer", sdp: string }} Answer
 * @typedef {object} Candidate
 * @property {"ice"} kind
 * @property {string} candidate
 * @property {string | null} sdpMid
 * @property {number | null} sdpMLineIndex
 * @property {boolean} isLast No more will follow.
 *
 * @typedef {Offer | Answer | Candidate} Signal
 *
 * @typedef {object} Refusal
 * @property {string} error A stable code, such as "unknown_peer".
 * @property {string} [reason]
 * @property {string[]} [reasons]
 * @property {number} [limit]
 * @property {string} [to_id]
 *
 * @typedef {object} Admission
 * @property {string} selfId
 * @property {number} capacity
 * @property {RTCIceServer[]} iceServers
 * @property {boolean} isSameSeat The others did not see us leave.
 * @property {boolean} isComplete Nothing that was said meanwhile is missing.
 * @property {boolean} isForgotten The room has lost its memory, others included.
 *
 * @typedef {"connecting" | "joined" | "reconnecting" | "ended"} ChannelStatus
 *
 * @typedef {object} End
 * @property {"left" | "closed" | "capacity" | "invalid_payload"} why
 * @property {Refusal} [refusal]
 *
 * @typedef {object} ChannelEvents
 * @property {Admission} joined At every join, also after a lost connection.
 * @property {Map<string, Presentation>} roster
 * @property {Signal & { fromId: string }} signal
 * @property {string} updated Who has told of its media, changed or not.
 * @property {{ fromId: string, displayName: string, text: string, ts: number }} chat
 * @property {Refusal} refused A signal went nowhere.
 * @property {ChannelStatus} status
 * @property {End} ended The last event of all.
 */

const finalRefusals = ["capacity", "invalid_payload"];
const reconnectDelaysMs = [50, 150, 300, 600, 1200, 2500];
const rejoinDelaysMs = [1000, 2000, 5000];
const longestDelayMs = 5000;
const hiddenRetryMs = 2000;
const pingTimeoutMs = 4000;
/** At most; longer than others need to come back, as above. */
const holdMs = 8000;

/**
 * Half to one and a half times `ms`, so that those whom one fault cut off do not
 * all come back at the same instant.
 *
 * @param {number} ms
 */
const jittered = (ms) => ms * (0.5 + Math.random());

/** @param {any} meta @returns {Presentation} */
const presentationOf = (meta) => ({
  displayName: meta.display_name,
  audioMuted: meta.audio_muted,
  videoEnabled: meta.video_enabled,
  screensharing: meta.screensharing,
});

/** @param {DeviceIds} devices */
const deviceInfoOf = ({ audio, video }) => ({
  ...(audio && { audio_device_id: audio }),
  ...(video && { video_device_id: video }),
});

/**
 * A seat in a room, kept through lost connections: the server lets us resume
 * under the same id, replays what we missed, and hears again what it missed.
 *
 * @extends {Emitter<ChannelEvents>}
 */
export class RoomChannel extends Emitter {
  #outbox = new Outbox();
  /** @type {ChannelStatus} */
  #status = "connecting";
  #token = "";
  #lastSeq = 0;
  #selfId = "";
  #retryAfterMs = 0;
  #isChecking = false;
  #isInsisting = false;
  /**
   * What a room without memory is told when the others are back in it.
   *
   * @type {import("./outbox.js").Push[]}
   */
  #held = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #holdTimer;
  #socket;
  #channel;
  #page;

  /**
   * @param {object} options
   * @param {string} options.roomId
   * @param {string} options.displayName
   * @param {DeviceIds} [options.devices]
   * @param {string} [options.url] The server's socket.
   * @param {EventTarget | null} [options.page] Whose end ends the stay.
   * @param {Partial<import("phoenix").SocketConnectOption>} [options.socket]
   */
  constructor({
    roomId,
    displayName,
    devices = {},
    url = "/socket",
    page = globalThis.window ?? null,
    socket: socketOptions = {},
  }) {
    super();
    // Before the Socket's own listener, which hangs up without a word and so
    // would leave a ghost until the resume window ends.
    this.#page = page;
    page?.addEventListener("pagehide", this.leave, { capture: true });
    this.#socket = new Socket(url, {
      reconnectAfterMs: (tries) =>
        jittered(reconnectDelaysMs[tries - 1] ?? longestDelayMs),
      rejoinAfterMs: (tries) =>
        jittered(this.#retryAfterMs || (rejoinDelaysMs[tries - 1] ?? longestDelayMs)),
      ...socketOptions,
    });
    this.#channel = this.#socket.channel(`room:${roomId}`, () => ({
      room_id: roomId,
      display_name: displayName,
      device_info: deviceInfoOf(devices),
      resume: this.#token,
      last_seq: this.#lastSeq,
    }));
    this.#listen();
  }

  get status() {
    return this.#status;
  }

  join() {
    this.#socket.connect();
    this.#channel
      .join()
      .receive("ok", (reply) => this.#admit(reply))
      .receive("error", (refusal) => this.#refuse(refusal));
  }

  /** Gives the seat up. Twice is once. */
  leave = () => this.#end({ why: "left" });

  /**
   * @param {string} toId
   * @param {Signal} signal
   */
  async signal(toId, signal) {
    const payload =
      signal.kind === "ice"
        ? {
            to_id: toId,
            candidate: signal.candidate,
            sdpMid: signal.sdpMid,
            sdpMLineIndex: signal.sdpMLineIndex,
            end_of_candidates: signal.isLast,
          }
        : { to_id: toId, sdp: signal.sdp };
    const { ok, response } = await this.#push(`signal:${signal.kind}`, payload);
    if (!ok && this.#status !== "ended") this.emit("refused", response);
  }

  /** @param {MediaState} state */
  updateMedia({ audioMuted, videoEnabled, screensharing, devices }) {
    return this.#push("media:update", {
      audio_muted: audioMuted,
      video_enabled: videoEnabled,
      screensharing,
      device_info: deviceInfoOf(devices),
    });
  }

  /**
   * @param {string} text 1 to 500 code points.
   * @returns {Promise<{ ok: boolean, response: Refusal }>} Once the room has said
   *   it to everybody, ourselves included, or has refused to.
   */
  say(text) {
    return this.#push("chat:msg", { text }, true);
  }

  /** Everybody is back: says what was kept until they can hear it. */
  release() {
    clearTimeout(this.#holdTimer);
    for (const push of this.#held.splice(0)) this.#outbox.add(push);
    this.#flush();
  }

  /** Call it when the network or the machine may have been away. */
  check() {
    if (this.#status === "ended" || this.#isChecking) return;
    if (!this.#socket.isConnected()) return this.#reconnect();
    this.#isChecking = true;
    const giveUp = setTimeout(() => {
      this.#isChecking = false;
      if (this.#status !== "ended") this.#reconnect();
    }, pingTimeoutMs);
    this.#socket.ping(() => {
      this.#isChecking = false;
      clearTimeout(giveUp);
    });
  }

  // -- what we hear -------------------------------------------------------------

  #listen() {
    const channel = this.#channel;
    channel.onMessage = (/** @type {string} */ _event, /** @type {any} */ payload) => {
      if (typeof payload?.seq === "number") this.#lastSeq = payload.seq;
      return payload;
    };
    channel.on("signal:offer", ({ from_id, sdp }) =>
      this.emit("signal", { fromId: from_id, kind: "offer", sdp }),
    );
    channel.on("signal:answer", ({ from_id, sdp }) =>
      this.emit("signal", { fromId: from_id, kind: "answer", sdp }),
    );
    channel.on("signal:ice", (ice) =>
      this.emit("signal", {
        fromId: ice.from_id,
        kind: "ice",
        candidate: ice.candidate,
        sdpMid: ice.sdpMid,
        sdpMLineIndex: ice.sdpMLineIndex,
        isLast: ice.end_of_candidates === true,
      }),
    );
    channel.on("media:update", ({ from_id }) => this.emit("updated", from_id));
    channel.on("chat:msg", ({ from_id, display_name, text, ts }) =>
      this.emit("chat", {
        fromId: from_id,
        displayName: display_name,
        text: asTyped(text),
        ts,
      }),
    );
    const presence = new Presence(channel);
    presence.onSync(() => {
      const entries = presence.list(
        (id, { metas }) => /** @type {const} */ ([id, presentationOf(metas.at(-1))]),
      );
      this.emit("roster", new Map(entries));
    });
    channel.onError(() => this.#lose());
    channel.onClose(() => this.#end({ why: "closed" }));
    this.#socket.onClose(() => this.#lose());
  }

  /** @param {any} reply */
  #admit(reply) {
    const isSameSeat = reply.resumed && reply.self_id === this.#selfId;
    const isForgotten = reply.resumed && reply.replay === "lost";
    let isComplete = reply.replay === "complete";
    if (isSameSeat && !isForgotten) {
      isComplete = this.#outbox.resume(reply.received) && isComplete;
    } else {
      this.#held.unshift(...this.#outbox.restart());
      this.#lastSeq = reply.seq;
    }
    this.#selfId = reply.self_id;
    this.#token = reply.resume_token;
    this.#retryAfterMs = 0;
    this.emit("joined", {
      selfId: reply.self_id,
      capacity: reply.capacity,
      iceServers: reply.ice_servers ?? [],
      isSameSeat,
      isComplete,
      isForgotten,
    });
    this.#become("joined");
    if (isForgotten) this.#holdTimer = setTimeout(() => this.release(), holdMs);
    else this.release();
    this.#flush();
  }

  /** @param {any} refusal Of a join. */
  #refuse(refusal) {
    if (finalRefusals.includes(refusal.error)) this.#end({ why: refusal.error, refusal });
    else this.#retryAfterMs = refusal.retry_after_ms ?? 0;
  }

  // -- what we say --------------------------------------------------------------

  /**
   * @param {string} event
   * @param {Record<string, unknown>} payload
   * @returns {Promise<{ ok: boolean, response: any }>}
   */
  #push(event, payload, lasting = false) {
    return new Promise((settle) => {
      const push = { event, payload, lasting, settle };
      if (lasting && this.#held.length > 0) this.#held.push(push);
      else this.#outbox.add(push);
      if (this.#status === "ended") this.#outbox.abandon();
      this.#flush();
    });
  }

  /** Sends what waits; the stock client's own buffer would not know what is lost. */
  #flush() {
    while (this.#status === "joined" && this.#socket.isConnected()) {
      const next = this.#outbox.next();
      if (!next) return;
      const { number, push } = next;
      /** @param {boolean} ok @returns {(response: any) => void} */
      const answered = (ok) => (response) => {
        push.settle({ ok, response });
        this.#outbox.confirm(number);
      };
      this.#channel
        .push(push.event, push.payload)
        .receive("ok", answered(true))
        .receive("error", answered(false));
    }
  }

  // -- the connection -----------------------------------------------------------

  /** @param {ChannelStatus} status */
  #become(status) {
    if (this.#status === status || this.#status === "ended") return;
    this.#status = status;
    this.emit("status", status);
  }

  #lose() {
    if (this.#status === "joined") this.#become("reconnecting");
    this.#insistWhileHidden();
  }

  /** The stock client waits until somebody looks; a call goes on unseen. */
  #insistWhileHidden() {
    if (this.#isInsisting || globalThis.document?.visibilityState !== "hidden") return;
    this.#isInsisting = true;
    setTimeout(() => {
      this.#isInsisting = false;
      if (this.#status === "ended" || this.#socket.isConnected()) return;
      this.#socket.connect();
      this.#insistWhileHidden();
    }, jittered(hiddenRetryMs));
  }

  #reconnect() {
    this.#socket.disconnect();
    this.#socket.connect();
    this.#lose();
  }

  /**
   * Also stops the stock client, which would try again for ever.
   *
   * @param {End} end
   */
  #end(end) {
    if (this.#status === "ended") return;
    this.#become("ended");
    this.#page?.removeEventListener("pagehide", this.leave, { capture: true });
    this.#channel.leave();
    this.#socket.disconnect();
    this.release();
    this.#outbox.abandon();
    this.emit("ended", end);
  }
}
