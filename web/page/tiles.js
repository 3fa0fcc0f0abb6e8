// One tile for each person.

import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import { html, nothing } from "lit/html.js";
import { icons } from "./icons.js";
import { layoutFeatured, layoutGrid } from "./layout.js";
import { hueOf, initialsOf, wordsOfConnection } from "./words.js";

/** @typedef {import("../client/call.js").Participant} Participant */

const gap = 10;

/** @param {{ displayName: string, id: string }} who */
export const avatar = ({ displayName, id }) =>
  html`<span class="avatar hue-${hueOf(id || displayName)}" aria-hidden="true"
    >${initialsOf(displayName)}</span>`;

/** @param {Participant} who What a person who does not see the tile should know. */
function describe({
  displayName,
  isSelf,
  audioMuted,
  videoEnabled,
  screensharing,
  connection,
}) {
  const facts = [
    isSelf ? `${displayName} (you)` : displayName,
    audioMuted && "muted",
    screensharing ? "sharing the screen" : !videoEnabled && "camera off",
    wordsOfConnection[connection],
  ];
  return facts.filter(Boolean).join(", ");
}

/**
 * `live` sets a stream only where it is another one: lit would set it each time, and
 * so the video would start over each time. Without a track there is nothing to load,
 * and the page would wait for it.
 */
const playable = (/** @type {MediaStream} */ stream) =>
  stream.getTracks().length > 0 ? stream : null;

/**
 * @param {Participant} who
 * @param {(event: Event) => void} startPlaying
 */
const video = ({ isSelf, stream, screensharing }, startPlaying) =>
  isSelf
    ? html`<video id="local-video" class=${screensharing ? "" : "mirrored"} muted autoplay
        playsinline .muted=${true} .srcObject=${live(playable(stream))} aria-label="Yourself"></video>`
    : html`<video autoplay playsinline .srcObject=${live(playable(stream))} @loadedmetadata=${startPlaying}
        aria-hidden="true"></video>`;

/**
 * @param {Participant} who
 * @param {(event: Event) => void} startPlaying
 */
function tile(who, startPlaying) {
  const { id, displayName, isSelf, audioMuted, videoEnabled, screensharing } = who;
  const words = wordsOfConnection[who.connection];
  return html`<article class="tile" aria-label=${describe(who)}
    data-participant-id=${id}
    data-self=${isSelf}
    data-audio-muted=${audioMuted}
    data-video-enabled=${videoEnabled}
    data-screensharing=${screensharing}
    data-connection=${who.connection}
    data-speaking=${who.isSpeaking}>
    ${avatar(who)}
    ${video(who, startPlaying)}
    ${words ? html`<p class="connection">${words}</p>` : nothing}
    <p class="name">
      ${audioMuted ? html`<span class="muted">${icons.microphoneOff}</span>` : nothing}
      ${screensharing ? icons.screen : nothing}
      <span class="text">${displayName}${isSelf ? " (you)" : ""}</span>
      ${
        who.network === "good"
          ? nothing
          : html`<span class="weak" title="Weak connection"
        >${icons.weak}</span>`
      }
    </p>
  </article>`;
}

/**
 * @param {Participant[]} participants
 * @param {(event: Event) => void} startPlaying For browsers that wait for a touch.
 */
export const tiles = (participants, startPlaying) =>
  repeat(
    participants,
    (who) => (who.isSelf ? "self" : who.id),
    (who) => tile(who, startPlaying),
  );

/**
 * Puts the tiles where they belong. By script, as the policy allows no styles in
 * markup.
 *
 * @param {HTMLElement} grid
 */
export function placeTiles(grid) {
  const elements = /** @type {HTMLElement[]} */ ([
    ...grid.querySelectorAll(":scope > .tile"),
  ]);
  const box = { width: grid.clientWidth, height: grid.clientHeight };
  if (box.width === 0 || box.height === 0) return;
  const featured = elements.findIndex(
    ({ dataset }) => dataset.screensharing === "true" && dataset.self === "false",
  );
  const places =
    featured < 0
      ? layoutGrid(elements.length, box, gap)
      : layoutFeatured(elements.length, box, gap, featured);
  for (const [index, { x, y, width, height }] of places.entries()) {
    const element = elements[index];
    element.style.setProperty("translate", `${Math.round(x)}px ${Math.round(y)}px`);
    element.style.setProperty("width", `${Math.floor(width)}px`);
    element.style.setProperty("height", `${Math.floor(height)}px`);
    element.classList.toggle("featured", index === featured);
    element.classList.toggle("small", Math.min(width, height * 1.6) < 220);
  }
}
