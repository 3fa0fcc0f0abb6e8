// Room ids that people read to each other, and addresses that name them.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import test from "node:test";
import {
  faultOfRoomId,
  makeRoomId,
  pathOfRoom,
  roomOfPath,
} from "../../../web/page/room_ids.js";

test("generated ids are readable, valid, and seldom the same", () => {
  const ids = Array.from({ length: 2000 }, () =>
    makeRoomId((bytes) => webcrypto.getRandomValues(bytes)),
  );
  for (const id of ids) {
    assert.match(id, /^[a-z]+-[a-z]+-[a-hjkmnp-z2-9]{4}$/);
    assert.equal(faultOfRoomId(id), "");
  }
  assert.ok(new Set(ids).size >= 1999);
});

test("every byte leads somewhere", () => {
  for (const byte of [0, 127, 255]) {
    assert.match(
      makeRoomId((bytes) => bytes.fill(byte)),
      /^[a-z]+-[a-z]+-(.)\1{3}$/,
    );
  }
});

test("an address names any room that the server takes", () => {
  const odd = ["Grüner Raum 🎭", "a b", "%2F?a=b&c#d", "日本語", "...", "é".repeat(64)];
  for (const id of odd) {
    assert.equal(faultOfRoomId(id), "");
    const { pathname } = new URL(`http://here${pathOfRoom(id)}`);
    assert.equal(roomOfPath(pathname), id);
  }
});

test("what is no room's address names none", () => {
  for (const path of ["/", "/r", "/r/", "/other", "/r/%zz"])
    assert.equal(roomOfPath(path), "");
});

test("what the server would refuse is said before", () => {
  for (const id of [
    "",
    ".",
    "..",
    "a/b",
    "a\nb",
    "\u007f",
    "x".repeat(129),
    "é".repeat(65),
  ])
    assert.notEqual(faultOfRoomId(id), "", JSON.stringify(id));
});
