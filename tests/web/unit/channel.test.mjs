// The stay in a room: joining, being heard, resuming, and being refused.
import assert from "node:assert/strict";
import test from "node:test";
import { settle, useFakeClock } from "./fake_clock.mjs";
import { bobId, ScriptedServer, selfId } from "./scripted_server.mjs";

const media = {
  audioMuted: true,
  videoEnabled: false,
  screensharing: false,
  devices: { audio: "mic-1", video: "" },
};
const offer = (sdp) => ({ kind: "offer", sdp });

test("a join opts in to resume and tells who and with what", async (t) => {
  const server = new ScriptedServer(t);
  await server.enter();
  assert.deepEqual(server.payloads("phx_join"), [
    {
      room_id: "lounge",
      display_name: "Ann",
      device_info: { audio_device_id: "mic-1" },
      resume: "",
      last_seq: 0,
    },
  ]);
  assert.deepEqual(server.heard("joined"), [
    {
      selfId,
      capacity: 6,
      iceServers: [],
      isSameSeat: false,
      isComplete: true,
      isForgotten: false,
    },
  ]);
  assert.deepEqual(
    [...server.heard("roster")[0]],
    [
      [
        selfId,
        {
          displayName: "Ann",
          audioMuted: false,
          videoEnabled: true,
          screensharing: false,
        },
      ],
      [
        bobId,
        {
          displayName: "Bob",
          audioMuted: false,
          videoEnabled: true,
          screensharing: false,
        },
      ],
    ],
  );
});

test("what is said looks as the seed has it", async (t) => {
  const server = new ScriptedServer(t);
  await server.enter();
  server.channel.signal(bobId, offer("v=0"));
  server.channel.signal(bobId, { kind: "answer", sdp: "v=1" });
  server.channel.signal(bobId, {
    kind: "ice",
    candidate: "candidate:1",
    sdpMid: "0",
    sdpMLineIndex: 0,
    isLast: false,
  });
  server.channel.updateMedia(media);
  server.channel.say("hello");
  assert.deepEqual(
    server.frames.slice(-5).map(([, , , event, payload]) => [event, payload]),
    [
      ["signal:offer", { to_id: bobId, sdp: "v=0" }],
      ["signal:answer", { to_id: bobId, sdp: "v=1" }],
      [
        "signal:ice",
        {
          to_id: bobId,
          candidate: "candidate:1",
          sdpMid: "0",
          sdpMLineIndex: 0,
          end_of_candidates: false,
        },
      ],
      [
        "media:update",
        {
          audio_muted: true,
          video_enabled: false,
          screensharing: false,
          device_info: { audio_device_id: "mic-1" },
        },
      ],
      ["chat:msg", { text: "hello" }],
    ],
  );
});

test("chat is shown as it was typed", async (t) => {
  const server = new ScriptedServer(t);
  await server.enter();
  await server.say(null, "chat:msg", {
    from_id: bobId,
    display_name: "Bob",
    text: "&lt;b&gt; &amp;amp; &#39;&quot;",
    ts: 5,
    seq: 11,
  });
  assert.deepEqual(server.heard("chat"), [
    { fromId: bobId, displayName: "Bob", text: "<b> &amp; '\"", ts: 5 },
  ]);
});

test("what is said before the join waits for it", async (t) => {
  const server = new ScriptedServer(t);
  const said = server.channel.say("early");
  server.channel.join();
  await server.open();
  assert.deepEqual(server.payloads("chat:msg"), []);
  await server.admit();
  assert.deepEqual(server.payloads("chat:msg"), [{ text: "early" }]);
  await server.answer("chat:msg");
  assert.deepEqual(await said, { ok: true, response: {} });
});

test("a resume names the token and the last number, and sends what was not received", async (t) => {
  const server = new ScriptedServer(t);
  await server.enter();
  const first = server.channel.say("first");
  await server.answer("chat:msg");
  await first;
  server.channel.signal(bobId, offer("taken"));
  server.channel.signal(bobId, offer("lost"));
  const lost = server.channel.say("lost too");
  await server.say(null, "chat:msg", {
    from_id: bobId,
    display_name: "Bob",
    text: "hi",
    ts: 1,
    seq: 42,
  });
  await server.cut();
  server.channel.signal(bobId, offer("while away"));
  await server.open();
  const [{ resume, last_seq }] = server.payloads("phx_join");
  assert.deepEqual([resume, last_seq], ["token-1", 42]);
  await server.admit({ resumed: true, received: 2, seq: 50 });
  assert.deepEqual(
    server.frames
      .slice(1)
      .map(([, , , event, payload]) => [event, payload.sdp ?? payload.text]),
    [
      ["signal:offer", "lost"],
      ["chat:msg", "lost too"],
      ["signal:offer", "while away"],
    ],
  );
  assert.deepEqual(server.heard("joined")[1].isSameSeat, true);
  await server.answer("chat:msg");
  assert.equal((await lost).ok, true);

  // The number of a resumed join is not ours: what we missed is still to come.
  await server.cut();
  await server.open();
  assert.equal(server.payloads("phx_join")[0].last_seq, 42);
});

test("an answer that was lost counts as given once the room has the push", async (t) => {
  const server = new ScriptedServer(t);
  await server.enter();
  const said = server.channel.say("taken, unanswered");
  await server.cut();
  await server.open();
  await server.admit({ resumed: true, received: 1 });
  assert.equal((await said).ok, true);
  assert.deepEqual(server.payloads("chat:msg"), []);
});

test("refused pushes count, too", async (t) => {
  const server = new ScriptedServer(t);
  await server.enter();
  server.channel.signal(bobId, offer("refused"));
  await server.answer("signal:offer", { error: "unknown_peer", to_id: bobId }, "error");
  assert.deepEqual(server.heard("refused"), [{ error: "unknown_peer", to_id: bobId }]);
  server.channel.signal(bobId, offer("second"));
  await server.cut();
  await server.open();
  await server.admit({ resumed: true, received: 1 });
  assert.deepEqual(
    server.payloads("signal:offer").map(({ sdp }) => sdp),
    ["second"],
  );
});

test("after a restart counting begins anew; chat is said again, signals are not", async (t) => {
  const server = new ScriptedServer(t);
  await server.enter();
  server.channel.signal(bobId, offer("old"));
  const said = server.channel.say("still to be said");
  await server.cut();
  await server.open();
  await server.admit({ resumed: true, replay: "lost", received: 0, seq: 0 });
  const { isSameSeat, isForgotten, isComplete } = server.heard("joined")[1];
  assert.deepEqual([isSameSeat, isForgotten, isComplete], [true, true, false]);
  assert.deepEqual(server.payloads("signal:offer"), []);
  server.channel.say("behind it");
  assert.deepEqual(server.payloads("chat:msg"), [], "nobody would hear it yet");
  server.channel.release();
  assert.deepEqual(server.payloads("chat:msg"), [
    { text: "still to be said" },
    { text: "behind it" },
  ]);
  await server.answer("chat:msg");
  await server.cut();
  await server.open();
  assert.equal(server.payloads("phx_join")[0].last_seq, 0);
  await server.admit({ resumed: true, received: 2 });
  assert.deepEqual(server.payloads("chat:msg"), []);
  assert.equal((await said).ok, true);
});

test("who is waited for is not waited for without end", async (t) => {
  const clock = useFakeClock(t);
  const server = new ScriptedServer(t);
  await server.enter();
  server.channel.say("kept");
  server.socket.readyState = 3;
  server.socket.onclose({ code: 1006, wasClean: false });
  await clock.advance(1);
  await server.open();
  await server.admit({ resumed: true, replay: "lost", received: 0, seq: 0 });
  await clock.advance(7999);
  assert.deepEqual(server.payloads("chat:msg"), []);
  await clock.advance(1);
  assert.deepEqual(server.payloads("chat:msg"), [{ text: "kept" }]);
});

test("a join that does not resume is a new seat", async (t) => {
  const server = new ScriptedServer(t);
  await server.enter();
  await server.cut();
  await server.open();
  await server.admit({ self_id: bobId, resumed: false, seq: 7 });
  assert.equal(server.heard("joined")[1].isSameSeat, false);
  await server.cut();
  await server.open();
  assert.equal(server.payloads("phx_join")[0].last_seq, 7);
});

for (const error of ["capacity", "invalid_payload"]) {
  test(`${error} ends it, without another try`, async (t) => {
    const server = new ScriptedServer(t);
    server.channel.join();
    await server.open();
    await server.answer("phx_join", { error, limit: 6 }, "error");
    assert.deepEqual(server.heard("ended"), [
      { why: error, refusal: { error, limit: 6 } },
    ]);
    await new Promise((go) => setTimeout(go, 30));
    assert.equal(server.sockets.length, 1);
    assert.equal(server.sent("phx_join").length, 1);
    assert.deepEqual(server.frames.at(-1)[0], "closed");
  });
}

test("who is not let in just now tries again", async (t) => {
  const server = new ScriptedServer(t);
  server.channel.join();
  await server.open();
  await server.answer("phx_join", { error: "unavailable", retry_after_ms: 1 }, "error");
  while (server.sent("phx_join").length < 2) await new Promise((go) => setTimeout(go, 1));
  await server.admit();
  assert.equal(server.channel.status, "joined");
});

test("phx_close ends it, phx_error does not", async (t) => {
  const server = new ScriptedServer(t);
  const joinRef = await server.enter();
  await server.say(joinRef, "phx_error", {}, joinRef);
  assert.equal(server.channel.status, "reconnecting");
  while (server.sent("phx_join").length < 2) await new Promise((go) => setTimeout(go, 1));
  const [next] = server.sent("phx_join").at(-1);
  await server.admit({ resumed: true });
  await server.say(next, "phx_close", {}, next);
  assert.deepEqual(server.heard("ended"), [{ why: "closed" }]);
});

test("a page that goes away leaves first, and hangs up then", async (t) => {
  const server = new ScriptedServer(t);
  await server.enter();
  server.page.dispatchEvent(new Event("pagehide"));
  const last = server.frames.slice(-2).map((frame) => frame[3] ?? frame[0]);
  assert.deepEqual(last, ["phx_leave", "closed"]);
  assert.deepEqual(server.heard("ended"), [{ why: "left" }]);
});

test("after the end nothing is said, and whoever waits is told", async (t) => {
  const server = new ScriptedServer(t);
  await server.enter();
  const waiting = server.channel.say("never answered");
  server.channel.leave();
  const late = server.channel.say("too late");
  assert.deepEqual([(await waiting).ok, (await late).ok], [false, false]);
  server.channel.signal(bobId, offer("too late"));
  await settle();
  assert.deepEqual(server.heard("refused"), []);
});

test("a connection that does not answer is replaced when somebody asks", async (t) => {
  const clock = useFakeClock(t);
  const server = new ScriptedServer(t);
  await server.enter();
  const pong = () => {
    const [, ref] = server.sent("heartbeat").at(-1);
    const frame = [null, ref, "phoenix", "phx_reply", { status: "ok", response: {} }];
    server.socket.onmessage({ data: JSON.stringify(frame) });
  };
  server.channel.check();
  await clock.advance(3000);
  pong();
  await clock.advance(3000);
  assert.equal(server.sockets.length, 1);

  server.channel.check();
  await clock.advance(3999);
  assert.equal(server.sockets.length, 1);
  await clock.advance(1);
  assert.equal(server.sockets.length, 2);
  assert.equal(server.channel.status, "reconnecting");
  await server.open();
  await server.admit({ resumed: true });
  assert.equal(server.channel.status, "joined");
});
