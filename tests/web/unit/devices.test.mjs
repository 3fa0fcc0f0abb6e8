// As much as can be had, and one word for why not.
import assert from "node:assert/strict";
import test from "node:test";
import { openDevices } from "../../../web/client/devices.js";

const wanted = { audio: { channelCount: 1 }, video: { width: 640 } };

/// @param answers By what is asked for: "audio", "video" or "audio video".
function source(answers, blocked = {}) {
  const asked = [];
  return {
    asked,
    devices: {
      async getUserMedia(constraints) {
        const kinds = Object.keys(constraints).join(" ");
        asked.push(constraints);
        const answer = answers(kinds, constraints);
        if (answer) throw Object.assign(new Error(answer), { name: answer });
        const tracks = (kind) => (constraints[kind] ? [{ kind }] : []);
        return {
          getAudioTracks: () => tracks("audio"),
          getVideoTracks: () => tracks("video"),
        };
      },
    },
    permissions: {
      query: async ({ name }) => ({ state: blocked[name] ? "denied" : "prompt" }),
    },
  };
}

const outcome = ({ audio, video, problems }) => [
  Boolean(audio),
  Boolean(video),
  problems.audio,
  problems.video,
];

test("both at once, where both can be had", async () => {
  const from = source(() => undefined);
  assert.deepEqual(outcome(await openDevices(from, wanted)), [
    true,
    true,
    undefined,
    undefined,
  ]);
  assert.deepEqual(from.asked, [wanted]);
});

test("without a camera there is still a microphone", async () => {
  const from = source((kinds) => (kinds === "audio" ? undefined : "NotFoundError"));
  assert.deepEqual(outcome(await openDevices(from, wanted)), [
    true,
    false,
    undefined,
    "missing",
  ]);
});

test("a camera in use elsewhere does not cost the microphone", async () => {
  const from = source((kinds) => (kinds === "audio" ? undefined : "NotReadableError"));
  assert.deepEqual(outcome(await openDevices(from, wanted)), [
    true,
    false,
    undefined,
    "busy",
  ]);
});

test("who says no to both is asked once", async () => {
  const from = source(() => "NotAllowedError");
  assert.deepEqual(outcome(await openDevices(from, wanted)), [
    false,
    false,
    "denied",
    "denied",
  ]);
  assert.equal(from.asked.length, 1);
});

test("who has blocked the camera alone is still heard", async () => {
  const from = source((kinds) => (kinds === "audio" ? undefined : "NotAllowedError"), {
    camera: true,
  });
  assert.deepEqual(outcome(await openDevices(from, wanted)), [
    true,
    false,
    undefined,
    "denied",
  ]);
  assert.equal(from.asked.length, 2);
});

test("a chosen device that is gone gives way to any", async () => {
  const from = source((_, { video }) =>
    video.deviceId ? "OverconstrainedError" : undefined,
  );
  const chosen = { video: { width: 640, deviceId: { exact: "gone" } } };
  assert.deepEqual(outcome(await openDevices(from, chosen)), [
    false,
    true,
    undefined,
    undefined,
  ]);
  assert.deepEqual(from.asked[1], { video: { width: 640 } });
});

test("an insecure page is told so", async () => {
  assert.deepEqual(outcome(await openDevices({ devices: undefined }, wanted)), [
    false,
    false,
    "insecure",
    "insecure",
  ]);
});

test("where permissions cannot be asked about, a no is a no", async () => {
  const from = source(() => "NotAllowedError");
  const { devices } = from;
  assert.deepEqual(outcome(await openDevices({ devices }, wanted)), [
    false,
    false,
    "denied",
    "denied",
  ]);
});
