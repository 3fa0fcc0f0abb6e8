// What is read in descriptions, and what is written into answers.
import assert from "node:assert/strict";
import test from "node:test";
import {
  asAnswerTo,
  fragmentOf,
  fragmentsOf,
  isAnswerTo,
  originOf,
} from "../../../web/client/sdp.js";

const sdp = (session, version) =>
  `v=0\r\no=- ${session} ${version} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n` +
  "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:abcd\r\n" +
  "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:efgh\r\n";

test("a description names its session and version", () => {
  assert.deepEqual(originOf(sdp("4611", 2)), { session: "4611", version: "2" });
  assert.deepEqual(originOf("nonsense"), { session: "", version: "" });
});

test("an answer says to which offer, before its media", () => {
  const answer = asAnswerTo(sdp("99", 1), sdp("11", 3));
  assert.match(answer, /BUNDLE 0 1\r\na=x-greenroom-answers:11 3\r\nm=audio/);
  assert.equal(isAnswerTo(answer, sdp("11", 3)), true);
  assert.equal(isAnswerTo(answer, sdp("11", 4)), false);
  assert.equal(isAnswerTo(answer, sdp("12", 3)), false);
  assert.equal(isAnswerTo(sdp("99", 1), sdp("11", 3)), true, "it does not say");
});

test("fragments are found where they stand", () => {
  assert.deepEqual(fragmentsOf(sdp("1", 1)), ["abcd", "efgh"]);
  const candidate =
    "candidate:1 1 udp 2 10.0.0.1 5 typ host generation 0 ufrag abcd network-id 1";
  assert.equal(fragmentOf(candidate), "abcd");
  assert.equal(fragmentOf("candidate:1 1 udp 2 10.0.0.1 5 typ host"), null);
  assert.equal(fragmentOf(""), null);
});
