// What the page says to people.

/**
 * @typedef {import("../client/channel.js").End} End
 * @typedef {import("../client/channel.js").Refusal} Refusal
 * @typedef {import("../client/media.js").LocalMedia["problems"]} Problems
 *
 * @typedef {object} Hint
 * @property {string} title
 * @property {string} text
 * @property {boolean} canRetry
 */

/**
 * Why somebody is back in the lobby.
 *
 * @param {End} end
 * @returns {string} Empty when they know.
 */
export function wordsOfEnd({ why, refusal }) {
  switch (why) {
    case "left":
      return "";
    case "capacity": {
      const limit = refusal?.limit ? `: it takes ${refusal.limit} people` : "";
      return `This room is full${limit}. Try again later, or choose another room.`;
    }
    case "invalid_payload":
      return `The server did not accept this: ${refusal?.reasons?.join("; ") ?? "no reason given"}.`;
    case "closed":
      return "You are no longer in this room. It may have been opened in another tab.";
  }
}

/** @param {Refusal} refusal Of something that was asked for in the room. */
export function wordsOfRefusal({ error, reasons }) {
  switch (error) {
    case "invalid_payload":
      return `That was not accepted: ${reasons?.join("; ") ?? "no reason given"}.`;
    case "rate_limited":
      return "That was too fast. Wait a moment, then try again.";
    default:
      return "The server could not do that just now.";
  }
}

const howToAllow =
  "Click the camera or lock icon in the address bar, allow it for this site, then try again.";

/** @param {Problems} problems */
function devicesOf({ audio, video }) {
  if (audio && video) return { them: "camera and microphone", are: "are" };
  return { them: video ? "camera" : "microphone", are: "is" };
}

/**
 * @param {Problems} problems
 * @returns {Hint | null} What to do about it; null where there is nothing to say.
 */
export function hintFor(problems) {
  const problem = problems.video ?? problems.audio;
  if (!problem) return null;
  const { them, are } = devicesOf(problems);
  const rest = "You can join without; chat works all the same.";
  switch (problem) {
    case "insecure":
      return {
        title: "Cameras are not allowed on this address",
        text:
          "Browsers lend cameras and microphones only to pages from https or localhost. " +
          `Open this page over https. ${rest}`,
        canRetry: false,
      };
    case "denied":
      return {
        title: `Your ${them} ${are} blocked`,
        text: `${howToAllow} ${rest}`,
        canRetry: true,
      };
    case "missing":
      return {
        title: `No ${them} found`,
        text: `Plug one in, then try again. ${rest}`,
        canRetry: true,
      };
    default:
      return {
        title: `Your ${them} could not be started`,
        text: `Another program may be using it. Close that one, then try again. ${rest}`,
        canRetry: true,
      };
  }
}

/** @type {Record<import("../client/link.js").LinkState, string>} */
export const wordsOfConnection = {
  connecting: "Connecting…",
  connected: "",
  reconnecting: "Reconnecting…",
  failed: "No connection yet; trying on",
};

/** @param {import("../client/channel.js").ChannelStatus} status */
export function wordsOfStatus(status) {
  switch (status) {
    case "connecting":
      return "Joining the room…";
    case "reconnecting":
      return "The server is out of reach. Your call goes on; reconnecting…";
    default:
      return "";
  }
}

/** @param {string} name Initials, of whatever script. */
export function initialsOf(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = [...(words[0] ?? "?")][0];
  const last = words.length > 1 ? [...words[words.length - 1]][0] : "";
  return (first + last).toLocaleUpperCase();
}

/** @param {string} text @returns {number} One of eight, the same each time. */
export function hueOf(text) {
  let sum = 0;
  for (const character of text)
    sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return sum % 8;
}
