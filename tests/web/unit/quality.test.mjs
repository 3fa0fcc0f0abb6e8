// The table of the third seed, and what the network takes away from it.
import assert from "node:assert/strict";
import test from "node:test";
import {
  cameraLimits,
  constraintsOf,
  levelFor,
  levels,
} from "../../../web/client/quality.js";
import { networkOf, SteadyVerdict, summarize } from "../../../web/client/statistics.js";

test("the more people, the less for each", () => {
  const expected = {
    1: [1280, 720, 30, 2_500_000],
    2: [1280, 720, 30, 2_500_000],
    3: [640, 480, 24, 1_000_000],
    4: [640, 480, 24, 1_000_000],
    5: [640, 360, 20, 500_000],
    9: [640, 360, 20, 500_000],
    10: [320, 240, 15, 250_000],
    100: [320, 240, 15, 250_000],
  };
  for (const [count, wanted] of Object.entries(expected)) {
    const { width, height, framerate, videoBitrate } = levelFor(Number(count));
    assert.deepEqual([width, height, framerate, videoBitrate], wanted, `${count} people`);
  }
});

test("a fair network costs one level, a poor one two, and there is a last one", () => {
  const names = (count) =>
    ["good", "fair", "poor"].map((how) => levelFor(count, how).name);
  assert.deepEqual(names(2), ["high", "medium", "low"]);
  assert.deepEqual(names(6), ["low", "minimal", "minimal"]);
});

test("nobody gets more than they want", () => {
  assert.equal(levelFor(2, "good", "low").name, "low");
  assert.equal(levelFor(6, "good", "high").name, "low");
});

test("a link below what is captured shrinks the picture", () => {
  const [high, , low] = levels;
  assert.equal(cameraLimits(high, high).videoScale, 1);
  assert.equal(cameraLimits(low, high).videoScale, 2);
  assert.equal(cameraLimits(high, low).videoScale, 1);
  assert.deepEqual(constraintsOf(low).width, { ideal: 640, max: 640 });
});

test("statistics tell delay, loss and what arrives", () => {
  const report = new Map([
    ["1", { type: "remote-inbound-rtp", roundTripTime: 0.05, fractionLost: 0.01 }],
    ["2", { type: "remote-inbound-rtp", roundTripTime: 0.2, fractionLost: 0.04 }],
    ["3", { type: "inbound-rtp", bytesReceived: 10, framesDecoded: 5 }],
    ["4", { type: "inbound-rtp", bytesReceived: 7 }],
    ["5", { type: "codec" }],
  ]);
  const summary = summarize(report);
  assert.deepEqual(summary, {
    roundTripMs: 200,
    lossFraction: 0.04,
    bytesReceived: 17,
    framesDecoded: 5,
  });
  assert.equal(networkOf(summary), "fair");
  assert.equal(networkOf(summarize(new Map())), "good");
  assert.equal(networkOf({ ...summary, lossFraction: 0.2 }), "poor");
  assert.equal(networkOf({ ...summary, roundTripMs: 900 }), "poor");
});

test("one bad moment changes nothing, three do", () => {
  const verdict = new SteadyVerdict();
  const after = ["poor", "poor", "good", "poor", "poor", "poor", "good", "good", "good"];
  assert.deepEqual(
    after.map((now) => verdict.add(now)),
    ["good", "good", "good", "good", "good", "poor", "poor", "poor", "good"],
  );
});
