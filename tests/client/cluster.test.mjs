// Three nodes, real processes, stock clients: one room for people of all nodes.
import assert from "node:assert/strict";
import test from "node:test";
import { Cluster, heldOpen } from "./cluster.mjs";
import { controlled, said } from "./operator.mjs";
import { startServer } from "./server.mjs";
import { smallSdp } from "./sdp.mjs";
import { ResumableSeat } from "./resumable.mjs";
import { Client, enter, fence, newRoom, phoenix1816 as phoenix } from "./stock.mjs";

test("people of three nodes meet, signal and talk", async (t) => {
  const { nodes } = await Cluster.start(t, 3);
  for (let round = 0; round < 5; ++round) { // Each node owns one of so many rooms, most likely.
    const room = newRoom();
    const seats = [];
    for (const [at, node] of nodes.entries()) seats.push(await enter(t, phoenix, node, room, `P${at}`));
    for (const seat of seats) await seat.sees(...seats);
    for (const from of seats) {
      for (const to of seats) {
        if (from === to) continue;
        const sdp = smallSdp("offer");
        from.send("signal:offer", { to_id: to.selfId, sdp });
        const heard = await to.hears("signal:offer", ({ from_id }) => from_id === from.selfId);
        assert.equal(heard.sdp, sdp);
      }
      await fence(from, ...seats);
    }
    for (const seat of seats) assert.equal(seat.payloadsOf("signal:offer").length, 2);
    seats[0].leave();
    for (const seat of seats.slice(1)) await seat.sees(...seats.slice(1));
  }
});

test("60 joins at once over three nodes: exactly 6 get in", async (t) => {
  const { nodes } = await controlled(t, 3);
  const roomsOf = new Map(nodes.map(({ name }) => [name, 0]));
  for (let round = 0; round < 50; ++round) {
    const room = newRoom();
    const clients = nodes.flatMap((node) => Array.from({ length: 20 }, () => new Client(t, phoenix, node)));
    const answers = await Promise.all(clients.map((client, at) => {
      const seat = client.seat(room, { display_name: `P${at}` });
      return seat.join().then((answer) => {
        if (answer.status !== "ok") client.hangUp();
        return answer;
      });
    }));
    const let_in = answers.filter(({ status }) => status === "ok");
    assert.equal(let_in.length, 6);
    for (const { status, response } of answers) {
      if (status !== "ok") assert.equal(response.error, "capacity");
    }
    const [, owner] = /^owner +(\S+)$/m.exec(await said(nodes[round % 3], "room", room));
    roomsOf.set(owner, roomsOf.get(owner) + 1);
    for (const client of clients) client.hangUp();
  }
  t.diagnostic(`rooms by owner: ${[...roomsOf].map((each) => each.join(" ")).join(", ")}`);
  for (const [name, count] of roomsOf) assert.ok(count > 0, `${name} owned some of them`);
});

test("a node joins, and rooms move without anybody noticing", async (t) => {
  const cluster = await Cluster.start(t, 2);
  const rooms = Array.from({ length: 12 }, () => newRoom());
  const people = [];
  for (const room of rooms) {
    people.push([await enter(t, phoenix, cluster.nodes[0], room, "Ann"),
                 await enter(t, phoenix, cluster.nodes[1], room, "Bob")]);
  }
  const third = await cluster.add();
  for (const [ann, bob] of people) {
    await ann.sees(ann, bob);
    await fence(ann, ann, bob);
    await fence(bob, ann, bob);
    assert.equal(ann.replies.length, 1, "nobody had to join again");
    assert.equal(bob.replies.length, 1);
  }
  for (const [at, room] of rooms.entries()) {
    const cat = await enter(t, phoenix, third, room, "Cat");
    await cat.sees(...people[at], cat);
    await fence(cat, ...people[at], cat);
  }
});

test("who was on the node that died resumes on another", async (t) => {
  const cluster = await Cluster.start(t, 3);
  const [first, second, third] = cluster.nodes;
  for (let round = 0; round < 3; ++round) {
    const room = newRoom();
    const ann = await enter(t, phoenix, first, room, "Ann");
    const bob = new ResumableSeat(new Client(t, phoenix, third), room, "Bob");
    await bob.enter();
    await ann.sees(ann, bob);
    const again = new ResumableSeat(new Client(t, phoenix, second), room, "Bob");
    again.token = bob.token;
    again.lastSeq = bob.lastSeq;
    bob.client.hangUp();
    await ann.say("chat:msg", { text: "missed" });
    const reply = await again.enter();
    assert.equal(reply.self_id, bob.selfId);
    assert.equal(reply.resumed, true);
    await again.hears("chat:msg", ({ text }) => text === "missed");
    await ann.sees(ann, again);
  }
});

test("a node whose name is taken ends, and says why", async (t) => {
  const cluster = await Cluster.start(t, 1);
  const [first] = cluster.nodes;
  const lastWords = async () => {
    const second = await cluster.add(first.name); // Unless it has ended by then.
    await second.exited;
    throw new Error(second.log);
  };
  const why = `another node, at 127.0.0.1:${first.clusterPort}, has the name ${first.name}`;
  await heldOpen(assert.rejects(lastWords(), new RegExp(`the cluster refuses this node: ${why}`)));
  assert.ok(first.isRunning);
});

test("a cluster port in use is one line", async (t) => {
  const cluster = await Cluster.start(t, 1);
  const { clusterPort } = cluster.nodes[0];
  const options = ["--cluster.name=other", `--cluster.port=${clusterPort}`];
  await heldOpen(assert.rejects(
    startServer({ options }),
    new RegExp(`greenroom: cannot listen for other nodes on 127.0.0.1 port ${clusterPort}`),
  ));
});
