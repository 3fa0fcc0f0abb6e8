// What an operator sees of a cluster: `greenroom ctl` at any node, the launcher, and a
// load balancer in front.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { freePort } from "./cluster.mjs";
import { startNginx } from "./nginx.mjs";
import { controlled, ctl, eventually, roomOwnedBy, said } from "./operator.mjs";
import { ResumableSeat } from "./resumable.mjs";
import { smallSdp } from "./sdp.mjs";
import { Transcript, within } from "./transcript.mjs";
import { Client, enter, fence, newRoom, phoenix1816 as phoenix } from "./stock.mjs";

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

// -- the launcher ------------------------------------------------------------------

const launcher = fileURLToPath(new URL("../../tools/cluster", import.meta.url));

/// `tools/cluster` with the build that is under test.
class Launched {
  lines = new Transcript("what the launcher says");

  constructor(t, ...words) {
    this.child = spawn(launcher, words, { stdio: ["ignore", "pipe", "pipe"] });
    this.logs = "";
    let rest = "";
    this.child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) this.lines.add(line);
    });
    this.child.stderr.setEncoding("utf8").on("data", (text) => { this.logs += text; });
    this.ended = new Promise((resolve) => {
      this.child.once("close", (code, signal) => resolve({ code, signal }));
    });
    t.after(() => this.child.kill("SIGTERM"));
  }

  /// The node of this name, once it serves.
  async node(name) {
    const form = new RegExp(`^node ${name} \\(process (\\d+)\\) serves (http://127.0.0.1:(\\d+))/$`);
    const line = await this.lines.find((each) => form.test(each), `node ${name}`);
    const [, pid, url, port] = form.exec(line);
    return { name, pid: Number(pid), port: Number(port), url: `${url.replace("http", "ws")}/socket` };
  }

  /// The control socket of its first node.
  async control() {
    return /--control-socket=(\S+)/.exec(await this.says(/--control-socket=/))[1];
  }

  says(form) {
    return this.lines.find((line) => form.test(line), String(form));
  }
}

/// Resolves once nobody listens there.
function falls(port) {
  return eventually(() => new Promise((resolve, reject) => {
    const probe = net.createConnection(port, "127.0.0.1");
    probe.once("connect", () => { probe.destroy(); reject(new Error("it listens")); });
    probe.once("error", resolve);
  }), `end of what listens on ${port}`);
}

test("the launcher starts three nodes, tells who owns what, and stops them", async (t) => {
  const launched = new Launched(t, "3");
  const nodes = [await launched.node("a"), await launched.node("b"), await launched.node("c")];
  const room = newRoom();
  const seats = [];
  for (const [at, node] of nodes.entries()) seats.push(await enter(t, phoenix, node, room, `P${at}`));
  for (const seat of seats) await seat.sees(...seats);
  await fence(seats[0], ...seats);
  const owned = await launched.says(new RegExp(`^room ${room} is owned by [abc]$`));
  const socket = await launched.control();
  assert.match(await said({ control: socket }, "nodes"), /^a +up .*\nb +up .*\nc +up .*\n$/);

  const owner = nodes.find(({ name }) => owned.endsWith(name));
  process.kill(owner.pid, "SIGKILL");
  await launched.says(new RegExp(`^node ${owner.name} was ended by SIGKILL; 2 of 3 go on$`));
  await launched.says(new RegExp(`^room ${room} is owned by [abc], no longer by ${owner.name}$`));

  launched.child.kill("SIGINT");
  assert.deepEqual(await within(launched.ended, "end of the launcher"), { code: 0, signal: null });
  for (const { port } of nodes) await falls(port);
  assert.ok(!existsSync(path.dirname(socket)), "its folder is gone");
  assert.match(launched.logs, /^a \| /m);
  assert.doesNotMatch(launched.logs, /\x1b/, "no color in a file");
});

test("a launcher that is killed leaves no node behind", async (t) => {
  const launched = new Launched(t, "2");
  const nodes = [await launched.node("a"), await launched.node("b")];
  const folder = path.dirname(await launched.control());
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  launched.child.kill("SIGKILL");
  for (const { port } of nodes) await falls(port);
});

for (const [words, complaint] of [
  [["0"], "a cluster has 1 to 26 nodes, not '0'"],
  [["many"], "a cluster has 1 to 26 nodes, not 'many'"],
  [["3", "--port=65535"], "--port leaves no room for the nodes"],
]) {
  test(`tools/cluster ${words.join(" ")} is refused in one line`, async (t) => {
    const launched = new Launched(t, ...words);
    assert.deepEqual(await within(launched.ended, "end"), { code: 2, signal: null });
    assert.equal(launched.logs, `tools/cluster: ${complaint}; see tools/cluster --help\n`);
  });
}

// -- the load balancer -------------------------------------------------------------

/// Three resumable clients on three nodes, through nginx as the README configures it.
async function balanced(t) {
  const { nodes } = await controlled(t, 3, ["--trusted-proxies=127.0.0.1", "--log.level=debug"]);
  const front = await startNginx(t, await freePort(), nodes, eventually);
  const room = newRoom();
  const seats = [];
  for (const name of ["Ann", "Bob", "Cat"]) {
    const seat = new ResumableSeat(new Client(t, phoenix, front), room, name);
    await seat.enter();
    seats.push(seat);
  }
  for (const seat of seats) await seat.sees(...seats);
  return { nodes, front, room, seats };
}

/// @returns The seat that is connected to this node.
async function seatOn(node, room, seats) {
  const report = await said(node, "room", room);
  const here = seats.filter(({ selfId }) => new RegExp(`${selfId} .*, here,`).test(report));
  assert.equal(here.length, 1, report);
  return here[0];
}

test("clients meet through nginx, each on a node of its own", async (t) => {
  const { nodes, room, seats } = await balanced(t);
  const found = [];
  for (const node of nodes) found.push(await seatOn(node, room, seats));
  assert.equal(new Set(found).size, 3);
  for (const seat of seats) await fence(seat, ...seats);
});

test("a node behind nginx is killed, and its client comes back through nginx", async (t) => {
  const { nodes, room, seats } = await balanced(t);
  const [, owner] = /^owner +(\S+)$/m.exec(await said(nodes[0], "room", room));
  const killed = nodes.find(({ name }) => name !== owner);
  const bob = await seatOn(killed, room, seats);
  const { selfId } = bob;
  killed.signal("SIGKILL");
  const reply = await bob.admission(1);
  assert.equal(reply.self_id, selfId);
  assert.equal(reply.resumed, true);
  assert.equal(reply.replay, "complete");
  for (const seat of seats) await seat.sees(...seats);
  for (const seat of seats) await fence(seat, ...seats);
  for (const seat of seats) {
    if (seat === bob) continue;
    const since = seat.rosters.since().findIndex((ids) => ids.length === 3);
    assert.ok(seat.rosters.since(since).every((ids) => ids.includes(selfId)), "nobody saw it leave");
  }
});

test("nginx names the client to the node behind it", async (t) => {
  const { nodes, front } = await balanced(t);
  // Another address than nginx has, but one of this machine.
  const stranger = new WebSocket(`${front.url}/nowhere`, { localAddress: "127.0.0.9" });
  await within(new Promise((resolve) => { stranger.once("error", resolve); }), "refusal");
  await eventually(() => {
    assert.ok(nodes.some(({ log }) => log.includes("127.0.0.9")));
  }, "line of the log with the client's address");
});
