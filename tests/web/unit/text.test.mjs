// Chat as it was typed, and lengths as the server counts them.
import assert from "node:assert/strict";
import test from "node:test";
import { asTyped, codePointCount } from "../../../web/client/text.js";

/// What the server does, in its order.
const escaped = (text) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

test("escaping is undone once, whatever was typed", () => {
  const typed = [
    "<b>bold</b>",
    "&amp;",
    "&amp;lt;",
    "&#39;",
    "&",
    "&&",
    "&lt",
    "a &bogus; b",
    "'\"",
    "&#x27;",
    "",
    "plain",
    "&amp;amp;amp;",
  ];
  for (const text of typed) assert.equal(asTyped(escaped(text)), text);
});

test("what the server never writes is left alone", () => {
  for (const text of ["&nbsp;", "&#60;", "&LT;", "& lt;"])
    assert.equal(asTyped(text), text);
});

test("code points count, not units of UTF-16", () => {
  assert.deepEqual(["", "abc", "🎭", "é", "👨‍👩‍👧"].map(codePointCount), [0, 3, 1, 1, 5]);
});
