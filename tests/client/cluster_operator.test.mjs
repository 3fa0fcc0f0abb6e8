// What an operator sees of a cluster: `greenroom ctl` at any node, the launcher, and a
// load balancer in front.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Cluster } from "./cluster.mjs";
import { secretFile } from "./server.mjs";
import { smallSdp } from "./sdp.mjs";
import { deadlineMs, within } from "./transcript.mjs";
import { Client, enter, newRoom, phoenix1816 as phoenix } from "./stock.mjs";

/// Looks again and again, as nothing tells an operator that something has changed.
async function eventually(look, what) {
  const giveUpAt = Date.now() + deadlineMs;
  for (;;) {
    try {
      return await look();
    } catch (fault) {
      if (Date.now() > giveUpAt) throw new Error(`no ${what}: ${fault.message}`, { cause: fault });
    }
    await pause(50); // Until the next look, not instead of one.
  }
}

/// @returns The words and the status of `greenroom ctl`.
function ctl(node, ...words) {
  return within(new Promise((resolve) => {
    execFile(process.env.GREENROOM_BIN, ["ctl", ...words, `--control-socket=${node.control}`],
             (error, out, complaint) => resolve({ status: error?.code ?? 0, out, complaint }));
  }), `answer to ctl ${words.join(" ")}`);
}

async function said(node, ...words) {
  const { status, out, complaint } = await ctl(node, ...words);
  assert.equal(status, 0, complaint);
  return out;
}

async function controlled(t, count) {
  const cluster = await Cluster.start(t, 0);
  for (let at = 0; at < count; ++at) {
    const control = secretFile();
    t.after(() => rmSync(control, { force: true }));
    const node = await cluster.add(`n${at + 1}`, [`--control-socket=${control}`]);
    node.control = control;
  }
  return cluster;
}

/// A room of two people that the node at `owner` owns.
async function roomOwnedBy(t, nodes, owner, [first, second]) {
  for (;;) {
    const room = newRoom();
    const ann = await enter(t, phoenix, first, room, "Ann");
    const line = (await said(first, "rooms")).split("\n").find((each) => each.startsWith(room));
    if (line.includes(` ${owner.name} `)) {
      const bob = await enter(t, phoenix, second, room, "Bob");
      await ann.sees(ann, bob);
      return { room, ann, bob };
    }
    ann.leave();
  }
}

test("nodes and rooms are listed alike at each node", async (t) => {
  const { nodes } = await controlled(t, 3);
  const { room } = await roomOwnedBy(t, nodes, nodes[2], [nodes[0], nodes[2]]);
  for (const node of nodes) {
    await eventually(async () => {
      const lines = (await said(node, "nodes")).trim().split("\n").map((line) => line.split(/  +/));
      assert.deepEqual(lines.map(([name, status, address, link]) => [name, status, address, link]),
                       nodes.map((each) => [each.name, "up", `127.0.0.1:${each.clusterPort}`,
                                            each === node ? "this node" : "linked"]));
    }, `three nodes at ${node.name}`);
  }
  const seats = async (node) => (
    (await said(node, "rooms")).split("\n").filter((line) => line.startsWith(room))
      .map((line) => line.split(/  +/).slice(1)));
  assert.deepEqual(await seats(nodes[0]), [["n3", "1/2"]]);
  assert.deepEqual(await seats(nodes[1]), []);
  assert.deepEqual(await seats(nodes[2]), [["n3", "1/2"]]);
});

test("a room is told of at a node that does not have it", async (t) => {
  const { nodes } = await controlled(t, 3);
  const { room, bob } = await roomOwnedBy(t, nodes, nodes[2], [nodes[0], nodes[2]]);
  const report = await said(nodes[1], "room", room);
  assert.match(report, /^role +owner$/m);
  assert.match(report, /^owner +n3$/m);
  assert.match(report, /"Ann", on node n1,/);
  assert.match(report, new RegExp(`${bob.selfId} "Bob", here,`));
  const unknown = await ctl(nodes[1], "room", "nowhere");
  assert.deepEqual(unknown, { status: 1, out: "", complaint: "greenroom: no such room: 'nowhere'\n" });
  const dump = await ctl(nodes[1], "room", room, "--dump=-");
  assert.deepEqual(dump, { status: 1, out: "", complaint:
    `greenroom: this node owns no room '${room}'; node n3 would know\n` });
});

test("why one does not reach another is told at any node", async (t) => {
  const cluster = await controlled(t, 3);
  const { nodes } = cluster;
  const { room, ann, bob } = await roomOwnedBy(t, nodes, nodes[2], [nodes[0], nodes[1]]);
  const why = (node) => said(node, "why", room, ann.selfId, bob.selfId);
  ann.send("signal:offer", { to_id: bob.selfId, sdp: smallSdp("offer") });
  await bob.hears("signal:offer");
  bob.send("signal:answer", { to_id: ann.selfId, sdp: smallSdp("answer") });
  await ann.hears("signal:answer");
  for (const node of nodes) {
    assert.match(await why(node), new RegExp(
      `^Nothing that Greenroom knows of keeps ${ann.selfId} from reaching ${bob.selfId}: `
      + "the last signal was delivered \\d+ ms ago\\.\n$"));
  }
  nodes[1].signal("SIGKILL");
  await eventually(async () => {
    assert.match(await why(nodes[0]), new RegExp(`^${bob.selfId} is not in the room: it lost `));
    assert.match(await said(nodes[0], "nodes"), /^n2 +gone /m);
  }, "a node that is gone");
  ann.leave();
  await eventually(async () => {
    assert.match(await why(nodes[0]), new RegExp(`^(No node has|${ann.selfId} is not in) `));
  }, "nobody in the room");
});
