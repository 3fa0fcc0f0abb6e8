// What the end of the resume window means: a server whose window is one second.
import assert from "node:assert/strict";
import { ResumableSeat } from "./resumable.mjs";
import { startServer, stopAtTheEnd } from "./server.mjs";
import { Client, enter, newRoom, withEachStockClient } from "./stock.mjs";

const server = await startServer({ options: ["--resume.window=1s"] });

withEachStockClient("who does not come back within the window has left",
                    async (t, phoenix) => {
  const room = newRoom();
  const ann = new ResumableSeat(new Client(t, phoenix, server), room, "Ann");
  await ann.enter();
  const bob = await enter(t, phoenix, server, room, "Bob");
  await ann.sees(ann, bob);
  const formerId = ann.selfId;
  const mark = bob.heard.length;

  ann.client.goOffline();
  const cutAt = Date.now();
  const { leaves } = await bob.hears("presence_diff", () => true, { from: mark });
  const awayMs = Date.now() - cutAt;
  assert.ok(formerId in leaves);
  assert.ok(awayMs >= 900, `left after ${awayMs} ms`);
  await bob.sees(bob);
  const unknown = await bob.push("signal:offer", { to_id: formerId, sdp: "v=0" });
  assert.equal(unknown.response.error, "unknown_peer");

  ann.client.goOnline();
  const response = await ann.admission(1);
  assert.equal(response.resumed, false);
  assert.notEqual(response.self_id, formerId);
  await ann.sees(ann, bob);
  await bob.sees(ann, bob);
});

withEachStockClient("who comes back within the window has not", async (t, phoenix) => {
  const room = newRoom();
  const ann = new ResumableSeat(new Client(t, phoenix, server), room, "Ann");
  await ann.enter();
  const bob = await enter(t, phoenix, server, room, "Bob");
  const id = ann.selfId;
  ann.client.cut();
  assert.equal((await ann.admission(1)).self_id, id);

  // Its window ends with the resume: the seat outlives it.
  const outlived = new Client(t, phoenix, server).seat(room, { display_name: "other" });
  ann.client.cut();
  await ann.admission(2);
  const shortLived = new ResumableSeat(new Client(t, phoenix, server), room, "short");
  await shortLived.enter();
  shortLived.client.goOffline();
  await bob.sees(ann, bob, shortLived);
  await bob.sees(ann, bob); // A window has passed since.
  assert.equal(ann.selfId, id);
  await outlived.enter();
  await bob.sees(ann, bob, outlived);
});

stopAtTheEnd(server);
