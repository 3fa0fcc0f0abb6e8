// Negotiation between two: who offers, what happens when both do, and what is
// done with words that come too early or too late.
import assert from "node:assert/strict";
import test from "node:test";
import { settle } from "./fake_clock.mjs";
import { connectedPair, converse, End, track } from "./pair.mjs";

const ice = (candidate) => ({
  kind: "ice",
  candidate,
  sdpMid: "0",
  sdpMLineIndex: 0,
  isLast: !candidate,
});

const both = (a, b) => [a.connection.signalingState, b.connection.signalingState];

test("the smaller id offers, the larger one answers both ways", async (t) => {
  const [smaller, larger] = await connectedPair(t);
  assert.deepEqual(larger.heard, ["offer"]);
  assert.deepEqual(smaller.heard, ["answer"]);
  for (const end of [smaller, larger]) {
    assert.equal(end.link.state, "connected");
    const sent = end.connection
      .getTransceivers()
      .map(({ direction, sender }) => [direction, sender.track.kind]);
    assert.deepEqual(sent, [
      ["sendrecv", "audio"],
      ["sendrecv", "video"],
    ]);
    assert.deepEqual(
      end.link.stream.tracks.map(({ kind }) => kind),
      ["audio", "video"],
    );
  }
});

for (const first of ["the smaller", "the larger"]) {
  test(`both offer at once, and ${first} id's offer arrives first`, async (t) => {
    const [smaller, larger] = await connectedPair(t);
    const before = [smaller.connection.fragment, larger.connection.fragment];
    smaller.link.restart();
    larger.link.restart();
    await settle();
    assert.deepEqual(both(smaller, larger), ["have-local-offer", "have-local-offer"]);
    if (first === "the larger") await larger.deliverTo(smaller);
    else await smaller.deliverTo(larger);
    await converse(smaller, larger);
    assert.deepEqual(both(smaller, larger), ["stable", "stable"]);
    assert.equal(smaller.connections.length + larger.connections.length, 2);
    assert.ok(!smaller.connection.events.includes("rollback"));
    assert.ok(larger.connection.events.includes("rollback"));
    assert.notEqual(smaller.connection.fragment, before[0]);
    assert.notEqual(larger.connection.fragment, before[1]);
  });
}

test("an offer that gave way is made again if it is still needed", async (t) => {
  const [smaller, larger] = await connectedPair(t);
  // Something that the other side's offer does not settle.
  larger.connection.addTransceiver("audio");
  larger.link.restart();
  smaller.connection.addTransceiver("video");
  await converse(smaller, larger);
  assert.deepEqual(both(smaller, larger), ["stable", "stable"]);
  assert.equal(
    smaller.heard.filter((kind) => kind === "offer").length,
    2,
    "once ignored",
  );
});

test("candidates wait for the description to which they belong", async (t) => {
  const [smaller, larger] = [new End(true), new End(false)];
  t.after(() => [smaller, larger].map(({ link }) => link.close()));
  smaller.link.start();
  await settle();
  const mine = `candidate:1 1 udp 1 10.0.0.1 1 typ host ufrag ${smaller.connection.fragment}`;
  const other = "candidate:2 1 udp 1 10.0.0.1 1 typ host ufrag another";
  await larger.link.receive(ice(mine));
  await larger.link.receive(ice(other));
  await larger.link.receive(ice("candidate:3 without a fragment"));
  assert.deepEqual(larger.connection.candidates, []);
  await converse(smaller, larger);
  assert.deepEqual(larger.connection.candidates, [
    mine,
    "candidate:3 without a fragment",
  ]);

  // A restart brings the fragment for which the other one has waited.
  smaller.link.restart();
  await settle();
  const [offer] = smaller.outbox.splice(0);
  const renamed = offer.sdp.replaceAll(/ice-ufrag:\S+/g, "ice-ufrag:another");
  smaller.outbox.push({ kind: "offer", sdp: renamed });
  await smaller.deliverTo(larger);
  assert.equal(larger.connection.candidates.at(-1), other);
});

test("candidates go out with their end, and an end is taken in", async (t) => {
  const [smaller, larger] = await connectedPair(t);
  smaller.connection.gather({ candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 });
  smaller.connection.gather(null);
  assert.deepEqual(smaller.outbox, [
    {
      kind: "ice",
      candidate: "candidate:1",
      sdpMid: "0",
      sdpMLineIndex: 0,
      isLast: false,
    },
    { kind: "ice", candidate: "", sdpMid: null, sdpMLineIndex: null, isLast: true },
  ]);
  await converse(smaller, larger);
  assert.deepEqual(larger.connection.candidates, ["candidate:1", "end"]);
});

test("an answer that nobody waits for is passed over", async (t) => {
  const [smaller, larger] = await connectedPair(t);
  const events = [...smaller.connection.events];
  const { sdp } = larger.connection.localDescription;
  await smaller.link.receive({ kind: "answer", sdp });
  assert.deepEqual(smaller.connection.events, events);
});

test("an answer to an earlier offer is passed over", async (t) => {
  const [smaller, larger] = [new End(true), new End(false)];
  t.after(() => [smaller, larger].map(({ link }) => link.close()));
  smaller.link.start();
  await settle();
  await smaller.deliverTo(larger);
  const [late] = larger.outbox.splice(0);
  await smaller.link.resynchronize();
  await settle();
  assert.deepEqual(smaller.connection.events, ["local offer", "rollback", "local offer"]);
  await smaller.link.receive(late);
  assert.equal(smaller.connection.signalingState, "have-local-offer");
  await converse(smaller, larger);
  assert.deepEqual(both(smaller, larger), ["stable", "stable"]);
});

test("an answer of another client, which does not say to what, is taken", async (t) => {
  const [smaller, larger] = [new End(true), new End(false)];
  t.after(() => [smaller, larger].map(({ link }) => link.close()));
  smaller.link.start();
  await settle();
  await smaller.deliverTo(larger);
  const [answer] = larger.outbox.splice(0);
  const plain = answer.sdp.replace(/^a=x-greenroom-answers.*\r\n/m, "");
  assert.notEqual(plain, answer.sdp);
  await smaller.link.receive({ kind: "answer", sdp: plain });
  assert.equal(smaller.connection.signalingState, "stable");
});

test("renegotiation goes either way, and tracks are replaced without any", async (t) => {
  const [smaller, larger] = await connectedPair(t);
  const screen = track("video");
  await larger.link.setTrack("video", screen);
  await settle();
  assert.deepEqual(larger.outbox, []);
  assert.equal(larger.connection.getTransceivers()[1].sender.track, screen);
  for (const end of [smaller, larger]) {
    end.link.restart();
    await converse(smaller, larger);
    assert.deepEqual(both(smaller, larger), ["stable", "stable"]);
  }
  assert.deepEqual(larger.heard, ["offer", "offer", "answer"]);
  assert.equal(smaller.connections.length + larger.connections.length, 2);
});

test("an offer of another session replaces the connection", async (t) => {
  const [smaller, larger] = await connectedPair(t);
  const anew = new End(true);
  t.after(() => anew.link.close());
  anew.link.start();
  const streamBefore = larger.link.stream;
  await converse(anew, larger);
  assert.equal(larger.connections.length, 2);
  assert.equal(larger.connections[0].connectionState, "closed");
  assert.notEqual(larger.link.stream, streamBefore);
  assert.equal(larger.connection.getTransceivers()[0].sender.track.kind, "audio");
  assert.equal(anew.connection.signalingState, "stable");
  assert.equal(smaller.connections.length, 1);
});

test("an answer of another session makes the offerer begin anew", async (t) => {
  const [smaller] = await connectedPair(t);
  const anew = new End(false);
  t.after(() => anew.link.close());
  smaller.link.restart();
  await converse(smaller, anew);
  assert.equal(smaller.connections.length, 2);
  assert.deepEqual(both(smaller, anew), ["stable", "stable"]);
});

test("limits are set once there is something to limit", async (t) => {
  const [smaller] = await connectedPair(t);
  const limits = {
    audioBitrate: 64_000,
    videoBitrate: 500_000,
    videoFramerate: 20,
    videoScale: 2,
  };
  smaller.link.setLimits(limits);
  await settle();
  const [audio, video] = smaller.connection.getTransceivers();
  assert.deepEqual(audio.sender.parameters.encodings, [{ maxBitrate: 64_000 }]);
  assert.deepEqual(video.sender.parameters.encodings, [
    { maxBitrate: 500_000, maxFramerate: 20, scaleResolutionDownBy: 2 },
  ]);
});
