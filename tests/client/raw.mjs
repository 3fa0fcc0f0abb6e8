// A bare WebSocket, for what the stock client never says.
import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { Transcript, within } from "./transcript.mjs";

export class RawConnection {
  #refs = 1000;

  constructor(socket) {
    this.socket = socket;
    this.frames = new Transcript("raw frames");
    socket.on("message", (data, isBinary) => {
      this.frames.add(isBinary ? data : JSON.parse(data.toString("utf8")));
    });
    socket.on("error", () => {}); // The close that follows is what tests look at.
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString("utf8") }));
    });
  }

  static async open(t, server, { vsn = "2.0.0", origin, protocols } = {}) {
    const query = vsn === null ? "" : `?vsn=${vsn}`;
    const socket = new WebSocket(`${server.url}/websocket${query}`, protocols ?? [],
                                 { ...(origin === undefined ? {} : { origin }) });
    const connection = new RawConnection(socket);
    t.after(() => socket.terminate());
    await within(new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    }), "upgrade");
    return connection;
  }

  newRef() {
    return String(++this.#refs);
  }

  /// Any frame: an array for V2, an object for V1.
  send(frame) {
    this.sendText(JSON.stringify(frame));
  }

  sendText(text) {
    this.socket.send(text, { binary: false });
  }

  sendBinary(bytes) {
    this.socket.send(bytes, { binary: true });
  }

  /// Pushes with a new `ref`, and resolves with the payload of its reply.
  async ask(joinRef, topic, event, payload) {
    const ref = this.newRef();
    const reply = this.reply(ref);
    this.send([joinRef, ref, topic, event, payload]);
    return reply;
  }

  async reply(ref) {
    const frame = await this.frame((heard) => heard[1] === ref && heard[3] === "phx_reply",
                                   `reply to ${ref}`);
    return frame[4];
  }

  frame(matches, what, options) {
    return this.frames.find(matches, what, options);
  }

  /// Asks to be let in. The `join_ref` is also the `ref`.
  join(topic, joinRef, params = { display_name: "raw" }) {
    this.send([joinRef, joinRef, topic, "phx_join", params]);
    return this.reply(joinRef);
  }

  /// Joins, and insists on being let in.
  async enter(topic, joinRef, params) {
    const { status, response } = await this.join(topic, joinRef, params);
    assert.equal(status, "ok", JSON.stringify(response));
    return response;
  }

  async closeCode() {
    return (await within(this.closed, "close")).code;
  }

  /// Proves that the connection lives: its heartbeat is answered.
  async beats() {
    const reply = await this.ask(null, "phoenix", "heartbeat", {});
    assert.deepEqual(reply, { status: "ok", response: {} });
  }
}

/// @returns The HTTP status with which the server refused to upgrade, and its body.
export function refusedUpgrade(server, { vsn = "2.0.0", origin, protocols } = {}) {
  const socket = new WebSocket(`${server.url}/websocket?vsn=${vsn}`, protocols ?? [],
                               { ...(origin === undefined ? {} : { origin }) });
  return within(new Promise((resolve, reject) => {
    socket.once("open", () => {
      socket.terminate();
      reject(new Error(`upgraded with vsn=${vsn} origin=${origin}`));
    });
    socket.once("unexpected-response", (_, response) => {
      let body = "";
      response.on("data", (part) => { body += part; });
      response.on("end", () => resolve({ status: response.statusCode, body }));
    });
    socket.on("error", () => {});
  }), "refusal");
}
