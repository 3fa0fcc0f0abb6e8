// Text arrives as it was sent, within the limits that the protocol page names.
import assert from "node:assert/strict";
import { RawConnection } from "./raw.mjs";
import { hostCandidate, mebibyte, sdpOf } from "./sdp.mjs";
import { startServer, stopAtTheEnd } from "./server.mjs";
import { Client, enter, fence, newRoom, withEachStockClient } from "./stock.mjs";

const server = await startServer();

function assertInvalid({ status, response }, event, field) {
  assert.equal(status, "error");
  assert.deepEqual(Object.keys(response).sort(), ["error", "event", "reason", "reasons"]);
  assert.equal(response.error, "invalid_payload");
  assert.equal(response.reason, "error:invalid_payload");
  assert.equal(response.event, event);
  assert.ok(response.reasons.length > 0);
  assert.ok(response.reasons.some((reason) => reason.startsWith(field)),
            `${field} in ${response.reasons}`);
}

async function pair(t, phoenix) {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  return [ann, bob];
}

withEachStockClient("chat text is escaped once, and nothing else is", async (t, phoenix) => {
  const room = newRoom();
  const name = "<Ann> & \"Co\"";
  const ann = await enter(t, phoenix, server, room, name);
  const bob = await enter(t, phoenix, server, room, "Bob");
  await ann.say("chat:msg", { text: `<b>"5" & '6'</b> &amp; \\ / \n` });
  const said = await bob.hears("chat:msg");
  assert.equal(
    said.text,
    "&lt;b&gt;&quot;5&quot; &amp; &#39;6&#39;&lt;/b&gt; &amp;amp; \\ / \n");
  assert.equal(said.display_name, name);
  assert.equal(bob.meta(ann.selfId).display_name, name);
});

withEachStockClient("chat text has 1 to 500 code points", async (t, phoenix) => {
  const [ann, bob] = await pair(t, phoenix);
  // Escaping comes after counting, so even 500 ampersands pass.
  for (const text of ["x", "🎭".repeat(500), "é".repeat(500), "&".repeat(500)]) {
    const mark = bob.heard.length;
    await ann.say("chat:msg", { text });
    const said = await bob.hears("chat:msg", () => true, { from: mark });
    assert.equal(said.text, text.replaceAll("&", "&amp;"));
  }
  for (const text of ["", "x".repeat(501), "🎭".repeat(501), "&".repeat(501), 5, null, [],
                      undefined]) {
    assertInvalid(await ann.push("chat:msg", { text }), "chat:msg", "text");
  }
  await fence(ann, ann, bob);
  assert.equal(bob.payloadsOf("chat:msg").length, 5, "four and the fence");
});

withEachStockClient("a display name has 1 to 64 code points", async (t, phoenix) => {
  const room = newRoom();
  const bob = await enter(t, phoenix, server, room, "Bob");
  for (const display_name of ["🎭".repeat(64), "Ann \u0645\u0631\u062d\u0628\u0627"]) {
    const ann = await enter(t, phoenix, server, room, display_name);
    await bob.sees(bob, ann);
    assert.equal(bob.meta(ann.selfId).display_name, display_name);
    ann.leave();
    await bob.sees(bob);
  }
  const client = new Client(t, phoenix, server);
  for (const display_name of ["", "🎭".repeat(65), 5, null, undefined]) {
    const seat = client.seat(room, { display_name });
    assertInvalid(await seat.join(), "phx_join", "display_name");
    seat.leave();
  }
});

withEachStockClient("a room id is 1 to 128 bytes of any visible text", async (t, phoenix) => {
  const odd = [
    "Grüner Raum 🎭", "with spaces  and : colons", "\"quotes\" \\ & <tags>", "日本語",
    "é".repeat(64), "x".repeat(128), "%2F?a=b&c#d",
  ];
  for (const room of odd) {
    const ann = await enter(t, phoenix, server, room, "Ann");
    const bob = await enter(t, phoenix, server, room, "Bob");
    await ann.sees(ann, bob);
    await ann.say("chat:msg", { text: "hello" });
    assert.equal((await bob.hears("chat:msg")).room_id, room);
    bob.leave();
    await ann.sees(ann);
    ann.leave();
  }
  const client = new Client(t, phoenix, server);
  for (const room of ["", "a/b", "x".repeat(129), "é".repeat(65), "a\nb", "a\u0000b", "\u007f"]) {
    const seat = client.seat(room, { display_name: "Ann" });
    const { status, response } = await seat.join();
    assert.equal(status, "error", `room ${JSON.stringify(room)}`);
    assert.equal(response.error, "invalid_payload");
    seat.leave();
  }
});

withEachStockClient("23 an SDP of 1 MiB arrives byte for byte, one byte more is refused",
                    async (t, phoenix) => {
  const [ann, bob] = await pair(t, phoenix);
  const largest = [
    sdpOf(mebibyte),
    "\r\n".repeat(mebibyte / 2),      // Doubles when it is escaped.
    "\u00e9".repeat(mebibyte / 2),    // Bytes count, not characters.
  ];
  for (const [index, sdp] of largest.entries()) {
    assert.equal(Buffer.byteLength(sdp), mebibyte);
    const event = index % 2 === 0 ? "signal:offer" : "signal:answer";
    const mark = bob.heard.length;
    ann.push(event, { to_id: bob.selfId, sdp });
    const heard = await bob.hears(event, () => true, { from: mark });
    assert.ok(heard.sdp === sdp, "byte for byte");
    const refused = await ann.push(event, { to_id: bob.selfId, sdp: `${sdp}x` });
    assertInvalid(refused, event, "sdp");
  }
  await fence(ann, ann, bob);
  assert.equal(ann.client.closes.length, 0);
  assert.equal(bob.heard.since().filter(({ event }) => event.startsWith("signal:")).length, 3);
});

withEachStockClient("a candidate has up to 2 KiB", async (t, phoenix) => {
  const [ann, bob] = await pair(t, phoenix);
  for (const candidate of ["", "c".repeat(2048), "\u00e9".repeat(1024)]) {
    const mark = bob.heard.length;
    ann.push("signal:ice", { ...hostCandidate, to_id: bob.selfId, candidate });
    const heard = await bob.hears("signal:ice", () => true, { from: mark });
    assert.equal(heard.candidate, candidate);
  }
  for (const candidate of ["c".repeat(2049), "\u00e9".repeat(1025), 5]) {
    assertInvalid(await ann.push("signal:ice", {
      ...hostCandidate, to_id: bob.selfId, candidate }), "signal:ice", "candidate");
  }
});

withEachStockClient("25 escapes, surrogate pairs and plain UTF-8 mean the same",
                    async (t, phoenix) => {
  const [ann, bob] = await pair(t, phoenix);
  const raw = await RawConnection.open(t, server);
  await raw.enter(ann.topic, "1");
  const spellings = [
    ["\\ud83c\\udfad \\u00e9 \\u0041 \\u2028", "🎭 é A \u2028"],
    ["\\uD83C\\uDFAD", "🎭"],
    ["🎭 é \u2028", "🎭 é \u2028"],
    ["half \\ud83c", "half \ufffd"],
    ["\\\\ \\/ \\b\\f\\n\\r\\t \\u0001 \\u0000 \\u001f", "\\ / \b\f\n\r\t \u0001 \u0000 \u001f"],
  ];
  for (const [spelled, meant] of spellings) {
    for (const seat of [ann, bob]) {
      const mark = seat.heard.length;
      raw.sendText(`["1",null,"${ann.topic}","signal:offer",`
                   + `{"to_id":"${seat.selfId}","sdp":"${spelled}"}]`);
      const offer = await seat.hears("signal:offer", () => true, { from: mark });
      assert.equal(offer.sdp, meant);
    }
  }
  const escaped = [...ann.topic].map((unit) => (
    `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)).join("");
  raw.sendText(`["\\u0031","7","${escaped}","ch\\u0061t:msg",{"te\\u0078t":"\\u0068i"}]`);
  await bob.hears("chat:msg", ({ text }) => text === "hi");
  assert.equal((await raw.reply("7")).status, "ok");
});

stopAtTheEnd(server);
