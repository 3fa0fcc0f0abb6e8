// Whatever is refused says why, with a stable code: as the reply to a push that
// has a ref, as an event to one that has none. The connection lives on.
import assert from "node:assert/strict";
import { RawConnection } from "./raw.mjs";
import { hostCandidate } from "./sdp.mjs";
import { startServer, stopAtTheEnd } from "./server.mjs";
import { Client, enter, fence, newRoom, withEachStockClient } from "./stock.mjs";

const server = await startServer();

const media = { audio_muted: true, video_enabled: true, screensharing: false };
const nobody = "00000000-0000-4000-8000-000000000000";

/// Each with the field that the first of its reasons names.
function invalidPushes(to_id) {
  const offer = { to_id, sdp: "v=0" };
  const ice = { to_id, ...hostCandidate };
  return [
    ["signal:offer", { to_id }, "sdp"],
    ["signal:offer", { ...offer, sdp: 5 }, "sdp"],
    ["signal:offer", { ...offer, sdp: null }, "sdp"],
    ["signal:offer", { sdp: "v=0" }, "to_id"],
    ["signal:offer", { ...offer, to_id: 5 }, "to_id"],
    ["signal:offer", { ...offer, room_id: "another" }, "room_id"],
    ["signal:answer", { ...offer, sdp: {} }, "sdp"],
    ["signal:ice", { to_id, sdpMid: "0", sdpMLineIndex: 0 }, "candidate"],
    ["signal:ice", { ...ice, sdpMid: 5 }, "sdpMid"],
    ["signal:ice", { ...ice, sdpMLineIndex: "0" }, "sdpMLineIndex"],
    ["signal:ice", { ...ice, sdpMLineIndex: 0.5 }, "sdpMLineIndex"],
    ["signal:ice", { ...ice, end_of_candidates: "yes" }, "end_of_candidates"],
    ["media:update", { ...media, audio_muted: "yes" }, "audio_muted"],
    ["media:update", { audio_muted: true, video_enabled: true }, "screensharing"],
    ["media:update", { ...media, device_info: "mic" }, "device_info"],
    ["media:update", { ...media, device_info: { audio_device_id: 5 } }, "device_info"],
    ["chat:msg", {}, "text"],
    ["chat:msg", { text: ["x"] }, "text"],
    ["chat:msg", { text: "x", room_id: 5 }, "room_id"],
  ];
}

function assertInvalid(response, event, field) {
  assert.deepEqual(response, {
    error: "invalid_payload", reason: "error:invalid_payload", event,
    reasons: response.reasons });
  assert.ok(Array.isArray(response.reasons) && response.reasons.length > 0);
  assert.ok(response.reasons.every((reason) => typeof reason === "string"));
  assert.ok(response.reasons.some((reason) => reason.includes(field)),
            `${field} in ${response.reasons}`);
}

withEachStockClient("invalid payloads are refused with their reasons", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  const mark = bob.heard.length;
  for (const [event, payload, field] of invalidPushes(bob.selfId)) {
    const { status, response } = await ann.push(event, payload);
    assert.equal(status, "error", `${event} ${JSON.stringify(payload)}`);
    assertInvalid(response, event, field);
  }
  await fence(ann, ann, bob);
  assert.deepEqual(bob.heard.since(mark).map(({ event }) => event), ["chat:msg"]);
});

withEachStockClient("every fault of a payload is named", async (t, phoenix) => {
  const ann = await enter(t, phoenix, server, newRoom(), "Ann");
  const { response } = await ann.push("media:update", {});
  for (const field of ["audio_muted", "video_enabled", "screensharing"]) {
    assertInvalid(response, "media:update", field);
  }
});

withEachStockClient("an unknown event of a joined topic is an invalid payload",
                    async (t, phoenix) => {
  const ann = await enter(t, phoenix, server, newRoom(), "Ann");
  for (const event of ["no:such", "phx_custom", "presence_state", "error:capacity", ""]) {
    const { status, response } = await ann.push(event, { text: "x" });
    assert.equal(status, "error");
    assert.equal(response.error, "invalid_payload");
    assert.equal(response.event, event);
  }
  await fence(ann, ann);
});

withEachStockClient("keys that nobody asked for are dropped, ids are stamped",
                    async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const bob = await enter(t, phoenix, server, room, "Bob");
  const forged = { from_id: bob.selfId, ts: 1, display_name: "Bob", extra: { a: [1] } };
  ann.push("signal:offer", { ...forged, room_id: room, to_id: bob.selfId, sdp: "v=0" });
  const offer = await bob.hears("signal:offer");
  assert.deepEqual(offer, {
    room_id: room, from_id: ann.selfId, to_id: bob.selfId, sdp: "v=0", ts: offer.ts });
  await ann.say("chat:msg", { ...forged, text: "x" });
  const said = await bob.hears("chat:msg");
  assert.deepEqual(said, {
    room_id: room, from_id: ann.selfId, display_name: "Ann", text: "x", ts: said.ts });
  assert.ok(said.ts > 1 && offer.ts > 1);
  await ann.say("media:update", { ...forged, ...media });
  assert.equal((await bob.hears("media:update")).from_id, ann.selfId);
  assert.equal(bob.meta(ann.selfId).display_name, "Ann");
});

withEachStockClient("a signal to somebody who is not there names them", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const elsewhere = await enter(t, phoenix, server, newRoom(), "elsewhere");
  const gone = await enter(t, phoenix, server, room, "gone");
  gone.leave();
  await ann.sees(ann);
  for (const to_id of [nobody, "not an id", elsewhere.selfId, gone.selfId]) {
    for (const [event, body] of [["signal:offer", { sdp: "v=0" }],
                                 ["signal:answer", { sdp: "v=0" }],
                                 ["signal:ice", hostCandidate]]) {
      assert.deepEqual(await ann.push(event, { to_id, ...body }), {
        status: "error",
        response: { error: "unknown_peer", reason: "error:unknown_peer", to_id } });
    }
  }
  await fence(elsewhere, elsewhere);
  assert.deepEqual(elsewhere.payloadsOf("signal:offer"), [], "never across rooms");
});

withEachStockClient("joins with bad params are refused", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const client = new Client(t, phoenix, server);
  const bad = [
    [{}, "display_name"],
    [{ display_name: "x", room_id: "another" }, "room_id"],
    [{ display_name: "x", room_id: 5 }, "room_id"],
    [{ display_name: "x", device_info: "mic" }, "device_info"],
    [{ display_name: "x", device_info: { audio_device_id: "x".repeat(257) } }, "device_info"],
  ];
  for (const [params, field] of bad) {
    const seat = client.seat(room, params);
    const { status, response } = await seat.join();
    assert.equal(status, "error", JSON.stringify(params));
    assertInvalid(response, "phx_join", field);
    seat.leave();
  }
  const good = client.seat(room, {
    display_name: "x", room_id: room, extra: 1,
    device_info: { audio_device_id: "mic", label: "dropped" } });
  await good.enter();
  assert.deepEqual(good.meta(good.selfId).device_info, { audio_device_id: "mic" });
  await ann.sees(ann, good);
});

withEachStockClient("to a push without ref, a refusal comes as an event", async (t, phoenix) => {
  const room = newRoom();
  const ann = await enter(t, phoenix, server, room, "Ann");
  const raw = await RawConnection.open(t, server);
  const { self_id: rawId } = await raw.enter(ann.topic, "1");
  await ann.sees(ann, rawId);
  const mark = ann.heard.length;

  const refusal = async (topic, event, payload, joinRef = "1") => {
    const from = raw.frames.length;
    raw.send([joinRef, null, topic, event, payload]);
    return raw.frame((frame) => frame[3].startsWith("error:"), "refusal", { from });
  };
  assert.deepEqual(
    await refusal(ann.topic, "signal:offer", { to_id: nobody, sdp: "v=0" }),
    ["1", null, ann.topic, "error:unknown_peer",
     { error: "unknown_peer", reason: "error:unknown_peer", to_id: nobody }]);
  const invalid = await refusal(ann.topic, "chat:msg", { text: "" });
  assert.deepEqual(invalid.slice(0, 4), ["1", null, ann.topic, "error:invalid_payload"]);
  assertInvalid(invalid[4], "chat:msg", "text");
  const unknown = await refusal(ann.topic, "no:such", {});
  assert.equal(unknown[3], "error:invalid_payload");
  const unjoined = await refusal(`room:${newRoom()}`, "chat:msg", { text: "x" });
  assert.equal(unjoined[0], null);
  assert.equal(unjoined[3], "error:not_in_room");
  assert.equal(unjoined[4].error, "not_in_room");

  // What is not refused is not answered either.
  const from = raw.frames.length;
  raw.send(["1", null, ann.topic, "media:update", media]);
  await ann.hears("media:update", () => true, { from: mark });
  await raw.beats();
  const answers = raw.frames.since(from)
    .filter((frame) => frame[2] === ann.topic && frame[3] === "phx_reply");
  assert.deepEqual(answers, []);
});

stopAtTheEnd(server);
