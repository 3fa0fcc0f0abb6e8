// What may happen to a node while people talk: it is killed, it stops for a while, or it
// does not read. Real processes and real signals; figures are printed, not asserted.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { controlled, eventually, roomOwnedBy } from "./operator.mjs";
import { RawConnection } from "./raw.mjs";
import { Client, enter, fence, phoenix1816 as phoenix } from "./stock.mjs";
import { roomsOfOwners, Talk } from "./talk.mjs";

const capacity = 6;
const mebibyte = 1024 * 1024;
const linkBytesMax = 16 * mebibyte; // As in protocol/vocabulary/limits.hpp.

// What the sanitizer keeps after it was freed is not what the server holds.
process.env.ASAN_OPTIONS = [process.env.ASAN_OPTIONS, "quarantine_size_mb=1"].filter(Boolean).join(":");

// -- a node is killed --------------------------------------------------------------

/// Three nodes, of which the last is the one that something happens to: to the one with
/// the lowest name, which the others joined, or to the one with the highest.
async function threeNodes(t, victimAt) {
  const { nodes } = await controlled(t, 3);
  return [...nodes.filter((_, at) => at !== victimAt), nodes[victimAt]];
}

async function killWhileTalking(t, victimAt) {
  const nodes = await threeNodes(t, victimAt);
  const rooms = await roomsOfOwners(t, nodes, nodes);
  const talks = rooms.map(({ people }) => new Talk(t, people, 200));
  await pause(1000); // It is killed in the middle of a conversation.
  nodes[2].signal("SIGKILL");
  const since = Date.now();
  const whole = await Promise.all(rooms.map(async ({ people }) => {
    const left = people.flat();
    for (const seat of left) await seat.sees(...left);
    return Date.now() - since;
  }));
  await pause(1000); // And goes on with who owns the room now.
  for (const talk of talks) talk.end();
  for (const [at, { people, owner }] of rooms.entries()) {
    const left = people.flat();
    for (const seat of left) await fence(seat, ...left);
    assert.deepEqual(talks[at].faults(), { lost: 0, doubled: 0, disordered: 0 });
    for (const seat of left) assert.equal(seat.replies.length, 1, "nobody had to join again");
    t.diagnostic(`room of ${owner.name}, ${owner === nodes[2] ? "which was killed" : "which stayed"}: `
                 + `${talks[at].sent} signals; rosters whole again after ${whole[at]} ms`);
    assert.ok(whole[at] < 10_000, "rosters are whole again in some seconds");
  }
}

for (const victimAt of [0, 2]) {
  test(`node ${victimAt + 1} is killed while those of the others exchange 200 signals a second`,
       (t) => killWhileTalking(t, victimAt));
}

// -- a node stops for a while ------------------------------------------------------

/// A room with one who stays, one on the node that will stop, and newcomers who are
/// connected to that node but do not ask yet.
async function roomBefore(t, nodes, owner) {
  const sleeper = nodes.at(-1);
  const { room, ann, bob } = await roomOwnedBy(t, nodes, owner, [nodes[0], sleeper]);
  const newcomers = Array.from({ length: 4 }, () => new Client(t, phoenix, sleeper));
  return { room, owner, stays: [ann], sleeps: bob, newcomers };
}

async function fill(t, nodes, one) {
  await one.stays[0].sees(...one.stays);
  while (one.stays.length < capacity) {
    one.stays.push(await enter(t, phoenix, nodes[one.stays.length % 2], one.room, "Filler"));
  }
  for (const seat of one.stays) await seat.sees(...one.stays);
}

/// Asks to be let in, and hangs up when that is refused, or the client would ask again.
async function ask(client, room) {
  const seat = client.seat(room, { display_name: "Newcomer" });
  const answer = await seat.join();
  if (answer.status !== "ok") client.hangUp();
  return answer;
}

const isIn = (seat) => seat.channel.state === "joined";

async function stopAndAsk(t, victimAt) {
  const nodes = await threeNodes(t, victimAt);
  const sleeper = nodes[2];
  const rooms = [];
  // When they ask, from the moment on that the node goes on: some while it is stopped.
  const instants = [-9000, -5000, -500, -1, 0, 20, 100, 1000];
  for (const [at, afterMs] of instants.entries()) {
    for (const owner of [sleeper, nodes[at % 2]]) {
      rooms.push({ afterMs, ...await roomBefore(t, nodes, owner) });
    }
  }
  sleeper.signal("SIGSTOP");
  const stoppedAt = Date.now();
  await Promise.all(rooms.map((one) => fill(t, nodes, one)));
  t.diagnostic(`${rooms.length} rooms full on the other nodes after ${Date.now() - stoppedAt} ms`);
  const wakesAt = Math.max(stoppedAt, Date.now() - 500) + 10_000;
  const answers = rooms.flatMap(({ afterMs, newcomers, room }) => newcomers.map(async (client) => {
    await pause(wakesAt + afterMs - Date.now());
    return ask(client, room);
  }));
  await pause(wakesAt - Date.now());
  sleeper.signal("SIGCONT");
  for (const { status, response } of await Promise.all(answers)) {
    assert.equal(status, "error", JSON.stringify(response));
    assert.match(response.error, /^(capacity|unavailable)$/);
  }
  let stayed = 0;
  for (const one of rooms) {
    await eventually(async () => {
      const inside = isIn(one.sleeps) ? [...one.stays, one.sleeps] : one.stays;
      const ids = inside.map(({ selfId }) => selfId).sort();
      for (const seat of inside) assert.deepEqual(seat.roster, ids);
    }, `one roster in the room of ${one.owner.name}, asked ${one.afterMs} ms after`);
    stayed += isIn(one.sleeps);
    for (const seat of one.stays) {
      assert.equal(seat.replies.length, 1, "nobody had to join again");
      for (const ids of seat.rosters.since()) assert.ok(ids.length <= capacity + 1);
    }
  }
  t.diagnostic(`rosters whole ${Date.now() - wakesAt} ms after it went on; `
               + `of ${rooms.length} who were on it, ${stayed} kept their seat`);
}

for (const victimAt of [0, 2]) {
  test(`node ${victimAt + 1}, stopped for 10 s, lets nobody in beyond the capacity`,
       (t) => stopAndAsk(t, victimAt));
}

// -- a node that does not read -----------------------------------------------------

const residentBytes = ({ pid }) => (
  Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * 4096);

/// Reads what it is told and keeps nothing; comes back when it is thrown out, as one is
/// who was on a node that stopped, or whose link was full.
class Listener {
  heardBytes = 0;
  seats = 0;
  #connection;

  constructor(t, node, topic) {
    this.t = t;
    this.node = node;
    this.topic = topic;
  }

  async enter() {
    const connection = await RawConnection.open(this.t, this.node);
    this.#connection = connection;
    this.id = (await connection.enter(this.topic, "1")).self_id;
    ++this.seats;
    connection.socket.removeAllListeners("message");
    connection.socket.on("message", (data) => {
      this.heardBytes += data.length;
      const event = /^[^{]{0,200}"(phx_error|phx_close)"/.exec(data.subarray(0, 200));
      if (event) connection.socket.terminate();
    });
    connection.closed.then(() => { if (this.#connection === connection) return this.enter(); })
      .catch(() => {}); // Its node is gone for good.
  }

  end() {
    this.#connection = undefined;
  }
}

/// Says to one what is more than a link may hold: as fast as the server takes it while
/// the listener's node is stopped, and as fast as the listener reads otherwise.
class Flood {
  sentBytes = 0;
  mostBytes = 0;
  isFree = false;
  #timer;

  constructor(t, speaker, listener, node) {
    const sdp = `v=0\r\n${"a=x-greenroom:bytes of a description\r\n".repeat(3500)}`;
    let ahead = 0; // Of what was heard.
    let [heard, heardAt] = [0, Date.now()];
    this.#timer = setInterval(() => {
      this.mostBytes = Math.max(this.mostBytes, residentBytes(node));
      ahead -= listener.heardBytes - heard;
      if (heard !== listener.heardBytes) [heard, heardAt] = [listener.heardBytes, Date.now()];
      // Whoever is gone for the speaker's node hears nothing of what is said to it, and may
      // be back in the same seat.
      if (Date.now() - heardAt > 500) [ahead, heardAt] = [0, Date.now()];
      const signal = { to_id: listener.id, sdp };
      const frame = JSON.stringify(["1", null, listener.topic, "signal:offer", signal]);
      for (let turn = 0; turn < 16 && speaker.socket.bufferedAmount < mebibyte; ++turn) {
        if (!this.isFree && ahead > mebibyte) return;
        speaker.sendText(frame);
        ahead += frame.length;
        this.sentBytes += frame.length;
      }
    }, 2);
    t.after(() => this.end());
  }

  end() {
    clearInterval(this.#timer);
  }
}

/// Nodes that part may throw out whoever cannot resume; any client joins again then.
function returnWhenThrownOut(connection, topic) {
  const join = () => connection.enter(topic, "1").catch(() => {
    if (connection.socket.readyState === connection.socket.OPEN) setTimeout(join, 200);
  });
  connection.socket.on("message", (data) => {
    if (/^[^{]{0,200}"phx_error"/.test(data.subarray(0, 200))) join();
  });
}

/// Two nodes, and somebody on the first who floods somebody on the second; a witness.
async function flooded(t, ownerAt) {
  const { nodes } = await controlled(t, 2);
  const { room, ann } = await roomOwnedBy(t, nodes, nodes[ownerAt], [nodes[0], nodes[0]]);
  const speaker = await RawConnection.open(t, nodes[0]);
  await speaker.enter(`room:${room}`, "1");
  returnWhenThrownOut(speaker, `room:${room}`);
  const listener = new Listener(t, nodes[1], `room:${room}`);
  t.after(() => listener.end());
  await listener.enter();
  const atRest = residentBytes(nodes[0]);
  const flood = new Flood(t, speaker, listener, nodes[0]);
  await eventually(() => assert.ok(listener.heardBytes > linkBytesMax), "flood");
  return { nodes, ann, listener, flood, atRest, flowing: flood.mostBytes - atRest };
}

/// What is owed is kept once to be sent again and once in the buffer of the link, which
/// grows by doubling; the rest is for the allocator and for what other messages take.
const grownBytesMax = 4 * linkBytesMax;

const inMebibytes = (bytes) => `${Math.round(bytes / mebibyte)} MiB`;

for (const [ownerAt, what] of [[0, "a relay"], [1, "the owner"]]) {
  test(`memory is bounded while the node of ${what} does not read, until it is gone`, async (t) => {
    const { nodes, ann, listener, flood, atRest, flowing } = await flooded(t, ownerAt);
    const [before, { id }] = [flood.sentBytes, listener];
    nodes[1].signal("SIGSTOP");
    flood.isFree = true;
    await eventually(() => assert.ok(!ann.roster.includes(id)), "end of the node");
    await eventually(() => assert.ok(flood.sentBytes - before > 2 * grownBytesMax), "flood");
    flood.end();
    t.diagnostic(`${inMebibytes(flood.sentBytes - before)} said to who did not read; the sender's node `
                 + `grew by ${inMebibytes(flood.mostBytes - atRest)}, by ${inMebibytes(flowing)} before`);
    assert.ok(flood.mostBytes - atRest < grownBytesMax);
  });

  test(`memory is bounded while the node of ${what} stops again and again`, async (t) => {
    const { nodes, listener, flood, atRest, flowing } = await flooded(t, ownerAt);
    const [before, { heardBytes, seats }] = [flood.sentBytes, listener];
    for (let round = 0; round < 5; ++round) {
      flood.isFree = true;
      nodes[1].signal("SIGSTOP");
      await pause(1500);
      nodes[1].signal("SIGCONT");
      flood.isFree = false;
      const now = listener.heardBytes;
      await eventually(() => assert.ok(listener.heardBytes > now + mebibyte), "flow");
    }
    flood.end();
    const heard = listener.heardBytes - heardBytes;
    t.diagnostic(`${inMebibytes(flood.sentBytes - before)} said, ${inMebibytes(heard)} heard, in `
                 + `${listener.seats - seats} more seats; the sender's node grew by `
                 + `${inMebibytes(flood.mostBytes - atRest)}, by ${inMebibytes(flowing)} before`);
    assert.ok(flood.mostBytes - atRest < grownBytesMax);
  });
}
