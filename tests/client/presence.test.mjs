// What the client's Presence relies on, and who gets a seat.
import assert from "node:assert/strict";
import test from "node:test";
import { RawConnection } from "./raw.mjs";
import { startServer, stopAtTheEnd } from "./server.mjs";
import { Client, enter, fence, newRoom, phxRef, withEachStockClient } from "./stock.mjs";

const server = await startServer();

const media = { audio_muted: true, video_enabled: true, screensharing: false };

withEachStockClient("presence_state follows the reply of every join and rejoin",
                    async (t, phoenix) => {
  const client = new Client(t, phoenix, server);
  const seat = client.seat(newRoom(), { display_name: "Ann" });
  await seat.enter();
  client.cut();
  await seat.replies.find((reply) => reply.response.self_id !== seat.replies.since()[0]
    .response.self_id, "second join");
  await seat.sees(seat);

  for (const connection of [1, 2]) {
    const frames = client.wire.since()
      .filter((entry) => entry.by === "server" && entry.connection === connection)
      .map(({ frame }) => frame);
    const joinRef = frames.find((frame) => frame[3] === "phx_reply" && frame[0])[0];
    const order = frames.filter((frame) => frame[0] === joinRef).map((frame) => frame[3]);
    assert.deepEqual(order.slice(0, 2), ["phx_reply", "presence_state"]);
    const count = order.filter((event) => event === "presence_state").length;
    assert.equal(count, 1, "once per join");
  }
});

withEachStockClient("diffs carry both halves, and every meta its phx_ref",
                    async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const mark = ann.heard.length;
  const bob = await enter(t, phoenix, server, room, "Bob");
  await ann.sees(ann, bob);
  await bob.say("media:update", media);
  await bob.say("media:update", { ...media, screensharing: true });
  const bobId = bob.selfId;
  bob.leave();
  await ann.sees(ann);
  await fence(ann, ann);

  const diffs = ann.payloadsOf("presence_diff", mark);
  let known = [];
  for (const diff of diffs) {
    assert.deepEqual(Object.keys(diff).sort(), ["joins", "leaves"]);
    const came = diff.joins[bobId]?.metas ?? [];
    const went = diff.leaves[bobId]?.metas ?? [];
    for (const meta of [...came, ...went]) assert.match(meta.phx_ref, phxRef);
    for (const meta of went) {
      assert.deepEqual(meta, known.find(({ phx_ref }) => phx_ref === meta.phx_ref),
                       "what leaves is what came");
    }
    if (came.length && went.length) {
      assert.equal(came[0].phx_ref_prev, went[0].phx_ref, "an update names what it replaces");
      assert.notEqual(came[0].phx_ref, went[0].phx_ref);
    }
    known = [...known, ...came]
      .filter(({ phx_ref }) => !went.some((meta) => meta.phx_ref === phx_ref));
  }
  assert.deepEqual(known, []);
});

withEachStockClient("an updated meta is what newcomers see", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  await ann.say("media:update", media);
  const bob = await enter(t, phoenix, server, room, "Bob");
  assert.equal(bob.meta(ann.selfId).audio_muted, true);
  await ann.sees(ann, bob);
  assert.deepEqual(bob.meta(ann.selfId), ann.meta(ann.selfId));
});

withEachStockClient("the joiner is in its own state and left out of its own diff",
                    async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  await fence(ann, ann, bob);
  for (const seat of [ann, bob]) {
    const told = seat.payloadsOf("presence_diff").filter(({ joins }) => joins[seat.selfId]);
    assert.deepEqual(told, []);
    assert.ok(seat.payloadsOf("presence_state")[0][seat.selfId]);
  }
});

withEachStockClient("exactly six get in, and a seventh once one has left",
                    async (t, phoenix) => {
  const room = newRoom();
  const seats = [];
  for (let count = 0; count < 6; ++count) {
    seats.push(await enter(t, phoenix, server, room, `p${count}`));
  }
  for (const seat of seats) await seat.sees(...seats);

  // The stock client asks again by itself after a refusal.
  const late = new Client(t, phoenix, server, { rejoinAfterMs: () => 50 })
    .seat(room, { display_name: "late" });
  const { status, response } = await late.join();
  assert.equal(status, "error");
  assert.deepEqual(response, {
    error: "capacity", reason: "error:capacity", room_id: room, limit: 6 });
  await late.replies.find(({ response: again }) => again.limit === 6, "second refusal",
                          { from: 1 });

  seats[2].leave();
  await late.replies.find((reply) => reply.status === "ok", "seat");
  const present = [...seats.filter((seat) => seat !== seats[2]), late];
  for (const seat of present) await seat.sees(...present);
});

test("twenty joins at the same instant fill six seats, a hundred times over",
     { timeout: 120_000 }, async (t) => {
  const connections = [];
  for (let count = 0; count < 20; ++count) {
    connections.push(await RawConnection.open(t, server));
  }
  for (let round = 0; round < 100; ++round) {
    const topic = `room:${newRoom("rush")}`;
    const answers = await Promise.all(connections.map((connection) => (
      connection.join(topic, `join ${round}`))));
    const admitted = answers.filter(({ status }) => status === "ok");
    assert.equal(admitted.length, 6);
    const ids = new Set(admitted.map(({ response }) => response.self_id));
    assert.equal(ids.size, 6);
    for (const { status, response } of answers) {
      if (status === "error") assert.equal(response.error, "capacity");
    }
    await Promise.all(connections.map((connection) => (
      connection.ask(`join ${round}`, topic, "phx_leave", {}))));
  }
});

withEachStockClient("leaving and joining again at once leaves no ghost",
                    async (t, phoenix) => {
  const room = newRoom();
  const bob = await enter(t, phoenix, server, room, "Bob");
  const churn = new Client(t, phoenix, server);
  const client = new Client(t, phoenix, server);
  let ann = client.seat(room, { display_name: "Ann" });
  await ann.enter();

  for (let round = 0; round < 25; ++round) {
    // Others come and go meanwhile, so that diffs are always on their way.
    const passer = churn.seat(room, { display_name: "passer-by" });
    const passing = passer.join();
    const formerId = ann.selfId;
    ann.leave();
    ann = client.seat(room, { display_name: "Ann" });
    await ann.enter();
    assert.notEqual(ann.selfId, formerId);
    assert.ok(!ann.roster.includes(formerId), "a ghost of oneself");
    await passing;
    passer.leave();
  }
  await ann.sees(ann, bob);
  await bob.sees(ann, bob);
  await fence(bob, ann, bob);
  assert.deepEqual(ann.roster, [ann.selfId, bob.selfId].sort());
  assert.deepEqual(bob.roster, [ann.selfId, bob.selfId].sort());
});

stopAtTheEnd(server);
