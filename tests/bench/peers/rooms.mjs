// Rooms as a hand-written Node server has them: JSON in, a look at each field, JSON
// out. What carries the frames is the caller's: a client has `send(frame)`, and
// `broadcast(clients, frame)` says one thing to many.
import { randomUUID } from "node:crypto";

const text = (value, most) =>
  typeof value === "string" && value.length > 0 && value.length <= most;

export class Rooms {
  #rooms = new Map();
  #capacity;
  #broadcast;
  #version = 0;

  constructor(capacity, broadcast) {
    this.#capacity = capacity;
    this.#broadcast = broadcast;
  }

  hear(client, frame) {
    if (!Array.isArray(frame) || frame.length < 5) return;
    const [, , topic, event, payload] = frame;
    switch (event) {
      case "signal:offer":
      case "signal:answer":
        return this.#signal(client, frame, text(payload.sdp, 1 << 20));
      case "signal:ice":
        return this.#signal(client, frame, text(payload.candidate, 2048));
      case "chat:msg": return this.#chat(client, frame);
      case "media:update": return this.#media(client, frame);
      case "phx_join": return this.#join(client, frame);
      case "phx_leave":
        reply(client, frame, "ok", {});
        client.send([client.joinRef, client.joinRef, topic, "phx_close", {}]);
        return this.gone(client);
      default: return reply(client, frame, "ok", {});
    }
  }

  gone(client) {
    const { room } = client;
    if (!room) return;
    client.room = null;
    room.members.delete(client.id);
    const leaves = { [client.id]: { metas: [client.meta] } };
    this.#say(room, "presence_diff", { joins: {}, leaves });
    if (room.members.size === 0) this.#rooms.delete(room.topic);
  }

  #join(client, frame) {
    const [joinRef, , topic, , payload] = frame;
    let room = this.#rooms.get(topic);
    if (!room) {
      room = { topic, id: topic.slice("room:".length), members: new Map() };
      this.#rooms.set(topic, room);
    }
    if (room.members.size >= this.#capacity)
      return reply(client, frame, "error", { error: "capacity", reason: "error:capacity" });
    if (!text(payload.display_name, 64))
      return reply(client, frame, "error", { error: "invalid_payload" });
    const { members } = room;
    Object.assign(client, { room, joinRef, id: randomUUID() });
    client.meta = {
      display_name: payload.display_name, audio_muted: false, video_enabled: true,
      screensharing: false, device_info: {}, phx_ref: String(++this.#version),
    };
    const mine = { [client.id]: { metas: [client.meta] } };
    this.#say(room, "presence_diff", { joins: mine, leaves: {} });
    members.set(client.id, client);
    client.enter?.(topic);
    const presence = Object.fromEntries(
      [...members.values()].map((each) => [each.id, { metas: [each.meta] }]));
    reply(client, frame, "ok", {
      ok: true, self_id: client.id, room_id: room.id, presence,
      capacity: this.#capacity, ice_servers: [],
    });
    client.send([joinRef, null, topic, "presence_state", presence]);
  }

  #signal(client, frame, isGood) {
    const [, , topic, event, payload] = frame;
    if (!isGood) return reply(client, frame, "error", { error: "invalid_payload" });
    const target = client.room?.members.get(payload.to_id);
    if (!target)
      return reply(client, frame, "error", { error: "unknown_peer", to_id: payload.to_id });
    const said = { room_id: client.room.id, from_id: client.id, ...payload, ts: Date.now() };
    if (event === "signal:ice") said.end_of_candidates = false;
    target.send([target.joinRef, null, topic, event, said]);
  }

  #chat(client, frame) {
    const [, , , event, payload] = frame;
    if (!client.room || !text(payload.text, 500))
      return reply(client, frame, "error", { error: "invalid_payload" });
    this.#say(client.room, event, {
      room_id: client.room.id, from_id: client.id,
      display_name: client.meta.display_name, text: payload.text, ts: Date.now(),
    });
    reply(client, frame, "ok", {});
  }

  #media(client, frame) {
    const [, , , event, payload] = frame;
    if (!client.room) return;
    const old = client.meta;
    client.meta = {
      ...old, ...payload, phx_ref: String(++this.#version), phx_ref_prev: old.phx_ref,
    };
    this.#say(client.room, "presence_diff", {
      joins: { [client.id]: { metas: [client.meta] } },
      leaves: { [client.id]: { metas: [old] } },
    });
    this.#say(client.room, event, {
      room_id: client.room.id, from_id: client.id, ...payload, ts: Date.now(),
    });
    reply(client, frame, "ok", {});
  }

  #say(room, event, payload) {
    this.#broadcast(room, [null, null, room.topic, event, payload]);
  }
}

function reply(client, [joinRef, ref, topic], status, response) {
  client.send([joinRef, ref, topic, "phx_reply", { status, response }]);
}

/// `PORT CAPACITY`, as all peers take them.
export function options() {
  const [port, capacity] = process.argv.slice(2).map(Number);
  if (!port || !capacity) throw new Error("Usage: node PEER PORT CAPACITY");
  return { port, capacity };
}
