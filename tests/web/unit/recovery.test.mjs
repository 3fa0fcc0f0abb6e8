// A link that breaks: new paths first, then a new connection, and the other side
// is asked to offer where offering is for it.
import assert from "node:assert/strict";
import test from "node:test";
import { patience } from "../../../web/client/link.js";
import { settle, useFakeClock } from "./fake_clock.mjs";
import { connectedPair, converse, End } from "./pair.mjs";

test("a gap that closes by itself costs nothing", async (t) => {
  const clock = useFakeClock(t);
  const [smaller, larger] = await connectedPair(t);
  smaller.connection.become("disconnected");
  assert.equal(smaller.link.state, "reconnecting");
  await clock.advance(patience.disconnected - 1);
  smaller.connection.become("connected");
  await clock.advance(60_000);
  assert.equal(smaller.link.state, "connected");
  assert.deepEqual([smaller.outbox, larger.outbox], [[], []]);
});

test("a failure is answered with new paths for the same connection", async (t) => {
  const clock = useFakeClock(t);
  const [smaller, larger] = await connectedPair(t);
  smaller.connection.become("failed");
  larger.connection.become("failed");
  await clock.advance(0);
  await converse(smaller, larger);
  assert.deepEqual(larger.heard, ["offer", "offer"]);
  smaller.connection.become("connected");
  larger.connection.become("connected");
  await clock.advance(60_000);
  assert.deepEqual([smaller.connections.length, larger.connections.length], [1, 1]);
  assert.deepEqual([smaller.link.state, larger.link.state], ["connected", "connected"]);
});

test("where new paths do not help, the smaller id begins anew", async (t) => {
  const clock = useFakeClock(t);
  const [smaller, larger] = await connectedPair(t);
  smaller.connection.become("failed");
  await clock.advance(0);
  await converse(smaller, larger);
  await clock.advance(patience.restart);
  assert.equal(smaller.connections.length, 2);
  await converse(smaller, larger);
  assert.equal(larger.connections.length, 2);
  smaller.connection.become("connected");
  assert.equal(smaller.link.state, "connected");
});

test("the larger id begins anew as well, and asks for an offer", async (t) => {
  const clock = useFakeClock(t);
  const [smaller, larger] = await connectedPair(t);
  larger.connection.become("failed");
  await clock.advance(patience.politeDelay + patience.restart);
  assert.equal(larger.connections.length, 2);
  assert.equal(larger.wantedOfferCount, 1);

  // The other side still thinks that all is well, until it notices.
  smaller.outbox.splice(0);
  larger.outbox.splice(0);
  smaller.link.noteUpdate();
  await settle();
  assert.equal(smaller.connections.length, 1);
  smaller.connection.become("disconnected");
  await converse(smaller, larger);
  assert.equal(smaller.connections.length, 2);
  assert.equal(smaller.connection.signalingState, "stable");
});

test("an update asks for an offer only where the link is not well", async (t) => {
  const clock = useFakeClock(t);
  const [smaller] = await connectedPair(t);
  await clock.advance(patience.freshOffer + 1);
  smaller.connection.become("disconnected");
  smaller.link.noteUpdate();
  await settle();
  assert.equal(smaller.connections.length, 2);
  smaller.link.noteUpdate();
  await settle();
  assert.equal(smaller.connections.length, 2, "it has just offered");
});

test("the update that comes with a newcomer costs no second connection", async (t) => {
  useFakeClock(t);
  const smaller = new End(true);
  t.after(() => smaller.link.close());
  smaller.link.start();
  smaller.link.noteUpdate();
  await settle();
  assert.equal(smaller.connections.length, 1);
});

test("an offer that never comes is asked for, again and again", async (t) => {
  const clock = useFakeClock(t);
  const larger = new End(false);
  t.after(() => larger.link.close());
  await clock.advance(patience.connect);
  assert.equal(larger.wantedOfferCount, 1);
  await clock.advance(10 * patience.connectMax);
  assert.ok(larger.wantedOfferCount >= 10);
  assert.equal(larger.link.state, "failed");
});

test("nothing is begun anew while the server is away", async (t) => {
  const clock = useFakeClock(t);
  let isServerThere = true;
  const [smaller] = await connectedPair(t, { canSignal: () => isServerThere });
  isServerThere = false;
  smaller.connection.become("failed");
  await clock.advance(10 * patience.connectMax);
  assert.equal(smaller.connections.length, 1);
  isServerThere = true;
  await clock.advance(patience.signalling);
  assert.equal(smaller.connections.length, 2);
});

test("after a loss of signals, what was not answered is offered again", async (t) => {
  const clock = useFakeClock(t);
  const [smaller, larger] = await connectedPair(t);
  smaller.link.restart();
  await clock.advance(0);
  smaller.outbox.splice(0);
  await smaller.link.resynchronize();
  await larger.link.resynchronize();
  await converse(smaller, larger);
  assert.deepEqual(smaller.connection.events.slice(-3), [
    "rollback",
    "local offer",
    "remote answer",
  ]);
  assert.deepEqual([smaller.connections.length, larger.connections.length], [1, 1]);
});

test("a closed link does nothing any more", async (t) => {
  const clock = useFakeClock(t);
  const [smaller, larger] = await connectedPair(t);
  larger.connection.become("failed");
  larger.link.close();
  smaller.link.restart();
  await clock.advance(0);
  await larger.link.receive(smaller.outbox[0]);
  await clock.advance(10 * patience.connectMax);
  assert.deepEqual([larger.connections.length, larger.outbox], [1, []]);
});
