// Seed 0's whole story: two people meet, see each other, set up their call, talk
// and part; a third person in the room overhears nothing that is not theirs.
import assert from "node:assert/strict";
import test from "node:test";
import { RawConnection } from "./raw.mjs";
import { hostCandidate, smallSdp } from "./sdp.mjs";
import { startServer, stopAtTheEnd } from "./server.mjs";
import {
  Client, enter, fence, newRoom, phoenix1721, phoenix1815, phoenix1816, phxRef, uuidV4,
  withEachStockClient,
} from "./stock.mjs";

const server = await startServer();

function assertRecent(ts) {
  assert.ok(Number.isInteger(ts) && Math.abs(ts - Date.now()) < 120_000, `ts ${ts}`);
}

const initialMedia = {
  audio_muted: false, video_enabled: true, screensharing: false, device_info: {},
};

withEachStockClient("the join reply has the fields that the seed names", async (t, phoenix) => {
  const room = newRoom();
  const client = new Client(t, phoenix, server);
  const ann = client.seat(room, { display_name: "Ann" });
  const reply = await ann.enter();

  const fields = ["capacity", "ice_servers", "ok", "presence", "room_id", "self_id"];
  assert.deepEqual(Object.keys(reply).sort(), fields);
  assert.equal(reply.ok, true);
  assert.match(reply.self_id, uuidV4);
  assert.equal(reply.room_id, room);
  assert.equal(reply.capacity, 6);
  assert.ok(Array.isArray(reply.ice_servers));
  for (const { urls } of reply.ice_servers) {
    assert.ok(urls.every((url) => /^(stun|turns?):/.test(url)), String(urls));
  }
  assert.deepEqual(Object.keys(reply.presence), [reply.self_id]);
  const [meta, ...others] = reply.presence[reply.self_id].metas;
  assert.equal(others.length, 0);
  assert.match(meta.phx_ref, phxRef);
  assert.deepEqual(meta, { display_name: "Ann", ...initialMedia, phx_ref: meta.phx_ref });
  assert.deepEqual(ann.payloadsOf("presence_state"), [reply.presence]);
});

withEachStockClient("two people meet, call, talk and part", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  const eve = await enter(t, phoenix, server, room, "Eve");
  for (const seat of [ann, bob, eve]) await seat.sees(ann, bob, eve);
  assert.equal(ann.meta(bob.selfId).display_name, "Bob");
  assert.equal(bob.meta(ann.selfId).display_name, "Ann");

  // The smaller id offers.
  const [caller, callee] = ann.selfId < bob.selfId ? [ann, bob] : [bob, ann];
  const offer = smallSdp("offer");
  caller.push("signal:offer", { to_id: callee.selfId, sdp: offer });
  const offered = await callee.hears("signal:offer");
  assertRecent(offered.ts);
  assert.deepEqual(offered, {
    room_id: room, from_id: caller.selfId, to_id: callee.selfId, sdp: offer, ts: offered.ts });

  const answer = smallSdp("answer");
  callee.push("signal:answer", { to_id: offered.from_id, sdp: answer });
  const answered = await caller.hears("signal:answer");
  assert.deepEqual(answered, {
    room_id: room, from_id: callee.selfId, to_id: caller.selfId, sdp: answer,
    ts: answered.ts });
  assert.ok(answered.ts >= offered.ts, "the room's time never goes back");

  for (const [from, to] of [[caller, callee], [callee, caller]]) {
    const last = { candidate: "", sdpMid: null, sdpMLineIndex: null, end_of_candidates: true };
    from.push("signal:ice", { to_id: to.selfId, ...hostCandidate });
    from.push("signal:ice", { to_id: to.selfId, ...last });
    await to.hears("signal:ice", (ice) => ice.end_of_candidates === true);
    const [first, second, ...others] = to.payloadsOf("signal:ice");
    assert.equal(others.length, 0);
    const common = { room_id: room, from_id: from.selfId, to_id: to.selfId };
    assert.deepEqual(
      first, { ...common, ...hostCandidate, end_of_candidates: false, ts: first.ts });
    assert.deepEqual(second, { ...common, ...last, ts: second.ts });
  }

  const eveMark = eve.heard.length;
  await ann.say("chat:msg", { text: "hello" });
  for (const seat of [ann, bob, eve]) {
    const said = await seat.hears("chat:msg");
    assertRecent(said.ts);
    assert.deepEqual(said, {
      room_id: room, from_id: ann.selfId, display_name: "Ann", text: "hello", ts: said.ts });
  }
  const overheard = eve.heard.since().filter(({ event }) => event.startsWith("signal:"));
  assert.deepEqual(overheard, [], "directed signals reach their target alone");
  assert.ok(eve.heard.length > eveMark, "she did hear what was said to everybody");

  const bobsRef = ann.meta(bob.selfId).phx_ref;
  const media = { audio_muted: true, video_enabled: false, screensharing: true };
  const device_info = { audio_device_id: "mic-1", video_device_id: "cam-2" };
  const reply = await bob.say("media:update", {
    ...media, device_info: { ...device_info, label: "not for others" } });
  assert.deepEqual(reply, {});
  for (const seat of [ann, bob, eve]) {
    const update = await seat.hears("media:update");
    assert.deepEqual(update, {
      room_id: room, from_id: bob.selfId, ...media, device_info, ts: update.ts });
    await seat.hears("presence_diff", ({ joins }) => joins[bob.selfId]?.metas[0].audio_muted);
    const meta = seat.meta(bob.selfId);
    assert.deepEqual(meta, {
      display_name: "Bob", ...media, device_info, phx_ref: meta.phx_ref,
      phx_ref_prev: bobsRef });
  }

  bob.leave();
  await ann.sees(ann, eve);
  await eve.sees(ann, eve);
  await fence(ann, ann, eve);
  assert.deepEqual(ann.roster, [ann.selfId, eve.selfId].sort());
  assert.equal(bob.payloadsOf("chat:msg").length, 1, "who left hears nothing more");
});

withEachStockClient("a media:update that changes nothing is told all the same",
                    async (t, phoenix) => {
  // Seed 0: a no-op update asks the others for a new offer.
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  const media = { audio_muted: false, video_enabled: true, screensharing: false };
  for (const count of [1, 2]) {
    await ann.say("media:update", media);
    await fence(ann, bob);
    assert.equal(bob.payloadsOf("media:update").length, count);
  }
});

withEachStockClient("a lost connection leaves the room", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  await ann.sees(ann, bob);
  bob.client.socket.disconnect();
  await ann.sees(ann);
});

test("clients of all versions and framings meet in one room", { timeout: 60_000 },
     async (t) => {
  const room = newRoom();
  const seats = [];
  for (const phoenix of [phoenix1721, phoenix1815, phoenix1816]) {
    seats.push(await enter(t, phoenix, server, room, phoenix.version));
  }
  const old = await RawConnection.open(t, server, { vsn: null });
  const topic = `room:${room}`;
  old.send({ topic, event: "phx_join", payload: { display_name: "V1" }, ref: "1" });
  const joined = await old.frame(({ event }) => event === "phx_reply", "reply");
  const oldId = joined.payload.response.self_id;
  for (const seat of seats) await seat.sees(...seats, oldId);

  for (const from of seats) {
    const others = seats.filter((seat) => seat !== from);
    for (const to of others) {
      const sdp = smallSdp(`${from.selfId} to ${to.selfId}`);
      from.push("signal:offer", { to_id: to.selfId, sdp });
      await to.hears("signal:offer", (offer) => offer.sdp === sdp);
    }
    from.push("signal:offer", { to_id: oldId, sdp: from.selfId });
    const { payload } = await old.frame(
      (frame) => frame.event === "signal:offer" && frame.payload.sdp === from.selfId, "offer");
    assert.equal(payload.from_id, from.selfId);
    old.send({ topic, event: "signal:answer", ref: "9",
               payload: { to_id: from.selfId, sdp: "answer" } });
    assert.equal((await from.hears("signal:answer")).from_id, oldId);
  }
});

stopAtTheEnd(server);
