// A server that misbehaves on demand: the relay that the benchmarks know, with one
// fault. What is not found here would not be found in Greenroom either.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { Rooms } from "../bench/peers/rooms.mjs";

// The package that the tests of the stock client have.
const { WebSocketServer } = createRequire(new URL("../client/package.json", import.meta.url))("ws");

const is = (frame, event) => frame[3].startsWith(event);

/// Each is called with what is to be sent and to whom, and sends it, or not. It
/// may keep notes in `notes`, which are empty at first.
export const faults = {
  none: (send, frame) => send(frame),
  /// Of signals the fifth, so that some of the same pair follow.
  drops: (send, frame, { notes }) => {
    if (!is(frame, "signal:") || ++notes.count !== 5) send(frame);
  },
  dropsChat: (send, frame, { notes }) => {
    if (!is(frame, "chat:") || ++notes.count !== 5) send(frame);
  },
  doubles: (send, frame, { notes }) => {
    send(frame);
    if (is(frame, "signal:") && ++notes.count === 5) send(frame);
  },
  misdelivers: (send, frame, { notes, clients, to }) => {
    const other = [...clients].find((each) => each !== to && each.room === to.room && each.id);
    if (!is(frame, "signal:") || ++notes.count !== 5) send(frame);
    else other.socket.send(JSON.stringify(frame));
  },
  crossesRooms: (send, frame, { notes, clients, to }) => {
    const other = [...clients].find((each) => each.room && each.room !== to.room);
    if (is(frame, "chat:") && ++notes.count === 5) other.socket.send(JSON.stringify(frame));
    send(frame);
  },
  /// Holds one back until the next of the same pair.
  reorders: (send, frame, { notes, to }) => {
    if (!is(frame, "signal:") || notes.isDone) return send(frame);
    if (!notes.held) {
      Object.assign(notes, { held: frame, to });
      return undefined;
    }
    send(frame);
    if (notes.to !== to || notes.held[4].from_id !== frame[4].from_id) return undefined;
    notes.isDone = true;
    return send(notes.held);
  },
  damages: (send, frame) => {
    if (is(frame, "signal:ice")) frame[4].candidate = `${frame[4].candidate.slice(0, -1)}X`;
    send(frame);
  },
  forges: (send, frame) => {
    if (is(frame, "chat:")) frame[4].from_id = "somebody-else";
    send(frame);
  },
  refuses: (send, frame, { notes, to }) => {
    if (is(frame, "chat:") && ++notes.count === 5)
      to.socket.send(JSON.stringify([to.joinRef, "00000010", frame[2], "phx_reply",
        { status: "error", response: { error: "rate_limited" } }]));
    send(frame);
  },
  /// Says six, and lets in seven.
  admitsSeventh: (send, frame) => {
    if (frame[4].response?.capacity) frame[4].response.capacity = 6;
    send(frame);
  },
  /// Nobody is told that the first who leaves has left.
  leavesGhost: (send, frame, { notes }) => {
    const [leaver] = is(frame, "presence_diff") ? Object.keys(frame[4].leaves) : [];
    notes.ghost ??= leaver;
    if (!leaver || leaver !== notes.ghost) send(frame);
  },
  hides: (send, frame, { notes }) => {
    if (!is(frame, "presence_diff") || ++notes.count !== 1) send(frame);
  },
  dies: (send, frame, { notes, clients }) => {
    send(frame);
    if (is(frame, "signal:") && ++notes.count === 20)
      for (const { socket } of clients) socket.terminate();
  },
  closes: (send, frame, { notes, to }) => {
    send(frame);
    if (is(frame, "signal:") && ++notes.count === 20) to.socket.close(1012);
  },
  /// Answers nobody for a while, as a server does that collects garbage.
  stalls: (send, frame, { notes }) => {
    if (is(frame, "signal:") && ++notes.count === 20)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    send(frame);
  },
};

/// @param ports How many ports it has, as a cluster would.
/// @returns Its `ports`; the `topics` that it was sent; `heard(count)` waits for so many signals; `stop`.
export async function standIn({ fault = "none", capacity = 6, ports = 1 } = {}) {
  const clients = new Set();
  const notes = { count: 0 };
  const topics = new Set();
  let signals = 0;
  let awaited = { count: Infinity };
  const say = (to, frame) => {
    signals += frame[3].startsWith("signal:");
    if (signals >= awaited.count) awaited.resolve();
    faults[fault]((what) => to.socket.send(JSON.stringify(what)), structuredClone(frame),
      { notes, clients, to });
  };
  const rooms = new Rooms(capacity, (room, frame) => {
    for (const each of room.members.values()) say(each, frame);
  });
  const servers = await Promise.all(Array.from({ length: ports }, async () => {
    const http = createServer((_, response) => response.writeHead(404).end());
    new WebSocketServer({ server: http, perMessageDeflate: false }).on("connection", (socket) => {
      const client = { socket, send: (frame) => say(client, frame) };
      clients.add(client);
      socket._socket.unref();
      socket.on("message", (bytes) => {
        const frame = JSON.parse(bytes);
        topics.add(frame[2]);
        rooms.hear(client, frame);
      });
      socket.on("close", () => { clients.delete(client); rooms.gone(client); });
      socket.on("error", () => socket.terminate());
    });
    await new Promise((done) => { http.listen(0, "127.0.0.1", done); });
    http.unref(); // A test that fails before it stops us must not hang.
    return http;
  }));
  return {
    ports: servers.map((each) => each.address().port),
    topics,
    heard: (count) => new Promise((resolve) => { awaited = { count, resolve }; }),
    stop: () => {
      for (const { socket } of clients) socket.terminate();
      for (const each of servers) { each.close(); each.closeAllConnections(); }
    },
  };
}
