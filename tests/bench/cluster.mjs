// Measures three nodes that share rooms, on this machine. Run by tools/bench --cluster.
// No time is a promise; that nothing is lost and nothing comes twice is one.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { ownersOf } from "../../tools/launcher/ownership.mjs";
import { controlled, eventually, linkedToAll, said } from "../client/operator.mjs";
import { heldOpen } from "../client/cluster.mjs";
import { ResumableSeat } from "../client/resumable.mjs";
import { Client, fence, newRoom, phoenix1816 as phoenix } from "../client/stock.mjs";
import { roomsOfOwners, Talk } from "../client/talk.mjs";
import { describeMachine } from "./machine.mjs";

// The package that the tests of the stock client have.
const { WebSocket } = createRequire(new URL("../client/package.json", import.meta.url))("ws");

const { values: wanted } = parseArgs({
  options: {
    bin: { type: "string" },
    out: { type: "string" },
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
    rate: { type: "string", default: "2000" },
  },
});
process.env.GREENROOM_BIN = path.resolve(wanted.bin, "bin/greenroom");

const rounds = Number(wanted.rounds);
const roomCount = 50;
const nodeOptions = ["--log.level=warning", "--reactors=1"];

const median = (values) => {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/// Runs `use` with three nodes of their own.
async function withNodes(use) {
  const ends = [];
  const scope = { after: (end) => ends.push(end) };
  try {
    const { nodes } = await controlled(scope, 3, nodeOptions);
    await linkedToAll(nodes);
    return await use(scope, nodes);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

// -- signals -----------------------------------------------------------------------

/// @returns What greenroom-load found, faults included.
async function load(urls, ...options) {
  const words = [`--url=${urls.map(({ port }) => `ws://127.0.0.1:${port}`).join()}`, "--json=-",
                 "--patience=20s", ...options];
  const run = promisify(execFile)(path.resolve(wanted.bin, "bin/greenroom-load"), words,
                                  { maxBuffer: 1 << 26 });
  const { stdout } = await run.catch((fault) => {
    if (fault.stdout?.startsWith("{")) return fault; // It tells of violations.
    throw new Error(`greenroom-load ${words.join(" ")}: ${fault.stderr || fault}`);
  });
  return JSON.parse(stdout);
}

/// @returns Names of so many rooms that each node owns, by node. Owners follow from
///          names, so people come to each and the nodes are asked.
async function roomsByOwner(nodes) {
  const names = Array.from({ length: 5 * roomCount }, (_, at) => `bench-${100 + at}`);
  const visit = load([nodes[0]], "--workload=idle", `--room-names=${names}`, "--room-size=1",
    "--duration=2s");
  const owners = await eventually(async () => {
    const found = ownersOf(new Map([[nodes[0].name, await said(nodes[0], "rooms")]]));
    if (found.size < names.length) throw new Error(`${found.size} of ${names.length} rooms`);
    return found;
  }, "rooms");
  await visit;
  return nodes.map(({ name }) => names.filter((room) => owners.get(room) === name).slice(0, roomCount));
}

const places = [
  { title: "both peers and the room on one node", peers: [0], owner: 0 },
  { title: "peers on two nodes, the room on one of them", peers: [0, 1], owner: 0 },
  { title: "peers on two nodes, the room on the third", peers: [0, 1], owner: 2 },
];

/// As fast as signals arrive, then at a rate; where people and room are in each place.
async function signals(faults) {
  return withNodes(async (scope, nodes) => {
    const rooms = await roomsByOwner(nodes);
    const found = places.map(() => ({ rates: [], p50s: [], p99s: [] }));
    for (let round = 0; round < rounds; ++round) {
      for (const [at, { title, peers, owner }] of places.entries()) {
        process.stderr.write(`round ${round + 1}: ${title}\n`);
        const common = ["--room-size=2", `--room-names=${rooms[owner]}`,
                        `--duration=${wanted.seconds}s`];
        const urls = peers.map((peer) => nodes[peer]);
        const full = await load(urls, ...common, "--window=4");
        const steady = await load(urls, ...common, `--rate=${wanted.rate}`);
        faults.add(title, full.violations);
        faults.add(title, steady.violations);
        found[at].rates.push(full.done_per_second);
        found[at].p50s.push(steady.latency_us.signal.p50);
        found[at].p99s.push(steady.latency_us.signal.p99);
      }
    }
    return places.map(({ title }, at) => [
      title, Math.max(...found[at].rates), Math.min(...found[at].p50s), Math.min(...found[at].p99s)]);
  });
}

// -- the end of a node -------------------------------------------------------------

/// From the `kill -9` of the owner of all rooms until the last roster is whole: none of
/// those who stay has to do anything.
async function death(faults) {
  return withNodes(async (scope, nodes) => {
    const rooms = await roomsOfOwners(scope, nodes, Array.from({ length: 12 }, () => nodes[2]));
    const talks = rooms.map(({ people }) => new Talk(scope, people, 200 / rooms.length));
    const everybody = rooms.map(({ people }) => people.flat());
    await pause(1000); // It dies in the middle of conversations.
    nodes[2].signal("SIGKILL");
    const since = performance.now();
    await Promise.all(everybody.flatMap((seats) => seats.map((seat) => seat.sees(...seats))));
    const ms = performance.now() - since;
    await pause(500); // They go on with the next owner.
    for (const talk of talks) talk.end();
    for (const [at, seats] of everybody.entries()) {
      for (const seat of seats) await fence(seat, ...seats);
      const thrownOut = seats.filter(({ replies }) => replies.length > 1).length;
      faults.add("a node is killed", { ...talks[at].faults(), "thrown out": thrownOut });
    }
    return ms;
  });
}

async function deaths(faults) {
  const times = [];
  for (let round = 0; round < 2 * rounds + 1; ++round) {
    process.stderr.write(`kill -9 of an owner: ${round + 1}\n`);
    times.push(await death(faults));
  }
  return times;
}

// -- a node that is stopped for good -----------------------------------------------

let clientCount = 0;

/// A WebSocket that goes to this node at first, and to the others in turn afterwards, as
/// through a load balancer. Each client has an address of its own, as the seats that one
/// address may keep without a connection are few.
function roaming(nodes, first) {
  let next = first;
  const localAddress = `127.0.1.${++clientCount % 250 + 1}`;
  return class extends WebSocket {
    constructor(url, protocols) {
      const { port } = nodes[next++ % nodes.length];
      super(url.replace(/:\d+/, `:${port}`), protocols, { localAddress });
    }
  };
}

/// One room with two people on each node, who resume.
async function roamers(scope, nodes) {
  const room = newRoom();
  const seats = [];
  for (let at = 0; at < 6; ++at) {
    const client = new Client(scope, phoenix, nodes[0], { transport: roaming(nodes, at % 3) });
    seats.push(new ResumableSeat(client, room, `P${at}`));
  }
  await Promise.all(seats.map((seat) => seat.enter()));
  for (const seat of seats) await seat.sees(...seats);
  const moving = seats.filter((_, at) => at % 3 === 2);
  return { seats, moving, staying: seats.filter((seat) => !moving.includes(seat)) };
}

/// From SIGTERM until the node's process has ended and all of its participants are back.
async function drain(faults) {
  return withNodes(async (scope, nodes) => {
    const rooms = [];
    while (rooms.length < roomCount) rooms.push(await roamers(scope, nodes));
    const ids = rooms.map(({ seats }) => seats.map(({ selfId }) => selfId));
    const talks = rooms.map(({ moving, staying }) => (
      new Talk(scope, [moving, staying], 200 / roomCount)));
    await pause(1000); // It stops in the middle of conversations.
    nodes[2].signal("SIGTERM");
    const since = performance.now();
    const after = (promise) => promise.then((value) => ({ ms: performance.now() - since, value }));
    const [exit, back] = await heldOpen(Promise.all([
      after(nodes[2].exited),
      after(Promise.all(rooms.flatMap(({ moving }) => moving.map((seat) => seat.admission(1))))),
    ]));
    await pause(500); // They go on where they are now.
    for (const talk of talks) talk.end();
    for (const [at, { seats }] of rooms.entries()) {
      for (const seat of seats) {
        await seat.sees(...ids[at]);
        await fence(seat, ...seats);
      }
      faults.add("a node drains", talks[at].faults());
    }
    faults.add("a node drains", {
      "not resumed": back.value.filter(({ resumed }) => !resumed).length,
      "ended badly": exit.value.code === 0 ? 0 : 1,
    });
    return { exit: exit.ms, back: back.ms, ms: Math.max(exit.ms, back.ms) };
  });
}

async function drains(faults) {
  const found = [];
  for (let round = 0; round < rounds; ++round) {
    process.stderr.write(`drain of a node: ${round + 1}\n`);
    found.push(await drain(faults));
  }
  return found;
}

// -- what is printed ---------------------------------------------------------------

/// What must not be.
class Faults {
  all = [];

  add(where, counts) {
    for (const [name, count] of Object.entries(counts)) {
      if (count > 0) this.all.push(`${where}: ${count} ${name.replaceAll("_", " ")}`);
    }
  }
}

const whole = (value) => Math.round(value).toLocaleString("en");

const spread = (times) => (
  `${whole(median(times))} ms (median of ${times.length}), ${whole(Math.max(...times))} ms at most`);

function report({ rows, deaths, drains, faults, machine }) {
  const lines = [
    ["signals between two of a room", "saturated", `p50 at ${whole(wanted.rate)}/s`, "p99"],
    ["---", "--:", "--:", "--:"],
    ...rows.map(([title, rate, ...us]) => (
      [title, `${whole(rate)} /s`, ...us.map((each) => `${whole(each)} us`)])),
  ];
  const wrong = faults.all.length === 0 ? "none" : `\n  ${faults.all.join("\n  ")}`;
  return `${lines.map((line) => `| ${line.join(" | ")} |`).join("\n")}

kill -9 of the owner of 12 rooms, 48 people on the other two nodes, 200 signals a second:
  all rosters whole again: ${spread(deaths)}

SIGTERM to one of three nodes, 300 people in 50 rooms, 200 signals a second:
  its 100 people are back: ${spread(drains.map(({ back }) => back))}
  and it has ended:        ${spread(drains.map(({ ms }) => ms))}

lost, doubled, out of order or otherwise wrong: ${wrong}

${machine}
`;
}

async function main() {
  mkdirSync(wanted.out, { recursive: true });
  const machine = describeMachine();
  const faults = new Faults();
  const rows = await signals(faults);
  const found = { machine, rows, deaths: await deaths(faults), drains: await drains(faults) };
  process.stdout.write(report({ ...found, faults }));
  writeFileSync(`${wanted.out}/cluster.json`,
    JSON.stringify({ ...found, faults: faults.all }, null, 1));
  process.exitCode = faults.all.length === 0 ? 0 : 1;
}

await main().catch((fault) => {
  process.stderr.write(`tools/bench: ${fault.message}\n`);
  process.exitCode = 1;
});
