// A server of one connection, whose every word a test chooses. The stock client
// speaks to it through a WebSocket that leads nowhere.
import { RoomChannel } from "../../../web/client/channel.js";
import { settle } from "./fake_clock.mjs";

export const selfId = "5f0c0f3e-6c0e-4f0e-8a57-0d2b1b7f4c11";
export const bobId = "9a0c0f3e-6c0e-4f0e-8a57-0d2b1b7f4c22";

const meta = (display_name, version = 1) => ({
  display_name,
  audio_muted: false,
  video_enabled: true,
  screensharing: false,
  device_info: {},
  phx_ref: `ref-${display_name}-${version}`,
});

export class ScriptedServer {
  sockets = [];
  events = [];
  page = new EventTarget();

  constructor(t, options = {}) {
    const server = this;
    class Transport {
      readyState = 0;
      bufferedAmount = 0;
      frames = [];
      constructor() {
        server.sockets.push(this);
      }
      send(text) {
        this.frames.push(JSON.parse(text));
      }
      close(code) {
        this.readyState = 3;
        this.frames.push(["closed", code]);
        this.onclose?.({ code, wasClean: true });
      }
    }
    this.channel = new RoomChannel({
      roomId: "lounge",
      displayName: "Ann",
      devices: { audio: "mic-1" },
      url: "ws://here/socket",
      page: this.page,
      socket: {
        transport: Transport,
        reconnectAfterMs: () => 1,
        rejoinAfterMs: () => 1,
        ...options,
      },
    });
    for (const name of [
      "joined",
      "roster",
      "signal",
      "updated",
      "chat",
      "refused",
      "ended",
    ])
      this.channel.on(name, (payload) => this.events.push([name, payload]));
    t.after(() => this.channel.leave());
  }

  get socket() {
    return this.sockets.at(-1);
  }

  get frames() {
    return this.socket.frames;
  }

  /// The frames of one event on the current connection.
  sent(event) {
    return this.frames.filter((frame) => frame[3] === event);
  }

  payloads(event) {
    return this.sent(event).map((frame) => frame[4]);
  }

  heard(name) {
    return this.events.filter(([event]) => event === name).map(([, payload]) => payload);
  }

  async open() {
    this.socket.readyState = 1;
    this.socket.onopen();
    await settle();
  }

  /// A connection lost without a word.
  async cut() {
    const count = this.sockets.length;
    this.socket.readyState = 3;
    this.socket.onclose({ code: 1006, wasClean: false });
    while (this.sockets.length === count) await new Promise((go) => setTimeout(go, 1));
  }

  async say(joinRef, event, payload, ref = null) {
    const frame = [joinRef, ref, "room:lounge", event, payload];
    this.socket.onmessage({ data: JSON.stringify(frame) });
    await settle();
  }

  /// Answers what the client has sent last of one event.
  answer(event, response = {}, status = "ok") {
    const [joinRef, ref] = this.sent(event).at(-1);
    return this.say(joinRef, "phx_reply", { status, response }, ref);
  }

  /// Lets it in.
  async admit(fields = {}, present = { [selfId]: "Ann", [bobId]: "Bob" }) {
    const presence = Object.fromEntries(
      Object.entries(present).map(([id, name]) => [id, { metas: [meta(name)] }]),
    );
    await this.answer("phx_join", {
      ok: true,
      self_id: selfId,
      room_id: "lounge",
      presence,
      capacity: 6,
      ice_servers: [],
      resume_token: `token-${this.sockets.length}`,
      seq: 10,
      resumed: false,
      received: 0,
      replay: "complete",
      ...fields,
    });
    const [joinRef] = this.sent("phx_join").at(-1);
    await this.say(joinRef, "presence_state", presence);
    return joinRef;
  }

  async enter() {
    this.channel.join();
    await this.open();
    return this.admit();
  }
}
