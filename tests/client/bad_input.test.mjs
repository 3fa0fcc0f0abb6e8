// Input that no client of good will sends. Each gets its documented answer or
// close code, while a call in the same room does not notice.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { RawConnection } from "./raw.mjs";
import { startServer, stopAtTheEnd } from "./server.mjs";
import { enter, fence, newRoom, withEachStockClient } from "./stock.mjs";

const server = await startServer();

const messageBytesMax = 2 * 1024 * 1024 + 64 * 1024;
const ok = { status: "ok", response: {} };

/// Two bystanders in a room, and in the same room a raw connection that is
/// about to misbehave; it has joined a second topic, too.
async function scene(t, phoenix) {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  const raw = await RawConnection.open(t, server);
  const { self_id: rawId } = await raw.enter(ann.topic, "1", { display_name: "raw" });
  const other = `room:${newRoom()}`;
  await raw.enter(other, "2");
  await ann.sees(ann, bob, rawId);
  return { ann, bob, raw, rawId, other };
}

async function assertBystandersGoOn({ ann, bob }) {
  await fence(ann, ann, bob);
  await fence(bob, ann, bob);
  assert.equal(ann.client.closes.length + bob.client.closes.length, 0);
  assert.ok(server.isRunning);
}

async function assertTopicsGoOn({ raw, ann, other }) {
  for (const [joinRef, topic] of [["1", ann.topic], ["2", other]]) {
    assert.deepEqual(await raw.ask(joinRef, topic, "chat:msg", { text: "still here" }), ok);
  }
  await raw.beats();
}

const topic = "room:x";
const malformed = {
  "no JSON": "hello",
  "nothing": "",
  "half a frame": `["1","1","${topic}","phx_join",{"display_name":`,
  "two frames in one": `[null,"1","phoenix","heartbeat",{}][null,"2","phoenix","heartbeat",{}]`,
  "an array of four": `[null,"1","phoenix","heartbeat"]`,
  "an empty array": "[]",
  "an object": `{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"}`,
  "a string": `"phoenix"`,
  "null": "null",
  "a topic of another type": `["1","1",5,"phx_join",{}]`,
  "an event of another type": `["1","1","${topic}",{},{}]`,
  "a ref of another type": `["1",["1"],"${topic}","phx_join",{}]`,
  "a join_ref of another type": `[{},"1","${topic}","phx_join",{}]`,
  "a ref that is a fraction": `["1",1.5,"${topic}","phx_join",{}]`,
  "a ref that is true": `[null,true,"phoenix","heartbeat",{}]`,
  "a ref without end": `[null,"${"1".repeat(65)}","phoenix","heartbeat",{}]`,
  "a topic without end": `["1","1","room:${"x".repeat(300)}","phx_join",{}]`,
  "an event without end": `["1","1","${topic}","${"x".repeat(65)}",{}]`,
  "100,000 nested arrays": "[".repeat(100_000),
  "100,000 nested arrays, closed": "[".repeat(100_000) + "]".repeat(100_000),
  "deep nesting within a payload":
    `["1","1","${topic}","phx_join",{"a":${"[".repeat(1000)}${"]".repeat(1000)}}]`,
  "deep nesting of objects":
    `["1","1","${topic}","phx_join",${"{\"a\":".repeat(1000)}1${"}".repeat(1000)}]`,
  "a comment": `[null,"1","phoenix","heartbeat",{}/*x*/]`,
  "a trailing comma": `[null,"1","phoenix","heartbeat",{},]`,
  "single quotes": `[null,'1','phoenix','heartbeat',{}]`,
  "NaN": `["1","1","${topic}","phx_join",{"a":NaN}]`,
  "a raw line end within a string": `[null,"1","phoenix","heart\nbeat",{}]`,
};

withEachStockClient("malformed text closes with 1007, and only that connection",
                    async (t, phoenix) => {
  const bystanders = await scene(t, phoenix);
  for (const [name, text] of Object.entries(malformed)) {
    const raw = await RawConnection.open(t, server);
    const { self_id: id } = await raw.enter(bystanders.ann.topic, "1");
    raw.sendText(text);
    assert.equal(await raw.closeCode(), 1007, name);
    await bystanders.ann.hears("presence_diff", ({ leaves }) => id in leaves);
  }
  await assertTopicsGoOn(bystanders);
  await assertBystandersGoOn(bystanders);
});

withEachStockClient("invalid UTF-8 closes with 1007", async (t, phoenix) => {
  const bystanders = await scene(t, phoenix);
  const sequences = {
    "a lone continuation": [0x80],
    "an overlong slash": [0xc0, 0xaf],
    "a surrogate": [0xed, 0xa0, 0x80],
    "beyond the last code point": [0xf4, 0x90, 0x80, 0x80],
    "a cut sequence": [0xe2, 0x82],
  };
  for (const [name, bytes] of Object.entries(sequences)) {
    const raw = await RawConnection.open(t, server);
    await raw.enter(bystanders.ann.topic, "1");
    raw.sendText(Buffer.concat([
      Buffer.from(`["1","2","${bystanders.ann.topic}","chat:msg",{"text":"`),
      Buffer.from(bytes), Buffer.from(`"}]`)]));
    assert.equal(await raw.closeCode(), 1007, name);
  }
  await assertBystandersGoOn(bystanders);
});

withEachStockClient("binary noise closes with 1003", async (t, phoenix) => {
  const bystanders = await scene(t, phoenix);
  for (const bytes of [Buffer.alloc(0), randomBytes(1), randomBytes(1000), randomBytes(65_536)]) {
    const raw = await RawConnection.open(t, server);
    await raw.enter(bystanders.ann.topic, "1");
    raw.sendBinary(bytes);
    assert.equal(await raw.closeCode(), 1003, `${bytes.length} bytes`);
  }
  await assertBystandersGoOn(bystanders);
});

withEachStockClient("noise instead of WebSocket frames hurts nobody", async (t, phoenix) => {
  const bystanders = await scene(t, phoenix);
  for (const size of [2, 64, 4096]) {
    const raw = await RawConnection.open(t, server);
    await raw.enter(bystanders.ann.topic, "1");
    // Reserved bits set: no frame that RFC 6455 knows.
    raw.socket._socket.write(Buffer.concat([Buffer.from([0xff, 0xff]), randomBytes(size)]));
    raw.socket._socket.end();
    await raw.closeCode();
  }
  await assertBystandersGoOn(bystanders);
});

withEachStockClient("the largest message is answered, one byte more closes with 1009",
                    async (t, phoenix) => {
  const stage = await scene(t, phoenix);
  const { raw, ann, rawId } = stage;
  const frameOf = (bytes) => {
    const frame = (sdp) => JSON.stringify(
      ["1", `${bytes}`, ann.topic, "signal:offer", { to_id: rawId, sdp }]);
    return frame("x".repeat(bytes - Buffer.byteLength(frame(""))));
  };
  raw.sendText(frameOf(messageBytesMax));
  const { status, response } = await raw.reply(`${messageBytesMax}`);
  assert.equal(status, "error");
  assert.equal(response.error, "invalid_payload");
  await assertTopicsGoOn(stage);

  // In fragments it is the whole that counts.
  const whole = frameOf(messageBytesMax - 1);
  const third = Math.ceil(whole.length / 3);
  raw.socket.send(whole.slice(0, third), { fin: false });
  raw.socket.send(whole.slice(third, 2 * third), { fin: false });
  raw.socket.send(whole.slice(2 * third), { fin: true });
  assert.equal((await raw.reply(`${messageBytesMax - 1}`)).status, "error");

  raw.sendText(frameOf(messageBytesMax + 1));
  assert.equal(await raw.closeCode(), 1009);
  await assertBystandersGoOn(stage);
});

withEachStockClient("a payload that is no object is refused", async (t, phoenix) => {
  const stage = await scene(t, phoenix);
  const { raw, ann } = stage;
  for (const payload of [null, 5, "text", [], true]) {
    const { status, response } = await raw.ask("1", ann.topic, "chat:msg", payload);
    assert.equal(status, "error");
    assert.equal(response.error, "invalid_payload");
    assert.equal(response.event, "chat:msg");
  }
  const joined = await raw.join(`room:${newRoom()}`, "9", []);
  assert.equal(joined.status, "error");
  assert.equal(joined.response.error, "invalid_payload");
  await assertTopicsGoOn(stage);
  await assertBystandersGoOn(stage);
});

withEachStockClient("more than five elements do no harm", async (t, phoenix) => {
  const stage = await scene(t, phoenix);
  stage.raw.send([null, "77", "phoenix", "heartbeat", {}, "more", { and: ["more"] }]);
  assert.deepEqual(await stage.raw.reply("77"), ok);
  await assertTopicsGoOn(stage);
});

withEachStockClient("a forged sender is not believed", async (t, phoenix) => {
  const { ann, bob, raw, rawId } = await scene(t, phoenix);
  const forged = { from_id: bob.selfId, self_id: bob.selfId };
  raw.send(["1", null, ann.topic, "signal:offer", { ...forged, to_id: ann.selfId, sdp: "x" }]);
  assert.equal((await ann.hears("signal:offer")).from_id, rawId);
  await raw.ask("1", ann.topic, "chat:msg", { ...forged, text: "x" });
  assert.equal((await ann.hears("chat:msg")).from_id, rawId);
});

withEachStockClient("unknown topics, stale refs and hasty leaves do no harm",
                    async (t, phoenix) => {
  const stage = await scene(t, phoenix);
  const { raw, ann, bob, rawId } = stage;
  for (const unknown of ["room", "lobby", "rooms:x", "", "phoenix", "\u0000"]) {
    const { status } = await raw.ask(null, unknown, "chat:msg", { text: "x" });
    assert.equal(status, "error", unknown);
  }
  raw.send(["0", raw.newRef(), ann.topic, "chat:msg", { text: "stale" }]);
  raw.send(["0", raw.newRef(), ann.topic, "phx_leave", {}]);
  for (let round = 0; round < 10; ++round) {
    const hasty = `room:${newRoom()}`;
    raw.send([`h${round}`, `h${round}`, hasty, "phx_join", { display_name: "x" }]);
    assert.deepEqual(await raw.ask(`h${round}`, hasty, "phx_leave", {}), ok);
  }
  await assertTopicsGoOn(stage);
  await assertBystandersGoOn(stage);
  await ann.sees(ann, bob, rawId);
  assert.ok(!ann.payloadsOf("chat:msg").some(({ text }) => text === "stale"));
});

withEachStockClient("duplicate keys and empty names do no harm", async (t, phoenix) => {
  const stage = await scene(t, phoenix);
  const { raw, ann } = stage;
  raw.sendText(`["1","70","${ann.topic}","chat:msg",{"text":"a","text":"b","":1}]`);
  await raw.reply("70");
  raw.sendText(`["1","71","${ann.topic}","chat:msg",{"__proto__":{"text":"x"}}]`);
  assert.equal((await raw.reply("71")).status, "error");
  await assertTopicsGoOn(stage);
  await assertBystandersGoOn(stage);
});

stopAtTheEnd(server);
