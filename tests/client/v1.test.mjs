// Version 1 of the framing: objects without `join_ref`, the same events.
import assert from "node:assert/strict";
import { RawConnection } from "./raw.mjs";
import { smallSdp } from "./sdp.mjs";
import { startServer, stopAtTheEnd } from "./server.mjs";
import { enter, fence, newRoom, withEachStockClient } from "./stock.mjs";

const server = await startServer();

const ok = { status: "ok", response: {} };
const media = { audio_muted: true, video_enabled: false, screensharing: false };

for (const vsn of [null, "1.0.0"]) {
  withEachStockClient(`V1 meets V2, vsn ${vsn ?? "missing"}`, async (t, phoenix) => {
    const room = newRoom();
    const topic = `room:${room}`;
    const ann = await enter(t, phoenix, server, room, "Ann");
    const old = await RawConnection.open(t, server, { vsn });
    const answer = async (event, payload) => {
      const ref = old.newRef();
      old.send({ topic, event, payload, ref });
      const frame = await old.frame((heard) => heard.ref === ref, `reply to ${event}`);
      assert.deepEqual(frame, { topic, event: "phx_reply", ref, payload: frame.payload });
      return frame.payload;
    };
    const hears = async (event, matches = () => true) => {
      const frame = await old.frame(
        (heard) => heard.event === event && matches(heard.payload), event);
      assert.deepEqual(frame, { topic, event, ref: null, payload: frame.payload });
      return frame.payload;
    };

    const { status, response } = await answer("phx_join", { display_name: "Old" });
    assert.equal(status, "ok");
    const oldId = response.self_id;
    await ann.sees(ann, oldId);
    await hears("presence_state");
    const [reply, state] = old.frames.since();
    assert.deepEqual([reply.event, state.event], ["phx_reply", "presence_state"]);
    assert.deepEqual(state.payload, response.presence);

    const sdp = smallSdp("offer");
    ann.push("signal:offer", { to_id: oldId, sdp });
    const offer = await hears("signal:offer");
    assert.deepEqual(offer, {
      room_id: room, from_id: ann.selfId, to_id: oldId, sdp, ts: offer.ts });
    old.send({ topic, event: "signal:answer", payload: { to_id: ann.selfId, sdp }, ref: "1" });
    assert.equal((await ann.hears("signal:answer")).from_id, oldId);

    assert.deepEqual(await answer("chat:msg", { text: "<hi>" }), ok);
    assert.equal((await hears("chat:msg")).text, "&lt;hi&gt;");
    assert.equal((await ann.hears("chat:msg")).text, "&lt;hi&gt;");
    await ann.say("media:update", media);
    assert.equal((await hears("media:update")).audio_muted, true);
    await hears("presence_diff", ({ joins, leaves }) => joins[ann.selfId] && leaves[ann.selfId]);

    const refused = await answer("signal:offer", { to_id: "nobody", sdp });
    assert.deepEqual(refused, {
      status: "error",
      response: { error: "unknown_peer", reason: "error:unknown_peer", to_id: "nobody" } });
    old.send({ topic, event: "chat:msg", payload: { text: "" }, ref: null });
    assert.equal((await hears("error:invalid_payload")).event, "chat:msg");

    assert.deepEqual(await answer("phx_leave", {}), ok);
    const closed = await old.frame((heard) => heard.event === "phx_close", "phx_close");
    assert.deepEqual([closed.topic, closed.payload], [topic, {}]);
    await ann.sees(ann);
    assert.deepEqual(await answer("chat:msg", { text: "x" }), {
      status: "error", response: { reason: "unmatched topic", error: "not_in_room" } });
    await fence(ann, ann);
  });
}

stopAtTheEnd(server);
