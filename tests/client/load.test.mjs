// Much at once: floods, many topics, and a reader that does not read.
import assert from "node:assert/strict";
import { RawConnection } from "./raw.mjs";
import { mebibyte, sdpOf } from "./sdp.mjs";
import { startServer, stopAtTheEnd } from "./server.mjs";
import { Client, enter, fence, newRoom, withEachStockClient } from "./stock.mjs";
import { within } from "./transcript.mjs";

const server = await startServer();

/// Keeps 200 pushes unanswered until told to stop; resolves with their count.
function flood(raw, topic, joinRef) {
  const windowSize = 200;
  let sent = 0;
  let answered = 0;
  let stopped = false;
  const push = () => {
    raw.socket.send(JSON.stringify(
      [joinRef, `flood ${++sent}`, topic, "chat:msg", { text: `flood ${sent}` }]));
  };
  const done = new Promise((resolve) => {
    raw.socket.on("message", (data) => {
      const [, ref, , event] = JSON.parse(data);
      if (event !== "phx_reply" || !String(ref).startsWith("flood")) return;
      ++answered;
      if (!stopped) push();
      else if (answered === sent) resolve(sent);
    });
  });
  for (let count = 0; count < windowSize; ++count) push();
  return () => {
    stopped = true;
    return within(done, "end of the flood");
  };
}

withEachStockClient("5 heartbeats are answered while the room is flooded",
                    async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const raw = await RawConnection.open(t, server);
  await raw.enter(ann.topic, "1");
  const stop = flood(raw, ann.topic, "1");
  for (let count = 0; count < 20; ++count) {
    // The client itself would wait for 30 s.
    await within(new Promise((resolve) => ann.client.socket.ping(resolve)), "pong", 3000);
    await within(raw.beats(), "pong to the flooder itself", 3000);
  }
  const sent = await stop();
  await fence(ann, ann);
  const heard = ann.payloadsOf("chat:msg").map(({ text }) => text).slice(0, -1);
  assert.deepEqual(heard, Array.from({ length: sent }, (_, n) => `flood ${n + 1}`));
});

withEachStockClient("a flood in one burst is parked, not lost, and heartbeats pass it",
                    async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  const count = 2000;
  const answers = [];
  for (let number = 0; number < count; ++number) {
    answers.push(ann.push("chat:msg", { text: `${number}` }));
  }
  await within(new Promise((resolve) => ann.client.socket.ping(resolve)), "pong");
  for (const { status } of await Promise.all(answers)) assert.equal(status, "ok");
  await fence(ann, bob);
  const heard = bob.payloadsOf("chat:msg").map(({ text }) => text).slice(0, -1);
  assert.deepEqual(heard, Array.from({ length: count }, (_, number) => `${number}`));
});

withEachStockClient("22 a socket carries a hundred channels, and refuses one more",
                    async (t, phoenix) => {
  const client = new Client(t, phoenix, server);
  const seats = [];
  for (let count = 0; count < 100; ++count) {
    seats.push(client.seat(newRoom("many"), { display_name: "Ann" }));
  }
  await Promise.all(seats.map((seat) => seat.enter()));
  const surplus = client.seat(newRoom("many"), { display_name: "Ann" });
  const { status, response } = await surplus.join();
  assert.equal(status, "error");
  assert.equal(response.reason, "too many channels joined");
  surplus.leave();
  await Promise.all(seats.map((seat) => fence(seat, seat)));

  seats.pop().leave();
  const next = client.seat(newRoom("many"), { display_name: "Ann" });
  await next.enter();
  await fence(next, next);
});

withEachStockClient("who does not read is thrown out, and nobody else notices",
                    async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  const raw = await RawConnection.open(t, server);
  const { self_id: slowId } = await raw.enter(ann.topic, "1", { display_name: "slow" });
  await ann.sees(ann, bob, slowId);
  raw.socket.pause();

  // More than its outbox and the kernel's buffers hold together.
  const sdp = sdpOf(mebibyte);
  const startedAt = Date.now();
  for (let count = 0; count < 20; ++count) {
    ann.push("signal:offer", { to_id: slowId, sdp });
    await fence(ann, ann, bob);
  }
  raw.socket.resume();
  const code = await raw.closeCode();
  // The server does not wait for a reader for more than five seconds.
  const isInTime = Date.now() - startedAt < 5000;
  assert.ok(code === 1013 || (code === 1006 && !isInTime), `close code ${code}`);
  await ann.sees(ann, bob);
  await bob.sees(ann, bob);
  await fence(bob, ann, bob);
  assert.equal(ann.client.closes.length + bob.client.closes.length, 0);
});

withEachStockClient("a burst of the largest messages arrives whole", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  const count = 4; // What an outbox holds, even if nothing is read meanwhile.
  const sdp = sdpOf(mebibyte);
  for (let number = 0; number < count; ++number) {
    ann.send("signal:offer", { to_id: bob.selfId, sdp });
  }
  await fence(ann, ann, bob);
  const offers = bob.payloadsOf("signal:offer");
  assert.equal(offers.length, count);
  assert.ok(offers.every((offer) => offer.sdp === sdp));
});

stopAtTheEnd(server);
