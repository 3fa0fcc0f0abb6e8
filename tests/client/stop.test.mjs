// The server stops on SIGTERM and comes back on the same port; clients do, too.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import http from "node:http";
import test from "node:test";
import { RawConnection } from "./raw.mjs";
import { ResumableSeat } from "./resumable.mjs";
import { ask, secretFile, startServer } from "./server.mjs";
import { Client, enter, fence, newRoom, withEachStockClient } from "./stock.mjs";
import { Transcript, within } from "./transcript.mjs";

async function serve(t, options) {
  const server = await startServer(options);
  t.after(() => server.stop());
  return server;
}

withEachStockClient("clients hear 1012, and are back after a restart", async (t, phoenix) => {
  const server = await serve(t);
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  await ann.sees(ann, bob);
  await server.stop();
  for (const seat of [ann, bob]) {
    const { code } = await seat.client.closes.find(() => true, "close");
    assert.equal(code, 1012);
  }

  const successor = await serve(t, { port: server.port });
  for (const seat of [ann, bob]) {
    await seat.replies.find(({ status }) => status === "ok", "rejoin", { from: 1 });
  }
  for (const seat of [ann, bob]) await seat.sees(ann, bob);
  await fence(ann, ann, bob);
  await fence(bob, ann, bob);
});

withEachStockClient("who opted in has the same id after a restart, and is told of the loss",
                    async (t, phoenix) => {
  const secret = secretFile();
  t.after(() => rmSync(secret, { force: true }));
  const server = await serve(t, { secret });
  const room = newRoom();
  const ann = new ResumableSeat(new Client(t, phoenix, server), room, "Ann");
  await ann.enter();
  const id = ann.selfId;
  await ann.say("chat:msg", { text: "forgotten" });
  const { token } = ann;
  await server.stop();

  const successor = await serve(t, { port: server.port, secret });
  const response = await ann.admission(1);
  assert.equal(response.self_id, id);
  assert.equal(response.replay, "lost");
  await ann.sees(ann);
  await fence(ann, ann);

  // A leave voids the older server's tokens, too.
  ann.leave();
  const again = new ResumableSeat(ann.client, room, "Ann");
  again.token = token;
  const anew = await again.enter();
  assert.equal(anew.resumed, false);
  assert.notEqual(anew.self_id, id);
});

withEachStockClient("under another secret a token is worth nothing", async (t, phoenix) => {
  const server = await serve(t);
  const ann = new ResumableSeat(new Client(t, phoenix, server), newRoom(), "Ann");
  await ann.enter();
  const id = ann.selfId;
  await server.stop();
  const successor = await serve(t, { port: server.port });
  const response = await ann.admission(1);
  assert.equal(response.resumed, false);
  assert.notEqual(response.self_id, id);
});

withEachStockClient("a push sent just before the stop is still delivered",
                    async (t, phoenix) => {
  const server = await serve(t);
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  await ann.sees(ann, bob);
  ann.push("chat:msg", { text: "last words" });
  ann.push("signal:offer", { to_id: bob.selfId, sdp: "v=0" });
  // Once the kernel has the bytes, they were sent before the stop.
  await within(new Promise((resolve) => ann.client.transport._socket.write("", resolve)),
               "write");
  const stopped = server.stop();
  await bob.hears("chat:msg", ({ text }) => text === "last words");
  await bob.hears("signal:offer");
  await stopped;
  assert.equal((await bob.client.closes.find(() => true, "close")).code, 1012);
});

/// Upgrades, then reads on without ever answering a Close.
async function openDeaf(port) {
  const key = randomBytes(16).toString("base64");
  const request = http.get({
    host: "127.0.0.1", port, path: "/socket/websocket?vsn=2.0.0", agent: false,
    headers: { "Connection": "Upgrade", "Upgrade": "websocket",
               "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key } });
  const socket = await within(new Promise((resolve, reject) => {
    request.once("upgrade", (_, upgraded) => resolve(upgraded));
    request.once("error", reject);
  }), "upgrade");
  const bytes = new Transcript("bytes");
  socket.on("data", (part) => { for (const byte of part) bytes.add(byte); });
  socket.on("error", () => {});
  return { socket, bytes };
}

test("while it waits for a client, it is not ready, and it does not wait for ever",
     { timeout: 60_000 }, async (t) => {
  const server = await serve(t);
  const deaf = await openDeaf(server.port);
  t.after(() => deaf.socket.destroy());
  // A connection from before the stop, as a load balancer keeps one.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const isReady = () => ask(server.port, "/readyz", { agent }).catch((error) => error);
  assert.equal((await isReady()).status, 200);

  const stopped = server.stop();
  let answer = await isReady();
  while (answer.status === 200) answer = await isReady();
  if (answer instanceof Error) {
    // On a busy machine the connection may be closed before the question.
    assert.match(answer.code, /^ECONN/);
    t.diagnostic(`/readyz while stopping: ${answer.code}`);
  } else {
    assert.deepEqual([answer.status, answer.body], [503, "not ready: stopping\n"]);
  }
  await deaf.bytes.find(() => deaf.bytes.length >= 4, "Close");
  const [head, , high, low] = deaf.bytes.since();
  assert.deepEqual([head, high * 256 + low], [0x88, 1012]);
  await stopped;
});

test("a stopping server takes no new participants", { timeout: 60_000 }, async (t) => {
  const server = await serve(t);
  const deaf = await openDeaf(server.port);
  t.after(() => deaf.socket.destroy());
  const stopped = server.stop();
  await deaf.bytes.find(() => deaf.bytes.length >= 4, "Close");
  const late = await RawConnection.open(t, server).catch((error) => error);
  if (late instanceof RawConnection) assert.equal(await late.closeCode(), 1012);
  await stopped;
});
