// Beside the tiles: who is here, and what is said.

import { repeat } from "lit/directives/repeat.js";
import { html, nothing } from "lit/html.js";
import { icons } from "./icons.js";
import { avatar } from "./tiles.js";

/**
 * @typedef {import("../client/call.js").Participant} Participant
 *
 * @typedef {object} Message
 * @property {number} key
 * @property {string} fromId
 * @property {string} displayName
 * @property {string} text
 * @property {number} ts
 * @property {boolean} isOwn
 * @property {boolean} isPending Not confirmed yet.
 */

const togetherMs = 120_000;

/** @param {string} title @param {string} id @param {() => void} close */
const heading = (title, id, close) => html`<div class="panel-head">
  <h2 id=${id}>${title}</h2>
  <button type="button" class="quiet" aria-label="Close" @click=${close}>${icons.close}</button>
</div>`;

/** @param {string} words @param {unknown} icon @param {string} [kind] */
const fact = (words, icon, kind = "") =>
  html`<span class=${kind} title=${words}>${icon}<span class="unseen">${words}</span></span>`;

/** @param {Participant} who */
const entry = (who) => html`<li data-roster-id=${who.id}>
  ${avatar(who)}
  <span class="text">${who.displayName}</span>
  ${who.isSelf ? html`<small>(you)</small>` : nothing}
  <span class="gap"></span>
  ${who.screensharing ? fact("Shares the screen", icons.screen) : nothing}
  ${who.audioMuted ? fact("Muted", icons.microphoneOff, "off") : fact("Can be heard", icons.microphone)}
  ${who.videoEnabled ? fact("Camera on", icons.camera) : fact("Camera off", icons.cameraOff, "off")}
</li>`;

/**
 * @param {object} state
 * @param {Participant[]} state.participants
 * @param {number} state.capacity
 * @param {boolean} state.isOpen
 * @param {() => void} state.close
 */
export const participantsPanel = ({
  participants,
  capacity,
  isOpen,
  close,
}) => html`<section
  id="participants-panel" class="panel" aria-labelledby="participants-title" ?hidden=${!isOpen}>
  ${heading(
    capacity ? `In this room: ${participants.length} of ${capacity}` : "In this room",
    "participants-title",
    close,
  )}
  <ul id="participants" tabindex="0" aria-labelledby="participants-title">
    ${repeat(participants, (who) => (who.isSelf ? "self" : who.id), entry)}
  </ul>
</section>`;

/** @param {number} ts */
const timeOf = (ts) => new Date(ts).toLocaleTimeString([], { timeStyle: "short" });

/**
 * @param {Message} message
 * @param {Message | undefined} before
 */
function line(message, before) {
  const { fromId, displayName, text, ts, isOwn, isPending } = message;
  const goesOn = before && before.fromId === fromId && ts - before.ts < togetherMs;
  return html`<li class="message" data-from-id=${fromId} data-own=${isOwn}
    data-pending=${isPending}>
    ${
      goesOn
        ? nothing
        : html`<p class="byline"><b>${isOwn ? "You" : displayName}</b>
          <time datetime=${new Date(ts).toISOString()}>${timeOf(ts)}</time></p>`
    }
    <p class="message-text">${text}</p>
  </li>`;
}

/**
 * @param {object} state
 * @param {Message[]} state.messages
 * @param {boolean} state.isOpen
 * @param {() => void} state.close
 * @param {(event: SubmitEvent) => void} state.send
 */
export const chatPanel = ({
  messages,
  isOpen,
  close,
  send,
}) => html`<section id="chat-panel"
  class="panel" aria-labelledby="chat-title" ?hidden=${!isOpen}>
  ${heading("Chat", "chat-title", close)}
  <ol id="message-list" aria-live="polite" tabindex="0" aria-labelledby="chat-title">
    ${repeat(
      messages,
      ({ key }) => key,
      (message, index) => line(message, messages[index - 1]),
    )}
  </ol>
  ${
    messages.length > 0
      ? nothing
      : html`<p class="empty">Nothing said yet. Messages are gone when you leave.</p>`
  }
  <form id="chat-form" autocomplete="off" @submit=${send}>
    <input id="chat-input" name="text" aria-label="Message to everybody" maxlength="1000"
      placeholder="Say something" enterkeyhint="send">
    <button id="btn-send" class="primary" aria-label="Send">${icons.send}</button>
  </form>
</section>`;
