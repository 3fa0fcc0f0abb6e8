// Who opted in keeps seat and id when the connection breaks, misses nothing and
// hears nothing twice. Nobody else notices.
import assert from "node:assert/strict";
import { createHmac, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { RawConnection } from "./raw.mjs";
import { ResumableSeat } from "./resumable.mjs";
import { mebibyte, sdpOf } from "./sdp.mjs";
import { startServer, stopAtTheEnd } from "./server.mjs";
import { Client, enter, fence, newRoom, withEachStockClient } from "./stock.mjs";

const server = await startServer();

const media = { audio_muted: true, video_enabled: true, screensharing: false };

async function enterResumable(t, phoenix, room, name, options) {
  const seat = new ResumableSeat(new Client(t, phoenix, server, options), room, name);
  const response = await seat.enter();
  return { seat, response };
}

/// The other one in the room saw neither a leave nor a second join of `id`.
function assertUnnoticed(witness, id, mark) {
  const news = witness.payloadsOf("presence_diff", mark)
    .filter(({ joins, leaves }) => id in joins || id in leaves);
  assert.deepEqual(news, []);
}

withEachStockClient("opting in adds a token and numbers, for that channel alone",
                    async (t, phoenix) => {
  const room = newRoom();
  const { seat: ann, response } = await enterResumable(t, phoenix, room, "Ann");
  assert.deepEqual(Object.keys(response).sort(), [
    "capacity", "ice_servers", "ok", "presence", "received", "replay", "resume_token",
    "resumed", "room_id", "self_id", "seq"]);
  assert.equal(typeof response.resume_token, "string");
  assert.ok(response.resume_token.length > 32 && response.resume_token.length <= 512);
  assert.ok(Number.isInteger(response.seq));
  assert.deepEqual([response.resumed, response.received, response.replay],
                   [false, 0, "complete"]);

  const bob = await enter(t, phoenix, server, room, "Bob");
  await ann.sees(ann, bob);
  await ann.say("chat:msg", { text: "1" });
  await bob.say("media:update", media);
  bob.push("signal:offer", { to_id: ann.selfId, sdp: "v=0" });
  const { seq } = await ann.hears("signal:offer");
  const numbers = ["chat:msg", "media:update", "signal:offer"]
    .map((event) => ann.payloadsOf(event)[0].seq);
  assert.deepEqual(numbers, [response.seq + 1, response.seq + 2, response.seq + 3]);
  assert.equal(seq, response.seq + 3);
  for (const event of ["presence_state", "presence_diff"]) {
    for (const payload of ann.payloadsOf(event)) assert.ok(!("seq" in payload));
  }
  assert.ok(bob.heard.since().every(({ payload }) => !("seq" in payload)));
});

withEachStockClient("a cut connection resumes with what it missed", async (t, phoenix) => {
  const room = newRoom();
  const { seat: ann } = await enterResumable(t, phoenix, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  const eve = await enter(t, phoenix, server, room, "Eve");
  await ann.sees(ann, bob, eve);
  const annId = ann.selfId;
  const token = ann.token;
  await ann.say("chat:msg", { text: "before" });
  ann.push("signal:offer", { to_id: bob.selfId, sdp: "unanswered" });
  await fence(ann, ann, bob, eve);
  const [annMark, bobMark] = [ann.heard.length, bob.heard.length];

  ann.client.goOffline();
  await ann.client.closes.find(() => true, "close");
  await bob.say("chat:msg", { text: "missed 1" });
  assert.deepEqual(bob.roster, [annId, bob.selfId, eve.selfId].sort());
  bob.push("signal:offer", { to_id: annId, sdp: "missed 2" });
  bob.push("signal:offer", { to_id: eve.selfId, sdp: "not hers" });
  await bob.say("media:update", media);
  const late = await enter(t, phoenix, server, room, "Late");
  await bob.say("chat:msg", { text: "missed 4" });
  await fence(bob, eve);

  ann.client.goOnline();
  const response = await ann.admission(1);
  assert.equal(response.self_id, annId);
  assert.deepEqual([response.resumed, response.replay, response.received],
                   [true, "complete", 3]);
  assert.notEqual(response.resume_token, token);
  await fence(bob, ann);
  await ann.sees(ann, bob, eve, late);
  assert.deepEqual(ann.meta(bob.selfId).audio_muted, true);

  const caughtUp = ann.heard.since(annMark).map(({ event, payload }) => (
    [event, payload?.text ?? payload?.sdp ?? payload?.audio_muted]))
    .filter(([event, what]) => what !== undefined && !event.startsWith("chan_reply"))
    .filter(([, what]) => !String(what).startsWith("fence"));
  assert.deepEqual(caughtUp, [
    ["chat:msg", "missed 1"], ["signal:offer", "missed 2"], ["media:update", true],
    ["chat:msg", "missed 4"]]);
  const order = ann.client.wire.since()
    .filter(({ by, connection, frame }) => (
      by === "server" && connection === ann.client.transports.length
      && frame[2] === ann.topic))
    .map(({ frame }) => frame[3]);
  assert.deepEqual(order.slice(0, 3), ["phx_reply", "presence_state", "chat:msg"]);
  assertUnnoticed(bob, annId, bobMark);
  assertUnnoticed(eve, annId, bobMark);
});

withEachStockClient("a signal to somebody who is away is accepted", async (t, phoenix) => {
  const room = newRoom();
  const { seat: ann } = await enterResumable(t, phoenix, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  ann.client.goOffline();
  await ann.client.closes.find(() => true, "close");
  for (let number = 0; number < 50; ++number) {
    bob.push("signal:ice", {
      to_id: ann.selfId, candidate: `${number}`, sdpMid: null, sdpMLineIndex: null });
  }
  await fence(bob, bob);
  assert.ok(!bob.client.heardSince().some((frame) => frame[4].status === "error"));
  ann.client.goOnline();
  await fence(bob, ann);
  assert.deepEqual(ann.payloadsOf("signal:ice").map(({ candidate }) => candidate),
                   Array.from({ length: 50 }, (_, number) => `${number}`));
});

withEachStockClient("cut at random moments under load, nothing is missed and nothing twice",
                    async (t, phoenix) => {
  const cuts = 75; // With three versions, well above 200.
  const room = newRoom();
  const { seat: ann } = await enterResumable(t, phoenix, room, "Ann",
                                             { reconnectAfterMs: () => 5 });
  const bob = await enter(t, phoenix, server, room, "Bob");
  await ann.sees(ann, bob);
  const annId = ann.selfId;
  const bobMark = bob.heard.length;
  const noise = await RawConnection.open(t, server);
  const noiseTopic = `room:${newRoom("noise")}`;
  await noise.enter(noiseTopic, "1");
  let isOver = false;

  const chatter = async () => {
    while (!isOver) await noise.ask("1", noiseTopic, "chat:msg", { text: "x".repeat(400) });
  };
  let bobCount = 0;
  const talkOfBob = async () => {
    while (!isOver) {
      ++bobCount;
      bob.push("signal:offer", { to_id: annId, sdp: `${bobCount}` });
      await bob.say("chat:msg", { text: `${bobCount}` });
    }
  };
  // Ann has at most 20 words on their way, whether the connection lives or not.
  const talkOfAnn = async () => {
    while (!isOver) {
      const number = ann.postCount + 1;
      ann.post("chat:msg", { text: `${number}` });
      const awaited = number - 20;
      if (awaited > 0) {
        await ann.hears("chat:msg", ({ from_id, text }) => (
          from_id === annId && text === `${awaited}`));
      }
      await new Promise(setImmediate);
    }
  };
  const talks = [chatter(), talkOfBob(), talkOfAnn()];

  const { wire } = ann.client;
  for (let count = 0; count < cuts; ++count) {
    const target = wire.length + randomInt(1, 60);
    await wire.find(() => wire.length >= target, "traffic", { from: wire.length });
    ann.client.cut();
  }
  isOver = true;
  await Promise.all(talks);
  const lastWord = `${ann.postCount}`;
  for (const seat of [ann, bob]) {
    await seat.hears("chat:msg", ({ from_id, text }) => from_id === annId && text === lastWord);
  }
  await ann.hears("chat:msg", ({ from_id, text }) => (
    from_id === bob.selfId && text === `${bobCount}`));

  const numbers = (count) => Array.from({ length: count }, (_, n) => `${n + 1}`);
  const said = (listener, from, mark = 0) => listener.payloadsOf("chat:msg", mark)
    .filter(({ from_id }) => from_id === from).map(({ text }) => text);
  assert.deepEqual(said(bob, annId), numbers(ann.postCount), "Ann to Bob");
  assert.deepEqual(said(ann, annId), numbers(ann.postCount), "Ann to herself");
  assert.deepEqual(said(ann, bob.selfId), numbers(bobCount), "Bob to Ann");
  assert.deepEqual(ann.payloadsOf("signal:offer").map(({ sdp }) => sdp), numbers(bobCount));
  assertUnnoticed(bob, annId, bobMark);
  for (const { response } of ann.replies.since(1)) {
    assert.deepEqual([response.self_id, response.resumed, response.replay],
                     [annId, true, "complete"]);
  }
  t.diagnostic(`${ann.replies.length - 1} resumes, ${ann.postCount} and ${bobCount} words`);
}, { timeout: 150_000 });

withEachStockClient("the latest socket wins, and the older one gets phx_close",
                    async (t, phoenix) => {
  const room = newRoom();
  const { seat: ann } = await enterResumable(t, phoenix, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  await ann.sees(ann, bob);
  const mark = bob.heard.length;

  const second = new ResumableSeat(new Client(t, phoenix, server), room, "Ann");
  second.token = ann.token;
  second.lastSeq = ann.lastSeq;
  const response = await second.enter();
  assert.deepEqual([response.self_id, response.resumed], [ann.selfId, true]);
  const { frame: closed } = await ann.client.wire.find(
    ({ by, frame }) => by === "server" && frame[3] === "phx_close", "phx_close");
  const joinRef = ann.client.wire.since().find(({ frame }) => frame[3] === "phx_join").frame[0];
  assert.deepEqual(closed, [joinRef, joinRef, ann.topic, "phx_close", {}]);
  assert.equal(ann.channel.state, "closed");

  bob.push("signal:offer", { to_id: second.selfId, sdp: "v=0" });
  await second.hears("signal:offer");
  await fence(second, second, bob);
  assert.deepEqual(ann.payloadsOf("signal:offer"), []);
  assertUnnoticed(bob, second.selfId, mark);
  assert.deepEqual(bob.roster, [second.selfId, bob.selfId].sort(), "exactly one seat");
  ann.client.hangUp();
  await fence(second, second, bob);
  assertUnnoticed(bob, second.selfId, mark);
});

/// Signs the claims of `token` anew: what only time, or a thief of the secret, can
/// make. The layout is that of protocol/session/resume_token.cpp.
function resigned(token, { expiresAt, secret = readFileSync(server.secret) }) {
  const claims = Buffer.from(token, "base64url").subarray(0, -32);
  if (expiresAt !== undefined) claims.writeBigUInt64BE(BigInt(expiresAt), 1 + 4 + 8);
  const signature = createHmac("sha256", secret).update(claims).digest();
  return Buffer.concat([claims, signature]).toString("base64url");
}

withEachStockClient("a token that is no good joins anew", async (t, phoenix) => {
  const room = newRoom();
  const { seat: ann } = await enterResumable(t, phoenix, room, "Ann");
  const { seat: foreign } = await enterResumable(t, phoenix, newRoom(), "Foreign");
  const { token } = ann;
  const middle = Math.floor(token.length / 2);
  const flipped = token[middle] === "A" ? "B" : "A";
  const bad = {
    "a forged one": token.slice(0, middle) + flipped + token.slice(middle + 1),
    "one signed with another secret": resigned(token, { secret: Buffer.alloc(32) }),
    "one of another signature": token.slice(0, -8) + token.slice(-4) + token.slice(-8, -4),
    "a cut one": token.slice(0, -1),
    "a longer one": `${token}AAAA`,
    "another room's": foreign.token,
    "no token at all": "hello",
    "an endless one": "A".repeat(10_000),
  };
  const mark = ann.heard.length;
  for (const [name, badToken] of Object.entries(bad)) {
    const seat = new ResumableSeat(new Client(t, phoenix, server), room, name);
    seat.token = badToken;
    const response = await seat.enter();
    assert.deepEqual([response.resumed, response.received, response.replay],
                     [false, 0, "complete"], name);
    assert.ok(![ann.selfId, foreign.selfId].includes(response.self_id), name);
    await ann.sees(ann, seat);
    seat.leave();
    await ann.sees(ann);
  }
  await fence(ann, ann);
  assertUnnoticed(ann, ann.selfId, mark);
});

withEachStockClient("a token is good for its own room alone, even if another is younger",
                    async (t, phoenix) => {
  const { seat: ann } = await enterResumable(t, phoenix, newRoom(), "Ann");
  const elsewhere = new ResumableSeat(new Client(t, phoenix, server), newRoom(), "Ann");
  elsewhere.token = ann.token;
  const response = await elsewhere.enter();
  assert.deepEqual([response.resumed, response.replay], [false, "complete"]);
  assert.notEqual(response.self_id, ann.selfId);
});

withEachStockClient("an expired token joins anew", async (t, phoenix) => {
  const room = newRoom();
  const { seat: ann } = await enterResumable(t, phoenix, room, "Ann");
  const annId = ann.selfId;
  const join = async (expiresAt) => {
    const seat = new ResumableSeat(new Client(t, phoenix, server), room, "Ann");
    seat.token = resigned(ann.token, { expiresAt });
    return seat.enter();
  };
  const expired = await join(Date.now() - 1);
  assert.equal(expired.resumed, false);
  assert.notEqual(expired.self_id, annId);
  const valid = await join(Date.now() + 60_000);
  assert.deepEqual([valid.resumed, valid.self_id], [true, annId]);
});

withEachStockClient("each token is good until its successor was used", async (t, phoenix) => {
  const room = newRoom();
  const { seat: ann } = await enterResumable(t, phoenix, room, "Ann");
  const annId = ann.selfId;
  const join = async (token) => {
    const seat = new ResumableSeat(new Client(t, phoenix, server), room, "Ann");
    seat.token = token;
    return seat.enter();
  };
  const first = ann.token;
  const { resume_token: second, self_id } = await join(first);
  assert.equal(self_id, annId);
  const again = await join(first);
  assert.deepEqual([again.self_id, again.resumed], [annId, true]);
  const renewed = await join(second);
  assert.deepEqual([renewed.self_id, renewed.resumed], [annId, true]);
  const late = await join(first);
  assert.equal(late.resumed, false);
  assert.notEqual(late.self_id, annId);
});

withEachStockClient("a leave voids the token", async (t, phoenix) => {
  const room = newRoom();
  const bob = await enter(t, phoenix, server, room, "Bob");
  const { seat: ann } = await enterResumable(t, phoenix, room, "Ann");
  await bob.sees(ann, bob);
  const formerId = ann.selfId;
  ann.leave();
  await bob.sees(bob);
  const again = new ResumableSeat(ann.client, room, "Ann");
  again.token = ann.token;
  const response = await again.enter();
  assert.equal(response.resumed, false);
  assert.notEqual(response.self_id, formerId);
});

withEachStockClient("a suspended seat counts, and is found again", async (t, phoenix) => {
  const room = newRoom();
  const { seat: ann } = await enterResumable(t, phoenix, room, "Ann");
  const others = [];
  for (let count = 0; count < 5; ++count) {
    others.push(await enter(t, phoenix, server, room, `p${count}`));
  }
  ann.client.goOffline();
  await ann.client.closes.find(() => true, "close");
  const seventh = new Client(t, phoenix, server).seat(room, { display_name: "seventh" });
  const { response: refusal } = await seventh.join();
  assert.equal(refusal.error, "capacity");
  seventh.leave();
  ann.client.goOnline();
  assert.equal((await ann.admission(1)).resumed, true);
  await ann.sees(ann, ...others);
});

withEachStockClient("who missed more than the log holds is told so", async (t, phoenix) => {
  const room = newRoom();
  const { seat: ann } = await enterResumable(t, phoenix, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  ann.client.goOffline();
  await ann.client.closes.find(() => true, "close");
  const sdp = sdpOf(mebibyte);
  for (let count = 0; count < 6; ++count) {
    bob.push("signal:offer", { to_id: ann.selfId, sdp });
  }
  await bob.say("chat:msg", { text: "the latest is kept" });
  ann.client.goOnline();
  const response = await ann.admission(1);
  assert.deepEqual([response.resumed, response.replay], [true, "truncated"]);
  await ann.hears("chat:msg", ({ text }) => text === "the latest is kept");
  assert.ok(ann.payloadsOf("signal:offer").length < 6);
  await fence(bob, ann);
});

stopAtTheEnd(server);
