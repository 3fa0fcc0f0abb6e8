// A node is asked to stop while people talk: others take over, and nobody misses anything.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Balancer } from "./balancer.mjs";
import { Cluster, heldOpen } from "./cluster.mjs";
import { ResumableSeat } from "./resumable.mjs";
import { ask } from "./server.mjs";
import { Client, enter, fence, newRoom, phoenix1816 as phoenix } from "./stock.mjs";

/// The numbers of what `to` heard of `from`, in order.
function heardOf(to, from, event, numberOf) {
  return to.payloadsOf(event).filter(({ from_id }) => from_id === from.selfId).map(numberOf);
}

const upTo = (count) => Array.from({ length: count }, (_, at) => at + 1);

test("a node drains while people talk: nothing is lost, nothing doubled", async (t) => {
  const { nodes } = await Cluster.start(t, 3);
  const balancer = await Balancer.start(t, nodes);
  const rooms = Array.from({ length: 12 }, () => newRoom()); // Each node owns some.
  const people = [];
  for (const room of rooms) {
    const pair = [];
    for (const name of ["Ann", "Bob"]) {
      const seat = new ResumableSeat(new Client(t, phoenix, balancer), room, name);
      await seat.enter();
      pair.push(seat);
    }
    people.push(pair);
  }
  const ids = people.map((pair) => pair.map(({ selfId }) => selfId));
  let number = 0;
  const talk = setInterval(() => {
    ++number;
    for (const [ann, bob] of people) {
      ann.post("signal:offer", { to_id: bob.selfId, sdp: `v=0 ${number}` });
      bob.post("signal:offer", { to_id: ann.selfId, sdp: `v=0 ${number}` });
      ann.post("chat:msg", { text: `${number}` });
    }
  }, 20);
  t.after(() => clearInterval(talk));
  await pause(300);
  const since = Date.now();
  nodes[0].signal("SIGTERM");
  assert.deepEqual(await heldOpen(nodes[0].exited), { code: 0, signal: null });
  t.diagnostic(`drained within ${Date.now() - since} ms`);
  await pause(300);
  clearInterval(talk);
  for (const [at, [ann, bob]] of people.entries()) {
    await ann.sees(ann, bob);
    await bob.sees(ann, bob);
    await ann.hears("signal:offer", ({ sdp }) => sdp === `v=0 ${number}`);
    await bob.hears("signal:offer", ({ sdp }) => sdp === `v=0 ${number}`);
    await bob.hears("chat:msg", ({ text }) => text === `${number}`);
    const sdpNumber = ({ sdp }) => Number(sdp.slice(4));
    assert.deepEqual(heardOf(ann, bob, "signal:offer", sdpNumber), upTo(number));
    assert.deepEqual(heardOf(bob, ann, "signal:offer", sdpNumber), upTo(number));
    assert.deepEqual(heardOf(bob, ann, "chat:msg", ({ text }) => Number(text)), upTo(number));
    assert.deepEqual([ann.selfId, bob.selfId], ids[at], "nobody was let in anew");
  }
  const moved = people.flat().filter(({ replies }) => replies.length > 1);
  assert.ok(moved.length > 0 && moved.length < people.flat().length, `${moved.length} moved`);
});

test("those who do not resume are back, too", async (t) => {
  const { nodes } = await Cluster.start(t, 2);
  const balancer = await Balancer.start(t, nodes);
  const room = newRoom();
  const seats = [];
  for (const name of ["Ann", "Bob", "Cat", "Dan"]) {
    seats.push(await enter(t, phoenix, balancer, room, name));
  }
  nodes[1].signal("SIGTERM");
  assert.equal((await heldOpen(nodes[1].exited)).code, 0);
  for (const seat of seats) await seat.sees(...seats);
  for (const seat of seats) await fence(seat, ...seats);
});

test("whoever drains takes no new connections, and tells balancers so", async (t) => {
  const { nodes } = await Cluster.start(t, 2);
  // More than half a second at the usual pace.
  for (let count = 0; count < 40; ++count) await enter(t, phoenix, nodes[0], newRoom(), "Ann");
  nodes[0].signal("SIGTERM");
  const since = Date.now();
  for (;;) {
    try {
      await ask(nodes[0].port, "/healthz");
    } catch (error) {
      assert.match(String(error), /ECONNREFUSED|ECONNRESET/);
      break;
    }
    assert.ok(Date.now() - since < 5_000, "it still takes connections");
    await pause(5);
  }
  assert.ok(nodes[0].isRunning, "and serves those whom it has for a while");
  assert.equal((await heldOpen(nodes[0].exited)).code, 0);
});

test("a second SIGTERM ends it at once", async (t) => {
  const { nodes } = await Cluster.start(t, 2);
  for (let count = 0; count < 60; ++count) await enter(t, phoenix, nodes[0], newRoom(), "Ann");
  nodes[0].signal("SIGTERM");
  await pause(100);
  assert.ok(nodes[0].isRunning);
  nodes[0].signal("SIGTERM");
  assert.deepEqual(await heldOpen(nodes[0].exited), { code: null, signal: "SIGTERM" });
});

test("a drain ends in time, whatever clients do", async (t) => {
  const cluster = new Cluster();
  t.after(() => cluster.end());
  const options = ["--cluster.drain-timeout=2s"];
  const first = await cluster.add("n1", { options });
  await cluster.add("n2", { options });
  const seat = await enter(t, phoenix, first, newRoom(), "Ann");
  seat.client.transport.pause(); // It does not even answer a Close.
  const since = Date.now();
  first.signal("SIGTERM");
  assert.equal((await heldOpen(first.exited)).code, 0);
  assert.ok(Date.now() - since < 10_000);
});

function ctl(socket, ...words) {
  return new Promise((resolve) => {
    execFile(process.env.GREENROOM_BIN, ["ctl", ...words, `--control-socket=${socket}`],
             (error, stdout, stderr) => resolve({ status: error?.code ?? 0, stdout, stderr }));
  });
}

test("any node can be told to drain another", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "greenroom-drain-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const control = path.join(folder, "n1");
  const cluster = new Cluster();
  t.after(() => cluster.end());
  await cluster.add("n1", { options: [`--control-socket=${control}`] });
  const second = await cluster.add("n2");
  const unknown = await ctl(control, "drain", "n3");
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /^greenroom: node 'n3' is not in this cluster\n$/);
  const nobody = await ctl(control, "drain");
  assert.equal(nobody.status, 2);
  for (;;) { // Until they know each other.
    const { status, stderr } = await ctl(control, "drain", "n2");
    if (status === 0) break;
    assert.match(stderr, /n2/);
    await pause(50);
  }
  assert.equal((await heldOpen(second.exited)).code, 0);
});
