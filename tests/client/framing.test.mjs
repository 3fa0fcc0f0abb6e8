// The envelope: refs, join_refs, and what may stand where. The numbers in the
// names are those of the Phoenix compatibility checklist.
import assert from "node:assert/strict";
import { RawConnection } from "./raw.mjs";
import { startServer, stopAtTheEnd } from "./server.mjs";
import { Client, enter, fence, newRoom, withEachStockClient } from "./stock.mjs";

const server = await startServer();

const media = { audio_muted: true, video_enabled: true, screensharing: false };
const ok = { status: "ok", response: {} };

function assertSubsequence(found, expected, what) {
  let next = 0;
  for (const item of found) if (item === expected[next]) ++next;
  assert.equal(next, expected.length, `${what}: ${JSON.stringify(found)}`);
}

withEachStockClient("1-4 refs come back as they went, and broadcasts have none",
                    async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  await bob.say("media:update", media);
  bob.push("signal:offer", { to_id: ann.selfId, sdp: "v=0" });
  bob.push("signal:offer", { to_id: "nobody", sdp: "v=0" });
  await fence(bob, ann, bob);

  const { wire } = ann.client;
  const sent = wire.since().filter(({ by }) => by === "client").map(({ frame }) => frame);
  const joinRef = sent.find((frame) => frame[3] === "phx_join")[0];
  const frames = ann.client.heardSince();
  const topic = `room:${room}`;

  const [reply, state] = frames;
  assert.deepEqual(reply.slice(0, 4), [joinRef, joinRef, topic, "phx_reply"]);
  assert.deepEqual(state.slice(0, 4), [joinRef, null, topic, "presence_state"]);
  const offer = frames.find((frame) => frame[3] === "signal:offer");
  assert.deepEqual(offer.slice(0, 3), [joinRef, null, topic]);
  for (const event of ["presence_diff", "media:update", "chat:msg"]) {
    const told = frames.filter((frame) => frame[3] === event);
    assert.ok(told.length > 0, event);
    for (const frame of told) assert.deepEqual(frame.slice(0, 3), [null, null, topic]);
  }

  // Every reply that Bob got answers a push of his, with its refs as strings.
  const pushes = bob.client.wire.since().filter(({ by }) => by === "client");
  const asked = new Map(pushes.map(({ frame }) => [frame[1], frame]));
  const replies = bob.client.heardSince().filter((frame) => frame[3] === "phx_reply");
  for (const frame of replies) {
    const push = asked.get(frame[1]);
    assert.ok(push, "at most one reply to each push");
    asked.delete(frame[1]);
    assert.deepEqual(frame.slice(0, 3), push.slice(0, 3));
  }
  assert.deepEqual([...asked.values()].map((frame) => frame[4].to_id), [ann.selfId],
                   "a signal that was delivered is not answered, all else is");
});

withEachStockClient("1 refs are echoed as the JSON they were", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const raw = await RawConnection.open(t, server);
  const topic = `room:${room}`;
  for (const ref of ["007", "", "a \"quoted\" \u00e9 ref", 12]) {
    raw.send([ref, ref, topic, "phx_join", { display_name: "raw" }]);
    const frame = await raw.frame(
      (heard) => heard[3] === "phx_reply" && heard[1] === ref, `reply to ${ref}`);
    assert.equal(frame[0], ref);
    assert.equal(frame[4].status, "ok");
    raw.send([ref, `${ref}!`, topic, "phx_leave", {}]);
    assert.deepEqual(await raw.reply(`${ref}!`), ok);
  }
  await fence(ann, ann);
});

withEachStockClient("5 heartbeats are answered, on no topic of a room", async (t, phoenix) => {
  const client = new Client(t, phoenix, server, { heartbeatIntervalMs: 100 });
  const ann = client.seat(newRoom(), { display_name: "Ann" });
  await ann.enter();
  const beat = (by, event) => ({ by: who, frame }) => (
    who === by && frame[2] === "phoenix" && frame[3] === event);
  for (let count = 0; count < 3; ++count) {
    const mark = client.wire.length;
    const { frame: asked } = await client.wire.find(
      beat("client", "heartbeat"), "heartbeat", { from: mark });
    const { frame } = await client.wire.find(
      beat("server", "phx_reply"), "answer", { from: mark });
    assert.deepEqual(frame, [null, asked[1], "phoenix", "phx_reply", ok]);
  }
  assert.equal(client.closes.length, 0);
});

withEachStockClient("9 a leave is answered ok, then closed", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const { wire } = ann.client;
  const mark = wire.length;
  ann.leave();
  const isClose = ({ by, frame }) => by === "server" && frame[3] === "phx_close";
  const { frame: closed } = await wire.find(isClose, "phx_close", { from: mark });
  const { frame: left } = wire.since(mark).find(({ frame }) => frame[3] === "phx_leave");
  const [joinRef, ref, topic] = left;
  assert.deepEqual(ann.client.heardSince(mark), [[joinRef, ref, topic, "phx_reply", ok], closed]);
  assert.deepEqual(closed, [joinRef, joinRef, topic, "phx_close", {}]);
});

withEachStockClient("9 a leave of a topic that is not joined is ok", async (t, phoenix) => {
  const ann = await enter(t, phoenix, server, newRoom(), "Ann");
  const raw = await RawConnection.open(t, server);
  assert.deepEqual(await raw.ask("1", `room:${newRoom()}`, "phx_leave", {}), ok);
  assert.deepEqual(await raw.ask(null, ann.topic, "phx_leave", {}), ok);
  await fence(ann, ann);
});

withEachStockClient("10 a second join of a topic closes the first, after its own reply",
                    async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const raw = await RawConnection.open(t, server);
  const first = await raw.enter(ann.topic, "1", { display_name: "first" });
  await ann.sees(ann, first.self_id);
  const mark = raw.frames.length;
  const second = await raw.enter(ann.topic, "2", { display_name: "second" });
  await ann.sees(ann, second.self_id);
  await fence(ann, ann);
  await raw.beats();

  assert.ok(!(first.self_id in second.presence), "the first was out before the second was in");
  const frames = raw.frames.since(mark).filter((frame) => frame[0] !== null)
    .map((frame) => frame.slice(0, 4));
  assert.deepEqual(frames, [
    ["2", "2", ann.topic, "phx_reply"],
    ["1", "1", ann.topic, "phx_close"],
    ["2", null, ann.topic, "presence_state"],
  ]);
});

withEachStockClient("10 a second channel of a topic replaces the first", async (t, phoenix) => {
  const room = newRoom();
  const bob = await enter(t, phoenix, server, room, "Bob");
  const client = new Client(t, phoenix, server);
  const first = client.seat(room, { display_name: "first" });
  await first.enter();
  const second = client.seat(room, { display_name: "second" });
  await second.enter();
  await bob.sees(bob, second);
  await second.sees(bob, second);
  assert.equal(first.channel.state, "closed");
  assert.equal(second.channel.state, "joined");
});

withEachStockClient("10 in a full room a second join of a member still fits",
                    async (t, phoenix) => {
  const room = newRoom();
  const seats = [];
  for (let count = 0; count < 5; ++count) {
    seats.push(await enter(t, phoenix, server, room, `p${count}`));
  }
  const raw = await RawConnection.open(t, server);
  await raw.enter(`room:${room}`, "1");
  const { self_id: latest } = await raw.enter(`room:${room}`, "2");
  for (const seat of seats) await seat.sees(...seats, latest);
});

withEachStockClient("11 what an earlier join still says is ignored", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const raw = await RawConnection.open(t, server);
  await raw.enter(ann.topic, "1");
  const { self_id: current } = await raw.enter(ann.topic, "2");
  const mark = raw.frames.length;
  raw.send(["1", "50", ann.topic, "chat:msg", { text: "stale" }]);
  raw.send(["1", "51", ann.topic, "phx_leave", {}]);
  raw.send(["1", null, ann.topic, "signal:offer", { to_id: "nobody", sdp: "x" }]);
  assert.deepEqual(await raw.ask("2", ann.topic, "chat:msg", { text: "current" }), ok);
  assert.deepEqual(await raw.ask(null, ann.topic, "chat:msg", { text: "null is fine" }), ok);
  await ann.hears("chat:msg", ({ text }) => text === "null is fine");
  assert.deepEqual(ann.payloadsOf("chat:msg").map(({ text }) => text),
                   ["current", "null is fine"]);
  const refs = raw.frames.since(mark).map((frame) => frame[1]);
  assert.ok(!refs.includes("50") && !refs.includes("51"), "nor answered");
  await ann.sees(ann, current);
});

withEachStockClient("12 a topic that is not joined is unmatched", async (t, phoenix) => {
  const ann = await enter(t, phoenix, server, newRoom(), "Ann");
  const raw = await RawConnection.open(t, server);
  const refused = { reason: "unmatched topic", error: "not_in_room" };
  for (const joinRef of ["4", null]) {
    for (const event of ["chat:msg", "signal:offer", "no such event"]) {
      const ref = raw.newRef();
      raw.send([joinRef, ref, ann.topic, event, { text: "x" }]);
      const frame = await raw.frame((heard) => heard[1] === ref, "refusal");
      assert.deepEqual(frame, [null, ref, ann.topic, "phx_reply",
                               { status: "error", response: refused }]);
    }
  }
  await fence(ann, ann);
  assert.equal(ann.payloadsOf("chat:msg").length, 1);

});

withEachStockClient("14 a topic that names no room is refused", async (t, phoenix) => {
  const { socket } = new Client(t, phoenix, server);
  for (const topic of ["lobby", "signals:1", "phoenix:1", "room"]) {
    const channel = socket.channel(topic, { display_name: "Ann" });
    const refusal = await new Promise((resolve) => {
      channel.join().receive("error", resolve).receive("ok", resolve);
    });
    assert.equal(refusal.reason, "unmatched topic");
    channel.leave();
  }
});

withEachStockClient("13 a join that the client gave up on is undone", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const client = new Client(t, phoenix, server, { rejoinAfterMs: () => 20 });
  const late = client.seat(room, { display_name: "late" });
  client.transport.hold();
  const { status } = await late.join(150);
  assert.equal(status, "timeout");
  const { frame: left } = await client.wire.find(
    ({ by, frame }) => by === "client" && frame[3] === "phx_leave", "phx_leave");

  // The server had let it in meanwhile, and hears the leave.
  await ann.hears("presence_diff", ({ joins }) => Object.keys(joins).length > 0);
  await ann.hears("presence_diff", ({ leaves }) => Object.keys(leaves).length > 0);
  assert.deepEqual(
    (await client.wire.find(({ by, frame }) => by === "server" && frame[1] === left[1],
                            "answer to the leave")).frame.slice(3), ["phx_reply", ok]);
  client.transport.release();
  await late.replies.find((reply) => reply.status === "ok", "a later join");
  await ann.sees(ann, late);
  await late.sees(ann, late);
});

withEachStockClient("13 a leave that overtakes its own join's answer is obeyed",
                    async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const raw = await RawConnection.open(t, server);
  for (let round = 0; round < 20; ++round) {
    const joinRef = `join ${round}`;
    const ref = `leave ${round}`;
    raw.send([joinRef, joinRef, ann.topic, "phx_join", { display_name: "hasty" }]);
    raw.send([joinRef, ref, ann.topic, "phx_leave", {}]);
    assert.deepEqual(await raw.reply(ref), ok);
  }
  await fence(ann, ann);
  assert.deepEqual(ann.roster, [ann.selfId]);
  const { presence } = await raw.enter(ann.topic, "last");
  assert.equal(Object.keys(presence).length, 2, "Ann and this one alone");
});

withEachStockClient("15 who leaves on one topic stays on the others", async (t, phoenix) => {
  const client = new Client(t, phoenix, server);
  const [one, two] = [newRoom(), newRoom()]
    .map((room) => client.seat(room, { display_name: "Ann" }));
  await one.enter();
  await two.enter();
  assert.notEqual(one.selfId, two.selfId);
  one.leave();
  await fence(two, two);
  assert.equal(two.channel.state, "joined");
});

withEachStockClient("26 what was pushed before the join was answered arrives in order",
                    async (t, phoenix) => {
  const room = newRoom();
  const others = [];
  for (let count = 0; count < 5; ++count) {
    others.push(await enter(t, phoenix, server, room, `p${count}`));
  }
  const late = new Client(t, phoenix, server).seat(room, { display_name: "late" });
  const joined = late.enter();
  for (const { selfId: to_id } of others) late.push("signal:offer", { to_id, sdp: "offer" });
  for (let number = 0; number < 20; ++number) {
    for (const { selfId: to_id } of others) {
      late.push("signal:ice", {
        to_id, candidate: `candidate ${number}`, sdpMid: "0", sdpMLineIndex: 0 });
    }
  }
  await joined;
  await fence(late, ...others);
  for (const seat of others) {
    const signals = seat.heard.since().filter(({ event }) => event.startsWith("signal:"))
      .map(({ payload }) => payload.sdp ?? payload.candidate);
    const numbers = Array.from({ length: 20 }, (_, number) => `candidate ${number}`);
    assert.deepEqual(signals, ["offer", ...numbers]);
  }
  assertSubsequence(late.client.heardSince().map((frame) => frame[3]),
                    ["phx_reply", "presence_state", "chat:msg"], "order");
});

stopAtTheEnd(server);
