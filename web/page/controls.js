// What a person can do in the room.
import { html, nothing } from "lit/html.js";
import { icons } from "./icons.js";

/**
 * @typedef {import("../client/media.js").LocalMedia} LocalMedia
 * @typedef {import("../client/media.js").Kind} Kind
 *
 * @typedef {object} Actions
 * @property {() => void} toggleMicrophone
 * @property {() => void} toggleCamera
 * @property {() => void} toggleScreen
 * @property {(kind: Kind, deviceId: string) => void} choose
 * @property {() => void} leave
 * @property {() => void} togglePeople
 * @property {() => void} toggleChat
 * @property {() => void} copyLink
 * @property {() => void} openSettings
 */

/**
 * A native menu of devices, small as a caret.
 *
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label
 * @param {MediaDeviceInfo[]} options.devices
 * @param {string} options.chosen
 * @param {(deviceId: string) => void} options.choose
 */
export const deviceMenu = ({
  id,
  label,
  devices,
  chosen,
  choose,
}) => html`<select id=${id}
  aria-label=${label} title=${label} ?disabled=${devices.length === 0}
  @change=${(/** @type {Event} */ { target }) =>
    choose(/** @type {HTMLSelectElement} */ (target).value)}>
  ${devices.length === 0 ? html`<option value="">None available</option>` : nothing}
  ${devices.map(
    ({ deviceId, label: name }, index) => html`<option value=${deviceId}
      .selected=${deviceId === chosen}>${name || `${label} ${index + 1}`}</option>`,
  )}
</select>`;

/**
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label What it is; whether it is on is said apart from it.
 * @param {string} options.title
 * @param {boolean} options.isOn
 * @param {unknown} options.icon
 * @param {() => void} options.act
 * @param {boolean} [options.hasProblem]
 */
export const toggle = ({
  id,
  label,
  title,
  isOn,
  icon,
  act,
  hasProblem = false,
}) => html`<button
  id=${id} type="button" class="round" aria-label=${label} aria-pressed=${isOn}
  title=${title} @click=${act}>
  ${icon}${hasProblem ? html`<span class="problem" aria-hidden="true">!</span>` : nothing}
</button>`;

/**
 * @param {LocalMedia} media
 * @param {Pick<Actions, "toggleMicrophone" | "toggleCamera">} actions
 * @param {{ microphone: string, camera: string }} ids
 */
export const deviceToggles = (media, actions, ids) => ({
  microphone: toggle({
    id: ids.microphone,
    label: "Microphone",
    title: media.isAudible ? "Mute (M)" : "Unmute (M)",
    isOn: media.isAudible,
    icon: media.isAudible ? icons.microphone : icons.microphoneOff,
    act: actions.toggleMicrophone,
    hasProblem: Boolean(media.problems.audio),
  }),
  camera: toggle({
    id: ids.camera,
    label: "Camera",
    title: media.isCameraRunning ? "Turn the camera off (V)" : "Turn the camera on (V)",
    isOn: media.isCameraRunning,
    icon: media.isCameraRunning ? icons.camera : icons.cameraOff,
    act: actions.toggleCamera,
    hasProblem: Boolean(media.problems.video),
  }),
});

/**
 * @param {LocalMedia} media
 * @param {Actions} actions
 */
export function controlsBar(media, actions) {
  const toggles = deviceToggles(media, actions, {
    microphone: "btn-mic",
    camera: "btn-camera",
  });
  return html`<section id="controls-bar" aria-label="Call controls">
    <div class="split">
      ${toggles.microphone}
      ${deviceMenu({
        id: "sel-mic",
        label: "Choose a microphone",
        devices: media.microphones,
        chosen: media.deviceIds.audio,
        choose: (deviceId) => actions.choose("audio", deviceId),
      })}
    </div>
    <div class="split">
      ${toggles.camera}
      ${deviceMenu({
        id: "sel-camera",
        label: "Choose a camera",
        devices: media.cameras,
        chosen: media.deviceIds.video,
        choose: (deviceId) => actions.choose("video", deviceId),
      })}
    </div>
    <button id="btn-screenshare" type="button" class="round" aria-label="Share your screen"
      aria-pressed=${media.isSharing} ?disabled=${!media.canShare}
      title=${media.isSharing ? "Stop sharing (S)" : "Share your screen (S)"}
      @click=${actions.toggleScreen}>${icons.screen}</button>
    <button id="btn-leave" type="button" class="round leave" aria-label="Leave the room"
      title="Leave the room" @click=${actions.leave}>${icons.leave}</button>
  </section>`;
}

/**
 * @param {object} state
 * @param {string} state.roomId
 * @param {number} state.count
 * @param {boolean} state.isPeopleOpen
 * @param {boolean} state.isChatOpen
 * @param {number} state.unreadCount
 * @param {Actions} actions
 */
export const topBar = (
  { roomId, count, isPeopleOpen, isChatOpen, unreadCount },
  actions,
) => html`<header id="top-bar">
  <img src="/icon.svg" alt="Greenroom" width="28" height="28">
  <h1 id="room-title" tabindex="-1">${roomId}</h1>
  <button id="btn-copy-link" type="button" class="quiet" title="Copy the link to this room"
    @click=${actions.copyLink}>${icons.link}<span class="wide">Copy link</span></button>
  <button id="btn-participants" type="button" class="quiet" aria-pressed=${isPeopleOpen}
    aria-controls="participants-panel" aria-label="People, ${count} here" title="People (P)"
    @click=${actions.togglePeople}>${icons.people}<span class="count">${count}</span></button>
  <button id="btn-chat" type="button" class="quiet" aria-pressed=${isChatOpen}
    aria-controls="chat-panel" title="Chat (C)"
    aria-label=${unreadCount ? `Chat, ${unreadCount} unread` : "Chat"}
    @click=${actions.toggleChat}>${icons.chat}${
      unreadCount
        ? html`<span id="chat-badge" class="badge">${unreadCount}</span>`
        : nothing
    }</button>
  <button id="btn-settings" type="button" class="quiet" aria-label="Settings and shortcuts"
    title="Settings and shortcuts (?)" @click=${actions.openSettings}>${icons.settings}</button>
</header>`;
