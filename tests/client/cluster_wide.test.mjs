// A room of a thousand over three nodes: what one says crosses each link once, and a
// storm of joins is not a message for each to each.
import assert from "node:assert/strict";
import test from "node:test";
import { WebSocket } from "ws";
import { controlled, eventually, linkedToAll, said } from "./operator.mjs";
import { newRoom } from "./stock.mjs";
import { within } from "./transcript.mjs";

const count = 999;
/// Joins under way at a time; more would be a storm on this machine, not on the room.
const windowSize = 100;
const patienceMs = 120_000;

/// A client that keeps of a roster what it needs, by the rules of Phoenix's presence.
class Listener {
  roster = new Map(); // Id to version.
  diffs = 0;
  names = 0; // In those diffs.
  toldAgain = 0;
  chats = [];

  constructor(node, room, name) {
    this.topic = `room:${room}`;
    this.name = name;
    this.socket = new WebSocket(`${node.url}/websocket?vsn=2.0.0`, { perMessageDeflate: false });
    this.socket.on("message", (data) => this.#hear(JSON.parse(data)));
    this.joined = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.socket.on("error", reject);
      this.socket.on("close", (code) => reject(new Error(`${name} was closed with ${code}`)));
    });
    this.socket.on("open", () => this.push("phx_join", { display_name: name }));
  }
  #resolve;

  push(event, payload) {
    this.socket.send(JSON.stringify(["1", event, this.topic, event, payload]));
  }

  #hear([, , , event, payload]) {
    if (event === "phx_reply" && payload.response.self_id) this.id = payload.response.self_id;
    if (event === "phx_reply") assert.equal(payload.status, "ok", JSON.stringify(payload.response));
    if (event === "chat:msg") this.chats.push(payload.text);
    if (event === "presence_diff") this.#fold(payload);
    if (event !== "presence_state") return;
    for (const [id, { metas }] of Object.entries(payload)) this.roster.set(id, metas[0].phx_ref);
    this.#resolve();
  }

  #fold({ joins, leaves }) {
    ++this.diffs;
    for (const [id, { metas }] of Object.entries(joins)) {
      ++this.names;
      if (this.roster.get(id) === metas[0].phx_ref) ++this.toldAgain;
      this.roster.set(id, metas[0].phx_ref);
    }
    for (const [id, { metas }] of Object.entries(leaves))
      if (this.roster.get(id) === metas[0].phx_ref) this.roster.delete(id);
  }
}

/// How many words the owner has said on each link.
async function wordsSaid(owner, room) {
  const report = await said(owner, "room", room);
  return [...report.matchAll(/^link +node (\S+): (\d+) words said/gm)]
    .map(([, name, words]) => [name, Number(words)]);
}

test("a thousand join one room on three nodes, and hear each word once", async (t) => {
  const { nodes } = await controlled(t, 3, ["--capacity=1000", "--log.level=warning"]);
  await linkedToAll(nodes);
  const room = newRoom();
  const all = [];
  t.after(() => all.forEach(({ socket }) => socket.terminate()));
  const startedAt = Date.now();
  const enter = async () => {
    while (all.length < count) {
      const one = new Listener(nodes[all.length % 3], room, `p${all.length}`);
      all.push(one);
      await within(one.joined, `join of ${one.name}`, patienceMs);
    }
  };
  await Promise.all(Array.from({ length: windowSize }, enter));
  const joinedAt = Date.now();
  const ids = new Set(all.map(({ id }) => id));
  assert.equal(ids.size, count);
  await eventually(async () => assert.ok(all.every(({ roster }) => roster.size === count)),
                   "whole rosters");
  for (const { roster, name } of all)
    assert.ok([...ids].every((id) => roster.has(id)), `roster of ${name}`);
  const sum = (what) => all.reduce((total, one) => total + one[what], 0);
  t.diagnostic(`${count} joins in ${joinedAt - startedAt} ms: ${sum("diffs")} presence diffs `
               + `of ${sum("names")} joins were heard`);
  assert.equal(sum("toldAgain"), 0);
  assert.equal(sum("names"), (count * (count - 1)) / 2, "each hears of those who come later");
  assert.ok(sum("diffs") < sum("names") / 4, "joins are told together");

  const [, ownerName] = (await said(nodes[0], "room", room)).match(/^owner +(\S+)$/m);
  const owner = nodes.find(({ name }) => name === ownerName);
  const before = await wordsSaid(owner, room);
  assert.equal(before.length, 2);
  // On the owner's node, as an answer elsewhere would be one more word on a link.
  const speaker = all[nodes.indexOf(owner)];
  speaker.push("chat:msg", { text: "once" });
  await eventually(async () => assert.ok(all.every(({ chats }) => chats.length > 0)), "the word");
  assert.deepEqual(await wordsSaid(owner, room), before.map(([name, words]) => [name, words + 1]));
  // A second word comes behind whatever the first one brought.
  speaker.push("chat:msg", { text: "twice" });
  await eventually(async () => assert.ok(all.every(({ chats }) => chats.includes("twice"))),
                   "the second word");
  for (const { chats } of all) assert.deepEqual(chats, ["once", "twice"]);
});
