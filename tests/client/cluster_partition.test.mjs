// A network that falls apart silently and heals: both sides serve, and become one again.
// Nodes have network namespaces of their own; clients reach each over another link, which
// nobody cuts.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { certificates } from "./certificates.mjs";
import { Cluster } from "./cluster.mjs";
import { makeNamespaces } from "./namespaces.mjs";
import { linkedToAll, roomOwnedBy } from "./operator.mjs";
import { Client, enter, fence, newRoom, phoenix1816 as phoenix } from "./stock.mjs";

const capacity = 6;

async function separated(t, count) {
  const folder = mkdtempSync(path.join(tmpdir(), "greenroom-partition-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const { file, certify, tls } = certificates(folder);
  certify("ca");
  certify("node", "ca");
  writeFileSync(file("secret"), `${"5".repeat(64)}\n`, { mode: 0o600 });
  const cluster = await Cluster.start(t, 0);
  for (const namespace of await makeNamespaces(t, count)) {
    const name = `n${namespace.number}`;
    const { clusterAddress, host, wrapped } = namespace;
    const control = file(`${name}.control`);
    const options = [...tls("node", "ca"), `--cluster.address=${clusterAddress}`,
                     `--control-socket=${control}`];
    const secret = file("secret");
    const node = await cluster.add(name, { clusterAddress, host, wrapped, options, secret });
    Object.assign(node, { control, namespace });
  }
  await linkedToAll(cluster.nodes);
  return cluster.nodes;
}

/// A room with one person on each node.
async function roomOverAll(t, nodes, owner) {
  const { room, ann, bob } = await roomOwnedBy(t, nodes, owner, nodes);
  const cat = await enter(t, phoenix, nodes[2], room, "Cat");
  const seats = [ann, bob, cat];
  for (const seat of seats) await seat.sees(...seats);
  return { room, here: [ann, bob], there: [cat] };
}

async function everybodySees(...sides) {
  for (const side of sides) for (const seat of side) await seat.sees(...side);
}

async function join(t, node, room) {
  const client = new Client(t, phoenix, node);
  const answer = await client.seat(room, { display_name: "Late" }).join();
  client.hangUp();
  return answer;
}

/// @param cutMs It is cut off for so long at least, such as until addresses are dialled
///              less often.
async function splitAndHeal(t, cutAt, cutMs) {
  const everyNode = await separated(t, 3);
  const [first, second] = everyNode.filter((_, at) => at !== cutAt);
  const third = everyNode[cutAt];
  const nodes = [first, second, third];
  const rooms = [];
  for (const owner of nodes) rooms.push(await roomOverAll(t, nodes, owner));

  third.namespace.cut();
  const cut = Date.now();
  for (const { here, there } of rooms) await everybodySees(here, there);
  t.diagnostic(`each side has rosters of its own ${Date.now() - cut} ms after the cut`);
  for (const { room, here, there } of rooms) {
    here.push(await enter(t, phoenix, second, room, "Dan"));
    there.push(await enter(t, phoenix, third, room, "Eve"));
    await everybodySees(here, there);
    for (const side of [here, there]) await fence(side[0], ...side);
  }
  // Both sides fill one of them: neither knows of the other.
  const full = rooms[0];
  for (const [side, node] of [[full.here, first], [full.there, third]]) {
    while (side.length < capacity) side.push(await enter(t, phoenix, node, full.room, "Fay"));
    assert.equal((await join(t, node, full.room)).response.error, "capacity");
  }
  const born = { room: newRoom() }; // One that neither side knew before.
  born.here = [await enter(t, phoenix, first, born.room, "Hal")];
  born.there = [await enter(t, phoenix, third, born.room, "Ida")];
  rooms.push(born);

  await pause(cut + cutMs - Date.now());
  third.namespace.heal();
  const since = Date.now();
  for (const { here, there } of rooms) await everybodySees([...here, ...there]);
  t.diagnostic(`one roster everywhere ${Date.now() - since} ms after the heal`);
  for (const { here, there } of rooms) {
    const all = [...here, ...there];
    for (const seat of all) {
      await fence(seat, ...all);
      assert.equal(seat.replies.length, 1, "nobody had to join again");
    }
  }

  let inside = [...full.here, ...full.there];
  while (inside.length >= capacity) {
    for (const node of nodes) {
      const { response } = await join(t, node, full.room);
      assert.equal(response.error, "capacity", `${inside.length} are in`);
    }
    inside[0].leave();
    inside = inside.slice(1);
    await everybodySees(inside);
  }
  await enter(t, phoenix, third, full.room, "Joe");
  assert.equal((await join(t, first, full.room)).response.error, "capacity");
}

for (const [cutAt, cutMs] of [[2, 0], [0, 8000]]) {
  test(`node ${cutAt + 1} is cut off silently, both sides serve, and the network heals`, {
    skip: process.env.GREENROOM_NAMESPACE ? false
      : "no network namespace of its own; run it by tests/cluster/in_namespace.sh",
  }, (t) => splitAndHeal(t, cutAt, cutMs));
}
