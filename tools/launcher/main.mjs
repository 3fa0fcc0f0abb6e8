// Starts the nodes of a cluster on this machine, and stops them. See tools/cluster.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { askNode } from "./control.mjs";
import { Node } from "./node.mjs";
import { changesOf, ownersOf } from "./ownership.mjs";

/// How often nodes are asked which rooms they own.
const lookEveryMs = 1_000;
/// A node is given more than its own patience with its clients to stop.
const stopPatienceMs = 25_000;

const [program, count, firstPort, ...options] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "greenroom-cluster-"));
const nodes = [];
let isStopping = false;

// -- what is shown -----------------------------------------------------------------

const colors = [36, 33, 35, 32, 34, 31]; // Of the terminal, as it sees them fit.
const isColored = (stream) => Boolean(stream.isTTY) && !process.env.NO_COLOR;

function say(line) {
  process.stdout.write(`${line}\n`);
}

function logOf(at, name) {
  const tag = isColored(process.stderr) ? `\x1b[${colors[at % colors.length]}m${name} |\x1b[0m` : `${name} |`;
  return (line) => process.stderr.write(`${tag} ${line}\n`);
}

// -- ports -------------------------------------------------------------------------

/// @param port 0: any.
/// @returns {Promise<number | undefined>} Nothing if it is taken.
function tryPort(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once("error", () => resolve(undefined));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const found = probe.address().port;
      probe.close(() => resolve(found));
    });
  });
}

async function* freePorts(from) {
  for (let port = from; port < 65_536; ++port) if (await tryPort(port)) yield port;
  throw new Error(`no free port from ${from} on`);
}

// -- nodes -------------------------------------------------------------------------

function controlOf(name) {
  return path.join(folder, `${name}.sock`);
}

async function start() {
  const secret = path.join(folder, "secret");
  writeFileSync(secret, randomBytes(32).toString("hex"), { mode: 0o600 });
  const ports = freePorts(Number(firstPort));
  let firstClusterPort;
  for (let at = 0; at < Number(count) && !isStopping; ++at) {
    const name = String.fromCharCode(97 + at);
    const { value: port } = await ports.next();
    const clusterPort = await tryPort(0);
    const join = firstClusterPort ? [`--cluster.join=127.0.0.1:${firstClusterPort}`] : [];
    firstClusterPort ??= clusterPort;
    if (isStopping) return;
    const node = new Node(name, program, [
      `--port=${port}`, `--cluster.name=${name}`, `--cluster.port=${clusterPort}`, ...join,
      `--secret-file=${secret}`, `--control-socket=${controlOf(name)}`, ...options,
    ], logOf(at, name));
    nodes.push(node);
    node.ended.then((how) => { if (!isStopping) noteEnd(node, how); });
    if (await node.serves) say(`node ${name} (process ${node.pid}) serves ${node.url}`);
  }
}

function noteEnd(node, how) {
  const left = nodes.filter(({ isRunning }) => isRunning).length;
  say(`node ${node.name} ${how}; ${left} of ${nodes.length} go on`);
}

async function stop() {
  if (isStopping) { // Asked twice: at once, then.
    for (const node of nodes) node.signal("SIGKILL");
    return;
  }
  isStopping = true;
  say("stopping all nodes");
  for (const node of nodes) node.signal("SIGTERM");
  const impatience = setTimeout(() => {
    for (const node of nodes) node.signal("SIGKILL");
  }, stopPatienceMs);
  await Promise.all(nodes.map(({ ended }) => ended));
  clearTimeout(impatience);
}

// -- rooms -------------------------------------------------------------------------

async function watchRooms() {
  let known = new Map();
  while (!isStopping && nodes.some(({ isRunning }) => isRunning)) {
    const listings = new Map();
    await Promise.all(nodes.filter(({ isRunning }) => isRunning).map(async ({ name }) => {
      const listing = await askNode(controlOf(name), "rooms");
      if (listing !== undefined) listings.set(name, listing);
    }));
    const owners = ownersOf(listings);
    if (!isStopping) for (const line of changesOf(known, owners)) say(line);
    known = owners;
    await pause(lookEveryMs);
  }
}

// -- and the rest ------------------------------------------------------------------

let stopped;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    const stopping = stop();
    stopped ??= stopping;
  });
}
// Who read what we say has gone.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", () => {
    stopped ??= stop();
  });
}
process.on("exit", () => {
  for (const node of nodes) node.signal("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

try {
  await start();
  if (!isStopping) {
    say(`ask any of them, as in: ${program} ctl nodes --control-socket=${controlOf("a")}`);
    say("press Ctrl-C to stop them all");
  }
  await watchRooms();
} catch (fault) {
  process.stderr.write(`tools/cluster: ${fault.message}\n`);
  process.exitCode = 1;
  stopped ??= stop();
}
if (stopped) {
  await stopped;
} else {
  say("no node is left");
  process.exitCode = 1;
}
process.exit();
