// The stock npm client, as its users get it, in each version that we answer to.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test from "node:test";
import { WebSocket } from "ws";
import { Transcript } from "./transcript.mjs";

const versions = ["1.7.21", "1.8.15", "1.8.16"];
const stock = await Promise.all(versions.map(async (version) => (
  { version, ...await import(`phoenix-${version}`) })));

export const [phoenix1721, phoenix1815, phoenix1816] = stock;

/// Registers `body` as one test per version of the client.
export function withEachStockClient(name, body, { timeout = 60_000 } = {}) {
  for (const phoenix of stock) {
    test(`${name} [phoenix ${phoenix.version}]`, { timeout }, (t) => body(t, phoenix));
  }
}

/// A room that no other test uses.
export function newRoom(prefix = "room") {
  return `${prefix}-${randomUUID().slice(0, 13)}`;
}

export const uuidV4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const phxRef = /^[A-Za-z0-9_-]{16}$/;

/// Nothing listens there.
const deadUrl = "ws://127.0.0.1:1/socket/websocket";

/// A WebSocket that notes what passes and can keep what it hears to itself.
function recordedTransport(client) {
  const { wire, transports } = client;
  return class RecordedWebSocket extends WebSocket {
    #handler = null;
    #held = null;

    constructor(url, protocols) {
      super(client.isOffline ? deadUrl : url, protocols);
      this.connection = transports.push(this);
      super.addEventListener("message", (event) => {
        const frame = JSON.parse(event.data);
        wire.add({ by: "server", connection: this.connection, frame, text: event.data });
        if (this.#held) this.#held.push(event);
        else this.#handler?.(event);
      });
    }

    get onmessage() {
      return this.#handler;
    }

    set onmessage(handler) {
      this.#handler = handler;
    }

    send(text) {
      wire.add({ by: "client", connection: this.connection, frame: JSON.parse(text), text });
      super.send(text);
    }

    /// The client hears nothing more until `release`.
    hold() {
      this.#held ??= [];
    }

    release() {
      const events = this.#held ?? [];
      this.#held = null;
      for (const event of events) this.#handler?.(event);
    }
  };
}

/// One stock Socket.
export class Client {
  transports = [];
  pushes = [];
  isOffline = false;

  constructor(t, phoenix, server, options = {}) {
    this.phoenix = phoenix;
    this.wire = new Transcript(`wire of ${phoenix.version}`);
    this.closes = new Transcript(`closes of ${phoenix.version}`);
    this.socket = new phoenix.Socket(server.url, {
      transport: recordedTransport(this),
      timeout: 10_000,
      ...options,
    });
    this.socket.onClose(({ code, reason }) => this.closes.add({ code, reason }));
    this.socket.connect();
    t.after(() => this.hangUp());
  }

  get transport() {
    return this.transports.at(-1);
  }

  seat(room, params) {
    return new Seat(this, room, params);
  }

  /// Ends the connection as a cut cable would; the client does not know why.
  cut() {
    this.transport.terminate();
  }

  /// Pulls the cable. The client tries to come back, in vain until `goOnline`.
  goOffline() {
    this.isOffline = true;
    this.cut();
  }

  goOnline() {
    this.isOffline = false;
  }

  hangUp() {
    this.socket.disconnect();
    for (const transport of this.transports) transport.terminate();
    // A delivered signal is never answered; its timer would keep the test waiting.
    for (const push of this.pushes) push.cancelTimeout();
  }

  /// Frames that the server sent, as arrays, from entry `mark` of the wire on.
  heardSince(mark = 0) {
    return this.wire.since(mark).filter(({ by }) => by === "server").map(({ frame }) => frame);
  }
}

/// One stock Channel with its Presence.
export class Seat {
  #ids = () => this.presence.list((id) => id).sort();

  constructor(client, room, params) {
    const name = `${client.phoenix.version} in ${room}`;
    this.client = client;
    this.room = room;
    this.topic = `room:${room}`;
    this.channel = client.socket.channel(this.topic, params);
    this.presence = new client.phoenix.Presence(this.channel);
    this.heard = new Transcript(`events of ${name}`);
    this.rosters = new Transcript(`rosters of ${name}`);
    this.replies = new Transcript(`join replies of ${name}`);
    this.channel.onMessage = (event, payload, ref, joinRef) => {
      this.heard.add({ event, payload, ref, joinRef });
      return payload;
    };
    this.presence.onSync(() => this.rosters.add(this.#ids()));
  }

  /// Of the latest join that was let in.
  get selfId() {
    return this.replies.since().filter(({ status }) => status === "ok").at(-1)?.response.self_id;
  }

  /// Asks to be let in; resolves with the first answer.
  join(timeout) {
    const push = this.channel.join(timeout);
    for (const status of ["ok", "error", "timeout"]) {
      push.receive(status, (response) => {
        if (status === "ok") this.admitted(response);
        this.replies.add({ status, response });
      });
    }
    return this.replies.find(() => true, "answer to the join");
  }

  /// Called at every join and rejoin that is let in.
  admitted() {}

  /// Joins, is let in, and sees a roster with itself.
  async enter() {
    const { status, response } = await this.join();
    assert.equal(status, "ok", JSON.stringify(response));
    await this.rosters.find((ids) => ids.includes(response.self_id), "roster with oneself");
    return response;
  }

  /// Resolves once the client's Presence lists exactly these participants.
  async sees(...seats) {
    const ids = seats.map((seat) => seat.selfId ?? seat).sort().join();
    await this.rosters.find(() => this.#ids().join() === ids, `roster of ${ids}`,
                            { from: Math.max(0, this.rosters.length - 1) });
  }

  get roster() {
    return this.#ids();
  }

  meta(id) {
    const metas = this.presence.list((key, entry) => ({ key, metas: entry.metas }))
      .find(({ key }) => key === id)?.metas;
    assert.equal(metas?.length, 1, `one meta of ${id}`);
    return metas[0];
  }

  /// Pushes as an application does that wants no answer.
  send(event, payload) {
    const push = this.channel.push(event, payload, 10_000);
    this.client.pushes.push(push);
    return push;
  }

  /// Resolves with the reply, `timeout` included.
  push(event, payload) {
    return new Promise((resolve) => {
      const push = this.send(event, payload);
      for (const status of ["ok", "error", "timeout"]) {
        push.receive(status, (response) => resolve({ status, response }));
      }
    });
  }

  /// Pushes, and insists on an `ok`.
  async say(event, payload) {
    const { status, response } = await this.push(event, payload);
    assert.equal(status, "ok", JSON.stringify(response));
    return response;
  }

  /// The payload of an `event` from entry `from` on.
  async hears(event, matches = () => true, { from = 0, within } = {}) {
    const entry = await this.heard.find(
      (heard) => heard.event === event && matches(heard.payload), event, { from, within });
    return entry.payload;
  }

  payloadsOf(event, mark = 0) {
    return this.heard.since(mark).filter((heard) => heard.event === event)
      .map(({ payload }) => payload);
  }

  leave() {
    this.channel.leave();
  }
}

/// Says a word that everybody in the room hears, and waits until they did:
/// whatever the room sent before has then arrived, or never will.
export async function fence(speaker, ...listeners) {
  const text = `fence ${randomUUID()}`;
  const heard = listeners.map((seat) => seat.hears("chat:msg", (said) => said.text === text));
  await speaker.say("chat:msg", { text });
  await Promise.all(heard);
}

/// One stock client that has entered `room`.
export async function enter(t, phoenix, server, room, name, options) {
  const client = new Client(t, phoenix, server, options);
  const seat = client.seat(room, { display_name: name });
  await seat.enter();
  return seat;
}
