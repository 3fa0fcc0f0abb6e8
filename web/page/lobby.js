// Before the call: who one is, where one goes, and how one looks and sounds.

import { live } from "lit/directives/live.js";
import { html, nothing } from "lit/html.js";
import { LevelMeter } from "../client/level.js";
import { LocalMedia } from "../client/media.js";
import { codePointCount } from "../client/text.js";
import { deviceMenu, deviceToggles } from "./controls.js";
import { icons } from "./icons.js";
import { faultOfRoomId, makeRoomId } from "./room_ids.js";
import { remember, settings } from "./settings.js";
import { makeDraw } from "./view.js";
import { hintFor } from "./words.js";

/**
 * @typedef {object} Entry
 * @property {string} roomId
 * @property {string} displayName
 * @property {LocalMedia} media Already open, for the room to go on with.
 */

const nameCountMax = 64;
const meterMs = 100;

/** @param {string} name */
function faultOfName(name) {
  if (!name) return "Choose a name, so that the others know who you are.";
  if (codePointCount(name) > nameCountMax)
    return `A name has ${nameCountMax} characters at most.`;
  return "";
}

export class Lobby {
  #media = new LocalMedia();
  #meter = new LevelMeter();
  #faults = { name: "", room: "" };
  #isOpening = true;
  /** @type {MediaStream | null} */
  #stream = null;
  #notice;
  #invitation;
  #wish;
  #prepare;
  #enter;
  #isEntering = false;
  #draw;
  #timer;
  /** @type {(() => void)[]} */
  #undo;

  /**
   * @param {HTMLElement} root
   * @param {object} options
   * @param {string} options.invitation The room whose link was followed, if any.
   * @param {string} options.wish Another room to suggest.
   * @param {string} options.notice Why somebody is back here.
   * @param {() => void} options.prepare Somebody is about to enter.
   * @param {(entry: Entry) => Promise<void>} options.enter
   */
  constructor(root, { invitation, wish, notice, prepare, enter }) {
    this.#invitation = invitation;
    this.#wish = invitation || wish;
    this.#notice = notice;
    this.#prepare = prepare;
    this.#enter = enter;
    this.#draw = makeDraw(root, this.#template);
    this.#undo = [
      this.#media.on("changed", this.#draw),
      this.#media.on("track", (kind) => this.#follow(kind)),
    ];
    this.#timer = setInterval(() => this.#showLevel(), meterMs);
    document.title = invitation ? `Join ${invitation} – Greenroom` : "Greenroom";
    this.#draw();
    queueMicrotask(() =>
      this.#field(settings.displayName ? "room-id" : "display-name").focus(),
    );
    this.#open();
  }

  close() {
    this.handOver();
    this.#media.close();
  }

  /** The room goes on with what is open. */
  handOver() {
    for (const undo of this.#undo) undo();
    clearInterval(this.#timer);
    this.#meter.close();
    this.#draw.stop();
  }

  // -- actions ------------------------------------------------------------------

  async #open() {
    this.#isOpening = true;
    this.#draw();
    await this.#media.open({
      microphone: settings.microphone,
      camera: settings.camera,
      audioDeviceId: settings.audioDeviceId,
      videoDeviceId: settings.videoDeviceId,
    });
    this.#isOpening = false;
    this.#draw();
  }

  #generate = () => {
    this.#field("room-id").value = makeRoomId();
    this.#faults.room = "";
    this.#draw();
  };

  /** @param {SubmitEvent} event */
  #submit = async (event) => {
    event.preventDefault();
    if (this.#isEntering) return;
    const displayName = this.#field("display-name").value.trim();
    const roomId = this.#field("room-id").value.trim();
    this.#faults = { name: faultOfName(displayName), room: faultOfRoomId(roomId) };
    this.#notice = "";
    this.#draw();
    if (this.#faults.name) return this.#field("display-name").focus();
    if (this.#faults.room) return this.#field("room-id").focus();
    const media = this.#media;
    const { microphone, camera } = media.wishes;
    remember({ displayName, microphone, camera });
    this.#isEntering = true;
    this.#draw();
    try {
      await this.#enter({ roomId, displayName, media });
    } catch {
      this.#notice = "The server is out of reach. Try again in a moment.";
    }
    this.#isEntering = false;
    this.#draw();
  };

  #toggleMicrophone = () => this.#media.setMicrophone(!this.#media.isAudible);
  #toggleCamera = () => this.#media.setCamera(!this.#media.isCameraRunning);

  /** @param {import("../client/media.js").Kind} kind */
  #follow(kind) {
    const { audio, video } = this.#media;
    if (kind === "audio") this.#meter.watch(audio);
    else this.#stream = video && new MediaStream([video]);
  }

  /** @param {string} id */
  #field(id) {
    return /** @type {HTMLInputElement} */ (document.getElementById(id));
  }

  #showLevel() {
    const meter = document.getElementById("preview-level");
    meter?.style.setProperty("--level", String(Math.min(1, this.#meter.level * 6)));
  }

  // -- what is shown ------------------------------------------------------------

  #template = () => html`<div id="lobby">
    <header id="lobby-head">
      <img src="/icon.svg" alt="" width="36" height="36">
      <p>Greenroom</p>
    </header>
    <main>
      ${this.#preview()} ${this.#form()}
    </main>
  </div>`;

  #preview() {
    const media = this.#media;
    const toggles = deviceToggles(
      media,
      { toggleMicrophone: this.#toggleMicrophone, toggleCamera: this.#toggleCamera },
      { microphone: "preview-mic", camera: "preview-camera" },
    );
    return html`<section id="preview" aria-label="Camera and microphone">
      <div class="stage">
        <video id="preview-video" class="mirrored" muted autoplay playsinline .muted=${true}
          .srcObject=${live(this.#stream)} aria-label="Your camera" ?hidden=${!media.video}></video>
        ${media.video ? nothing : html`<p class="blank">${this.#whyBlank()}</p>`}
        <div class="buttons">${toggles.microphone} ${toggles.camera}</div>
        <span id="preview-level" aria-hidden="true"></span>
      </div>
      ${this.#hint()}
      <div class="menus">
        <label>${icons.microphone}<span class="unseen">Microphone</span>${deviceMenu({
          id: "preview-sel-mic",
          label: "Microphone",
          devices: media.microphones,
          chosen: media.deviceIds.audio,
          choose: (deviceId) => {
            remember({ audioDeviceId: deviceId });
            media.choose("audio", deviceId);
          },
        })}</label>
        <label>${icons.camera}<span class="unseen">Camera</span>${deviceMenu({
          id: "preview-sel-camera",
          label: "Camera",
          devices: media.cameras,
          chosen: media.deviceIds.video,
          choose: (deviceId) => {
            remember({ videoDeviceId: deviceId });
            media.choose("video", deviceId);
          },
        })}</label>
      </div>
    </section>`;
  }

  #whyBlank() {
    if (this.#isOpening) return "Starting your camera…";
    if (this.#media.problems.video) return "No picture";
    return "Your camera is off";
  }

  #hint() {
    const hint = hintFor(this.#media.problems);
    if (!hint || this.#isOpening) return nothing;
    return html`<div id="media-hint" class="hint" role="status">
      <p><b>${hint.title}.</b> ${hint.text}</p>
      ${
        hint.canRetry
          ? html`<button type="button" id="btn-retry-media" @click=${() => this.#open()}
            >Try again</button>`
          : nothing
      }
    </div>`;
  }

  #form() {
    return html`<form id="lobby-form" class="card" autocomplete="off" novalidate
      @input=${this.#prepare} @submit=${this.#submit}>
      <h1>${this.#invitation ? "Almost there" : "See each other"}</h1>
      <p class="faint">
        ${
          this.#invitation
            ? html`You are about to join <b>${this.#invitation}</b>.`
            : "Up to six people, from browser to browser. No account, nothing recorded."
        }
      </p>
      <p id="lobby-notice" role="alert">${this.#notice}</p>
      <label for="display-name">Your name</label>
      <input id="display-name" name="display_name" .defaultValue=${settings.displayName}
        maxlength="128" aria-required="true" aria-describedby="display-name-fault"
        aria-invalid=${this.#faults.name ? "true" : "false"} placeholder="As others see you">
      <p id="display-name-fault" class="fault" role="alert">${this.#faults.name}</p>
      <label for="room-id">Room</label>
      <div class="row">
        <input id="room-id" name="room_id" .defaultValue=${this.#wish} maxlength="128"
          aria-required="true" aria-describedby="room-id-fault" autocapitalize="off"
          spellcheck="false" aria-invalid=${this.#faults.room ? "true" : "false"}
          placeholder="Any name">
        <button id="btn-generate" type="button" title="Generate a room nobody else is in"
          aria-label="Generate a room"
          @click=${this.#generate}>${icons.shuffle}<span>Generate</span></button>
      </div>
      <p id="room-id-fault" class="fault" role="alert">${this.#faults.room}</p>
      <button id="btn-join" class="primary" type="submit" @pointerenter=${this.#prepare}
        >${this.#isEntering ? "Joining…" : "Join the room"}</button>
    </form>`;
  }
}
