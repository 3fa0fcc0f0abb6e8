// How much picture to send: the more people, the less for each.

/**
 * @typedef {object} QualityLevel
 * @property {"high" | "medium" | "low" | "minimal"} name
 * @property {number} width
 * @property {number} height
 * @property {number} framerate
 * @property {number} videoBitrate Bits per second, for each receiver.
 * @property {number} participantCountMax Up to how many people it is for.
 *
 * @typedef {QualityLevel["name"]} LevelName
 * @typedef {"good" | "fair" | "poor"} NetworkQuality
 */

/** @type {readonly QualityLevel[]} Best first. */
export const levels = [
  {
    name: "high",
    width: 1280,
    height: 720,
    framerate: 30,
    videoBitrate: 2_500_000,
    participantCountMax: 2,
  },
  {
    name: "medium",
    width: 640,
    height: 480,
    framerate: 24,
    videoBitrate: 1_000_000,
    participantCountMax: 4,
  },
  {
    name: "low",
    width: 640,
    height: 360,
    framerate: 20,
    videoBitrate: 500_000,
    participantCountMax: 9,
  },
  {
    name: "minimal",
    width: 320,
    height: 240,
    framerate: 15,
    videoBitrate: 250_000,
    participantCountMax: Number.POSITIVE_INFINITY,
  },
];

export const audioBitrate = 64_000;

/**
 * What one link is to carry.
 *
 * @param {QualityLevel} level For that link.
 * @param {QualityLevel} captured What the camera was asked for.
 * @returns {import("./link.js").SendLimits}
 */
export function cameraLimits(level, captured) {
  return {
    audioBitrate,
    videoBitrate: level.videoBitrate,
    videoFramerate: level.framerate,
    videoScale: Math.max(1, captured.height / level.height),
  };
}

/**
 * A shared screen is read, so it keeps its size and gives up frames instead.
 *
 * @type {import("./link.js").SendLimits}
 */
export const screenLimits = {
  audioBitrate,
  videoBitrate: 2_000_000,
  videoFramerate: 15,
  videoScale: 1,
};

const stepsDown = { good: 0, fair: 1, poor: 2 };

/**
 * @param {number} participantCount
 * @param {NetworkQuality} [network] Takes it one or two levels lower.
 * @param {"auto" | LevelName} [best] What the person wants at most.
 * @returns {QualityLevel}
 */
export function levelFor(participantCount, network = "good", best = "auto") {
  const byCount = levels.findIndex(
    (level) => participantCount <= level.participantCountMax,
  );
  const byChoice = levels.findIndex((level) => level.name === best);
  const index = Math.max(byCount + stepsDown[network], byChoice);
  return levels[Math.min(index, levels.length - 1)];
}

/**
 * @param {QualityLevel} level
 * @returns {MediaTrackConstraints}
 */
export function constraintsOf({ width, height, framerate }) {
  return {
    width: { ideal: width, max: width },
    height: { ideal: height, max: height },
    frameRate: { ideal: framerate, max: framerate },
  };
}

/**
 * @param {RTCRtpSender | undefined} sender
 * @param {RTCRtpEncodingParameters} limits
 */
export async function limitSender(sender, limits) {
  const parameters = sender?.getParameters();
  const [encoding] = parameters?.encodings ?? [];
  if (!sender || !parameters || !encoding) return;
  Object.assign(encoding, limits);
  await sender.setParameters(parameters);
}
