// Who is here, and who is waited for after the server has forgotten everybody.
import assert from "node:assert/strict";
import test from "node:test";
import { Roster } from "../../../web/client/roster.js";

const present = (...ids) => new Map(ids.map((id) => [id, { displayName: id }]));
const idsOf = (roster) => [...roster.entries.keys()];

test("those who come and go are named, and order is that of arrival", () => {
  const roster = new Roster();
  assert.deepEqual(roster.update(present("b", "a"), 0), { joined: ["b", "a"], left: [] });
  assert.deepEqual(roster.update(present("a", "b", "c"), 0), { joined: ["c"], left: [] });
  assert.deepEqual(idsOf(roster), ["b", "a", "c"]);
  assert.deepEqual(roster.update(present("c", "a"), 0), { joined: [], left: ["b"] });
  assert.deepEqual(idsOf(roster), ["a", "c"]);
});

test("news of somebody replaces what was known", () => {
  const roster = new Roster();
  roster.update(present("a"), 0);
  roster.update(new Map([["a", { displayName: "a", audioMuted: true }]]), 0);
  assert.equal(roster.entries.get("a").audioMuted, true);
});

test("after a restart nobody leaves who may still come back", () => {
  const roster = new Roster();
  roster.update(present("me", "b", "c"), 0);
  roster.expectReunion();
  assert.deepEqual(roster.update(present("me"), 1000), { joined: [], left: [] });
  assert.deepEqual(idsOf(roster), ["me", "b", "c"]);
  assert.ok(roster.isAwaited("b") && !roster.isAwaited("me"));
  assert.deepEqual(roster.update(present("me", "b", "d"), 2000), {
    joined: ["d"],
    left: [],
  });
  assert.ok(!roster.isAwaited("b") && roster.isAwaited("c"));
  assert.ok(!roster.isReunited);
  assert.deepEqual(roster.expire(30_999), []);
  assert.deepEqual(roster.expire(31_000), ["c"]);
  assert.deepEqual(idsOf(roster), ["me", "b", "d"]);
  assert.ok(roster.isReunited);
  assert.deepEqual(roster.update(present("me"), 31_000), {
    joined: [],
    left: ["b", "d"],
  });
});

test("who had no time left is gone at the next roster", () => {
  const roster = new Roster();
  roster.update(present("me", "b"), 0);
  roster.expectReunion();
  roster.update(present("me"), 0);
  assert.deepEqual(roster.update(present("me"), 30_000), { joined: [], left: ["b"] });
});
