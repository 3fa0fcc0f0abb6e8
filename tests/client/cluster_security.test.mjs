// Whom nodes let in, and what they say to whom they do not.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { connect } from "node:tls";
import { setTimeout as pause } from "node:timers/promises";
import { certificates } from "./certificates.mjs";
import { Cluster, freePort, heldOpen } from "./cluster.mjs";
import { smallSdp } from "./sdp.mjs";
import { secretFile, startServer } from "./server.mjs";
import { enter, fence, newRoom, phoenix1816 as phoenix } from "./stock.mjs";
import { deadlineMs } from "./transcript.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "greenroom-security-"));
after(() => rmSync(folder, { recursive: true }));
const { file, certify, tls } = certificates(folder);

certify("ca");
certify("node", "ca");
certify("strange-ca");
certify("strange", "strange-ca");

const ours = tls("node", "ca");

/// Waits until the log of a node holds what is looked for so many times.
async function logs(node, pattern, count = 1) {
  const giveUpAt = Date.now() + deadlineMs;
  while ((node.log.match(new RegExp(pattern, "g")) ?? []).length < count) {
    assert.ok(Date.now() < giveUpAt, `no ${pattern} in\n${node.log}`);
    await pause(20); // Until the next look.
  }
}

const linked = (nodes) => Promise.all(nodes.map((node) => logs(node, "node_linked", nodes.length - 1)));

async function talk(t, ...nodes) {
  for (let round = 0; round < 3; ++round) {
    const room = newRoom();
    const seats = [];
    for (const [at, node] of nodes.entries()) seats.push(await enter(t, phoenix, node, room, `P${at}`));
    for (const seat of seats) await seat.sees(...seats);
    const [ann, bob] = seats;
    const sdp = smallSdp("offer");
    ann.send("signal:offer", { to_id: bob.selfId, sdp });
    assert.equal((await bob.hears("signal:offer", () => true)).sdp, sdp);
    await fence(ann, ...seats);
  }
}

/// Writes bytes to a port, and waits until the other side hangs up or `stayMs` are over.
function pester(port, bytes, stayMs = 500) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setTimeout(stayMs, () => socket.destroy());
    socket.on("error", () => {});
    socket.on("data", () => {});
    socket.on("close", resolve);
  });
}

async function garble(port) {
  for (const bytes of [Buffer.from("GET / HTTP/1.1\r\nHost: here\r\n\r\n"), randomBytes(4096),
                       Buffer.alloc(4096), Buffer.from([0x16, 3, 1, 0, 200, 1])]) {
    await Promise.all(Array.from({ length: 10 }, () => pester(port, bytes)));
  }
}

/// @returns How a node ends that must not start.
async function ending(options, secret) {
  const child = spawn(process.env.GREENROOM_BIN, ["--port=0", ...options, ...(secret ? [`--secret-file=${secret}`] : [])],
                      { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => { out += text; });
  child.stderr.on("data", (text) => { err += text; });
  const timer = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
  const code = await new Promise((resolve) => { child.on("close", resolve); });
  clearTimeout(timer);
  return { code, out, err };
}

test("three nodes meet over TLS, and noise at their ports harms nothing", async (t) => {
  const { nodes } = await Cluster.start(t, 3, ours);
  await linked(nodes);
  await talk(t, ...nodes);
  for (const node of nodes) assert.doesNotMatch(node.log, /tls_failed/, "they only look for each other");
  for (const node of nodes) await garble(node.clusterPort);
  await talk(t, ...nodes);
  for (const node of nodes) {
    assert.doesNotMatch(node.log, /node_lost/);
    const lines = node.log.match(/tls_failed/g) ?? [];
    assert.ok(lines.length > 0, "somebody is told of it");
    assert.ok(lines.length < 10, `but not for each of 40:\n${node.log}`);
  }
});

test("noise at a port without TLS harms nothing", async (t) => {
  const { nodes } = await Cluster.start(t, 2);
  await linked(nodes);
  await garble(nodes[0].clusterPort);
  await talk(t, ...nodes);
  assert.doesNotMatch(nodes[1].log, /node_lost/);
});

test("a node with a certificate of another CA stays outside", async (t) => {
  const cluster = await Cluster.start(t, 2, ours);
  const [first, second] = cluster.nodes;
  await linked([first, second]);
  const stranger = await cluster.add("stranger", { options: tls("strange", "strange-ca") });
  await logs(stranger, "node_unreachable.*certificate was not accepted");
  await logs(stranger, "tls_failed.*its certificate is not accepted: ");
  await logs(first, "tls_failed.*it says: unknown CA");
  await talk(t, first, second);
  await pause(3000); // It tries again and again.
  for (const node of cluster.nodes) {
    assert.doesNotMatch(node.log, /node_(linked|lost).*stranger|view_garbled/);
    assert.ok((node.log.match(/tls_failed/g) ?? []).length <= 3, node.log);
  }
  assert.equal(stranger.log.match(/node_unreachable/g).length, 1);
  assert.doesNotMatch(stranger.log, /node_linked/);
});

test("a stranger that trusts us is not trusted", async (t) => {
  const cluster = await Cluster.start(t, 2, ours);
  await linked(cluster.nodes);
  const { clusterPort } = cluster.nodes[0];
  for (const identity of [{}, { cert: readFileSync(file("strange.pem")), key: readFileSync(file("strange.key")) }]) {
    const socket = connect({ port: clusterPort, host: "127.0.0.1", ca: readFileSync(file("ca.pem")),
                             checkServerIdentity: () => undefined, ...identity });
    const fault = await heldOpen(new Promise((resolve) => {
      socket.on("error", resolve);
      socket.on("close", resolve);
      socket.on("data", (bytes) => resolve(`it says ${bytes.length} bytes`));
    }));
    assert.match(String(fault), /certificate required|unknown ca|handshake failure/);
  }
  await logs(cluster.nodes[0], "tls_failed.*certificate required");
  await logs(cluster.nodes[0], "tls_failed.*its certificate is not accepted: .*issuer certificate");
  await talk(t, ...cluster.nodes);
});

test("a node without TLS stays outside of a cluster with it, and the other way round", async (t) => {
  for (const [theirs, own] of [[ours, []], [[], ours]]) {
    const cluster = await Cluster.start(t, 2, theirs);
    await linked(cluster.nodes);
    const stranger = await cluster.add("stranger", { options: own });
    await logs(stranger, "node_unreachable");
    await talk(t, ...cluster.nodes.slice(0, 2));
    for (const node of cluster.nodes) assert.doesNotMatch(node.log, /node_linked.*stranger|node_lost/);
    assert.doesNotMatch(stranger.log, /node_linked/);
  }
});

/// The ones who stay say so once, the one who goes says so once and fails.
async function refusal(cluster, name, own, why) {
  const lastWords = async () => {
    const node = await cluster.add(name, own);
    const { code } = await node.exited;
    throw new Error(`${code}\n${node.log}`);
  };
  await heldOpen(lastWords()).then(assert.fail, ({ message }) => {
    assert.match(message, new RegExp(`greenroom: the cluster refuses this node: .*${why}`));
    assert.match(message, new RegExp(`membership_refused.*${why}`));
    assert.equal(message.match(/the cluster refuses this node/g).length, 1, message);
  });
}

test("a node with another secret is refused, and fails", async (t) => {
  const cluster = await Cluster.start(t, 2);
  await linked(cluster.nodes);
  const secret = secretFile();
  t.after(() => rmSync(secret, { force: true }));
  await refusal(cluster, "other", { secret }, "different secrets; give all nodes one --secret-file");
  await logs(cluster.nodes[0], "node_refused.*different secrets");
  await talk(t, ...cluster.nodes.slice(0, 2));
});

test("a node whose name is taken is refused whomever it asks", async (t) => {
  const cluster = await Cluster.start(t, 2);
  await linked(cluster.nodes);
  const [first, second] = cluster.nodes;
  await refusal(cluster, second.name, {}, `another node, at 127.0.0.1:${second.clusterPort}, has the name ${second.name}`);
  await logs(first, "node_refused.*has the name");
  assert.doesNotMatch(first.log, /node_lost/);
  await talk(t, first, second);
});

test("a node that ends for being refused does not end well", async (t) => {
  const cluster = await Cluster.start(t, 1, ["--cluster.advertise=localhost"]);
  const { code, out, err } = await ending(
    [`--cluster.name=${cluster.nodes[0].name}`, `--cluster.port=${await freePort()}`,
     `--cluster.join=127.0.0.1:${cluster.nodes[0].clusterPort}`], cluster.nodes[0].secret);
  assert.equal(code, 1, out + err);
  assert.match(err, /refuses this node: another node, at localhost:\d+, has the name n1$/m);
});

function startStranger(t, role, name, port) {
  const child = spawn(process.env.GREENROOM_STRANGER, [role, name, String(port)],
                      { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const stranger = { log: "" };
  child.stdout.on("data", (text) => { stranger.log += text; });
  stranger.exited = new Promise((resolve) => { child.on("close", resolve); });
  return stranger;
}

test("a node of another protocol is refused, on both sides in one line", async (t) => {
  const cluster = await Cluster.start(t, 2);
  await linked(cluster.nodes);
  const [first] = cluster.nodes;
  for (let times = 0; times < 5; ++times) {
    const stranger = startStranger(t, "join", "future", first.clusterPort);
    await heldOpen(stranger.exited);
    assert.match(stranger.log, /^refused .*they speak cluster protocol 1 and 99\n$/);
  }
  await logs(first, "node_refused.*node n1 at .* and node future at .*cluster protocol 1 and 99");
  assert.equal(first.log.match(/node_refused/g).length, 1, "a repeated failure is one line");
  assert.doesNotMatch(first.log, /node_linked.*future/);
  await talk(t, ...cluster.nodes);
});

test("a node that comes to others of another protocol fails", async (t) => {
  const port = await freePort();
  const stranger = startStranger(t, "await", "future", port);
  await logs(stranger, "awaits");
  const secret = secretFile();
  t.after(() => rmSync(secret, { force: true }));
  const { code, err } = await ending(["--cluster.name=past", `--cluster.port=${await freePort()}`,
                                     `--cluster.join=127.0.0.1:${port}`], secret);
  assert.equal(code, 1, err);
  assert.match(err, /^greenroom: the cluster refuses this node: we speak protocol 99$/m);
  assert.match(stranger.log, /heard past/);
});

test("what is wrong with certificates and keys is one line, before anything is served", async () => {
  writeFileSync(file("noise.pem"), randomBytes(500));
  writeFileSync(file("empty.pem"), "");
  const options = (certificate, key, ca) => ["--cluster.name=a", `--cluster.certificate=${file(certificate)}`,
                                             `--cluster.key=${file(key)}`, `--cluster.ca=${file(ca)}`];
  for (const [given, complaint] of [
    [["noise.pem", "node.key", "ca.pem"], "cluster.certificate .* holds no certificate that can be used: .*"],
    [["node.pem", "noise.pem", "ca.pem"], "cluster.key .* holds no key of that certificate that can be used: .*"],
    [["node.pem", "strange.key", "ca.pem"], "cluster.key .* holds no key .*: key values mismatch"],
    [["node.pem", "node.key", "noise.pem"], "cluster.ca .* holds no certificate that can be used: .*"],
    [["node.pem", "node.key", "none.pem"], "cluster.ca .*: No such file or directory"],
    [["empty.pem", "node.key", "ca.pem"], "cluster.certificate .*: holds nothing"],
    [["node.pem", "node.key", "strange-ca.pem"], "cluster.certificate .*: by cluster.ca other nodes would not accept it: .*"],
  ]) {
    const { code, out, err } = await ending(options(...given), secretFile());
    assert.deepEqual({ code, out }, { code: 1, out: "" }, err);
    assert.match(err, new RegExp(`^greenroom: ${complaint}\n$`));
  }
});

test("a node that stops in an orderly way leaves, and is not lost", async (t) => {
  for (const options of [[], ours]) {
    const cluster = await Cluster.start(t, 3, options);
    const [first, second, third] = cluster.nodes;
    await linked(cluster.nodes);
    await third.stop();
    for (const node of [first, second]) {
      await logs(node, "info.*node_left.*n3");
      await pause(1500); // The address is dialled again meanwhile.
      assert.doesNotMatch(node.log, /node_lost|node_unreachable.*again/);
    }
    second.signal("SIGKILL");
    await logs(first, "warning.*node_lost.*n2");
    await logs(first, "node_unreachable");
  }
});

test("an address that does not even refuse delays neither start nor stop", async (t) => {
  // It accepts nothing, and with its backlog full the system does not answer either.
  const silent = spawn(process.execPath, ["-e", `
    const server = require("node:net").createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      require("node:fs").writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => silent.kill("SIGKILL"));
  const port = await new Promise((resolve) => { silent.stdout.once("data", (text) => resolve(Number(text))); });
  const crowd = Array.from({ length: 4 }, () => net.connect(port, "127.0.0.1").on("error", () => {}));
  t.after(() => { for (const socket of crowd) socket.destroy(); });
  const cluster = await Cluster.start(t, 1, [...ours, `--cluster.join=127.0.0.1:${port}`]);
  const [node] = cluster.nodes;
  await logs(node, "node_unreachable.*timed out");
  const since = Date.now();
  await node.stop();
  assert.ok(Date.now() - since < 8000, "it waits for no connection");
});

test("a port in use is one line with TLS, too", async (t) => {
  const cluster = await Cluster.start(t, 1, ours);
  const { clusterPort } = cluster.nodes[0];
  await heldOpen(assert.rejects(
    startServer({ options: ["--cluster.name=other", `--cluster.port=${clusterPort}`, ...ours] }),
    new RegExp(`greenroom: cannot listen for other nodes on 127.0.0.1 port ${clusterPort}`),
  ));
});
