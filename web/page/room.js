// The call as a person sees it.
import { html, nothing } from "lit/html.js";
import { Call } from "../client/call.js";
import { codePointCount } from "../client/text.js";
import { controlsBar, topBar } from "./controls.js";
import { Conversation } from "./conversation.js";
import { chatPanel, participantsPanel } from "./panels.js";
import { actOnKey, preferences } from "./preferences.js";
import { remember, rememberSeat, settings } from "./settings.js";
import { placeTiles, tiles } from "./tiles.js";
import { Toasts } from "./toasts.js";
import { makeDraw } from "./view.js";
import { hintFor, wordsOfRefusal, wordsOfStatus } from "./words.js";

/**
 * @typedef {import("./controls.js").Actions} Actions
 */

const textCountMax = 500;
/** From here on, both panels stand beside the tiles. */
const wideEnough = matchMedia("(min-width: 60rem)");

export class Room {
  #call;
  #roomId;
  #displayName;
  #back;
  #draw;
  #toasts;
  #isPeopleOpen = wideEnough.matches;
  #isChatOpen = wideEnough.matches;
  #isHintDismissed = false;
  #isSoundBlocked = false;
  #conversation = new Conversation();
  #isAtEnd = true;
  #resized = new ResizeObserver(() => this.#placeTiles());

  /**
   * @param {HTMLElement} root
   * @param {object} options
   * @param {string} options.roomId
   * @param {string} options.displayName
   * @param {import("../client/media.js").LocalMedia} [options.media]
   * @param {(end: import("../client/channel.js").End) => void} options.back
   */
  constructor(root, { roomId, displayName, media, back }) {
    this.#roomId = roomId;
    this.#displayName = displayName;
    this.#back = back;
    this.#draw = makeDraw(root, this.#template, this.#afterDraw);
    this.#toasts = new Toasts(this.#draw);
    this.#call = new Call({ roomId, displayName, media, quality: settings.quality });
    this.#listen();
    addEventListener("keydown", this.#press);
    wideEnough.addEventListener("change", this.#adapt);
    document.addEventListener("visibilitychange", this.#look);
    rememberSeat({ roomId, displayName });
    this.#title();
    this.#draw();
    if (!media) this.#openMedia();
    this.#call.enter();
    queueMicrotask(() => {
      document.getElementById("room-title")?.focus();
      const grid = document.getElementById("video-grid");
      if (grid) this.#resized.observe(grid);
    });
  }

  get call() {
    return this.#call;
  }

  close() {
    this.#call.leave();
  }

  // -- the call -----------------------------------------------------------------

  #listen() {
    const call = this.#call;
    call.on("changed", this.#draw);
    call.on("joined", ({ displayName }) => this.#toasts.add(`${displayName} joined`));
    call.on("left", ({ displayName }) => this.#toasts.add(`${displayName} left`));
    call.on("refused", (refusal) => this.#toasts.add(wordsOfRefusal(refusal), "error"));
    call.on("chat", (said) => this.#hear(said));
    call.on("ended", (end) => this.#end(end));
    call.media.on("lost", ({ kind, label }) => {
      const what = kind === "audio" ? "Microphone" : "Camera";
      this.#toasts.add(`${what} “${label}” is gone; using another if there is one`);
    });
  }

  #openMedia() {
    this.#call.media.open({
      microphone: settings.microphone,
      camera: settings.camera,
      audioDeviceId: settings.audioDeviceId,
      videoDeviceId: settings.videoDeviceId,
    });
  }

  /** @param {import("../client/channel.js").End} end */
  #end(end) {
    this.#resized.disconnect();
    removeEventListener("keydown", this.#press);
    wideEnough.removeEventListener("change", this.#adapt);
    document.removeEventListener("visibilitychange", this.#look);
    this.#draw.stop();
    this.#back(end);
  }

  /** @type {Actions} */
  #actions = {
    toggleMicrophone: async () => {
      const { media } = this.#call;
      const isOn = !media.isAudible;
      remember({ microphone: isOn });
      await media.setMicrophone(isOn);
      if (isOn && !media.isAudible) this.#remind();
    },
    toggleCamera: async () => {
      const { media } = this.#call;
      const isOn = !media.isCameraRunning;
      remember({ camera: isOn });
      await media.setCamera(isOn);
      if (isOn && !media.isCameraRunning) this.#remind();
    },
    toggleScreen: async () => {
      const { media } = this.#call;
      if (media.isSharing) return media.stopSharing();
      const problem = await media.shareScreen();
      if (problem === "denied") this.#toasts.add("Your screen is not shared");
      else if (problem) this.#toasts.add("Your screen could not be shared", "error");
    },
    choose: async (kind, deviceId) => {
      const { media } = this.#call;
      remember({ [kind === "audio" ? "audioDeviceId" : "videoDeviceId"]: deviceId });
      await media.choose(kind, deviceId);
      if (media.problems[kind]) this.#remind();
    },
    leave: () => this.#call.leave(),
    togglePeople: () => this.#togglePanel("people"),
    toggleChat: () => this.#togglePanel("chat"),
    copyLink: () => this.#copyLink(),
    openSettings: () => this.#dialog()?.showModal(),
  };

  /** Says again why there is no picture or sound, and what to do. */
  #remind() {
    this.#isHintDismissed = false;
    const hint = hintFor(this.#call.media.problems);
    if (hint) this.#toasts.add(`${hint.title}.`, "error");
    this.#draw();
  }

  async #copyLink() {
    const link = location.origin + location.pathname;
    try {
      await navigator.clipboard.writeText(link);
      this.#toasts.add("Link copied. Send it to those you want here.");
    } catch {
      this.#toasts.add(`The link to this room is ${link}`);
    }
  }

  // -- panels and keys ----------------------------------------------------------

  /** @param {"people" | "chat"} which */
  #togglePanel(which) {
    const isNarrow = !wideEnough.matches;
    const wasOpen = which === "chat" ? this.#isChatOpen : this.#isPeopleOpen;
    if (which === "chat" || isNarrow) this.#isChatOpen = which === "chat" && !wasOpen;
    if (which === "people" || isNarrow)
      this.#isPeopleOpen = which === "people" && !wasOpen;
    if (this.#isChatOpen) this.#read();
    this.#draw();
    const opener = which === "chat" ? "btn-chat" : "btn-participants";
    const inside = which === "chat" ? "chat-input" : "participants";
    queueMicrotask(() => document.getElementById(wasOpen ? opener : inside)?.focus());
  }

  /** What stands beside the tiles would cover them. @param {{ matches: boolean }} event */
  #adapt = ({ matches: isWide }) => {
    this.#isPeopleOpen = isWide;
    this.#isChatOpen = isWide;
    if (isWide) this.#read();
    this.#draw();
  };

  #closePanels() {
    if (wideEnough.matches) return;
    if (this.#isChatOpen) this.#togglePanel("chat");
    else if (this.#isPeopleOpen) this.#togglePanel("people");
  }

  /** @param {KeyboardEvent} event */
  #press = (event) =>
    actOnKey(event, {
      m: this.#actions.toggleMicrophone,
      v: this.#actions.toggleCamera,
      s: this.#actions.toggleScreen,
      c: this.#actions.toggleChat,
      p: this.#actions.togglePeople,
      "?": this.#actions.openSettings,
      escape: () => this.#closePanels(),
    });

  #dialog() {
    return /** @type {HTMLDialogElement | null} */ (document.getElementById("settings"));
  }

  // -- chat ---------------------------------------------------------------------

  /** @param {import("./conversation.js").Said} said */
  #hear(said) {
    const isOwn = said.fromId === this.#call.selfId;
    const isSeen = this.#isChatOpen && document.visibilityState === "visible";
    this.#followChat(isOwn);
    this.#conversation.hear(said, { isOwn, isSeen });
    this.#title();
    this.#draw();
  }

  /** Whoever has scrolled back to read is left there. @param {boolean} isOwn */
  #followChat(isOwn) {
    const list = document.getElementById("message-list");
    const left = list ? list.scrollHeight - list.scrollTop - list.clientHeight : 0;
    this.#isAtEnd = isOwn || !list || left < list.clientHeight / 3;
  }

  /** @param {SubmitEvent} event */
  #send = async (event) => {
    event.preventDefault();
    const input = /** @type {HTMLInputElement} */ (document.getElementById("chat-input"));
    const text = input.value;
    if (!text.trim()) return;
    if (codePointCount(text) > textCountMax) {
      this.#toasts.add(`A message has ${textCountMax} characters at most.`, "error");
      return;
    }
    input.value = "";
    const [fromId, displayName] = [this.#call.selfId, this.#displayName];
    const key = this.#conversation.begin({ fromId, displayName, text, ts: Date.now() });
    this.#followChat(true);
    this.#draw();
    const { ok, response } = await this.#call.say(text);
    this.#conversation.drop(key);
    if (!ok && this.#call.status !== "ended")
      this.#toasts.add(`Not sent: “${text}”. ${wordsOfRefusal(response)}`, "error");
    this.#draw();
  };

  /** Somebody may have come back to look. */
  #look = () => {
    if (this.#isChatOpen && document.visibilityState === "visible") this.#read();
  };

  #read() {
    this.#conversation.unreadCount = 0;
    this.#title();
    this.#draw();
  }

  #title() {
    const { unreadCount } = this.#conversation;
    const unread = unreadCount ? `(${unreadCount}) ` : "";
    document.title = `${unread}${this.#roomId} – Greenroom`;
  }

  // -- what is shown ------------------------------------------------------------

  #placeTiles() {
    const grid = document.getElementById("video-grid");
    if (grid) placeTiles(grid);
  }

  #afterDraw = () => {
    this.#placeTiles();
    const list = document.getElementById("message-list");
    if (list && this.#isAtEnd) list.scrollTop = list.scrollHeight;
  };

  /** Browsers may wait for a touch before they play sound. @param {Event} event */
  #startPlaying = async ({ target }) => {
    try {
      await /** @type {HTMLVideoElement} */ (target).play();
    } catch (error) {
      if (/** @type {DOMException} */ (error).name !== "NotAllowedError") return;
      this.#isSoundBlocked = true;
      this.#draw();
    }
  };

  #playAll = () => {
    this.#isSoundBlocked = false;
    for (const video of document.querySelectorAll("video")) video.play().catch(() => {});
    this.#draw();
  };

  #template = () => {
    const call = this.#call;
    const { participants } = call;
    return html`<div id="room" data-room-id=${this.#roomId}
      data-display-name=${this.#displayName} data-self-id=${call.selfId}
      data-status=${call.status} data-panels=${this.#isPeopleOpen || this.#isChatOpen}>
      ${topBar(
        {
          roomId: this.#roomId,
          count: participants.length,
          isPeopleOpen: this.#isPeopleOpen,
          isChatOpen: this.#isChatOpen,
          unreadCount: this.#conversation.unreadCount,
        },
        this.#actions,
      )}
      ${this.#messagesToAll()}
      <main>
        <div id="video-grid" role="group" aria-label="Everybody’s video">
          ${tiles(participants, this.#startPlaying)}
        </div>
      </main>
      <aside id="side" aria-label="People and chat">
        ${participantsPanel({
          participants,
          capacity: call.capacity,
          isOpen: this.#isPeopleOpen,
          close: this.#actions.togglePeople,
        })}
        ${chatPanel({
          messages: this.#conversation.messages,
          isOpen: this.#isChatOpen,
          close: this.#actions.toggleChat,
          send: this.#send,
        })}
      </aside>
      ${controlsBar(call.media, this.#actions)} ${this.#toasts.template}
      ${preferences(() => call.setQuality(settings.quality))}
    </div>`;
  };

  #messagesToAll() {
    const hint = this.#isHintDismissed ? null : hintFor(this.#call.media.problems);
    return html`<div id="notes">
      <p id="banner" role="status">${wordsOfStatus(this.#call.status)}</p>
      ${this.#alone()}
      ${
        hint
          ? html`<div id="media-hint" class="hint" role="status">
            <p><b>${hint.title}.</b> ${hint.text}</p>
            ${
              hint.canRetry
                ? html`<button type="button" id="btn-retry-media"
                  @click=${() => this.#openMedia()}>Try again</button>`
                : nothing
            }
            <button type="button" @click=${() => {
              this.#isHintDismissed = true;
              this.#draw();
            }}>Dismiss</button>
          </div>`
          : nothing
      }
      ${
        this.#isSoundBlocked
          ? html`<div class="hint" role="status">
            <p>Your browser waits for you before it plays sound.</p>
            <button type="button" id="btn-sound" @click=${this.#playAll}>Turn on sound</button>
          </div>`
          : nothing
      }
    </div>`;
  }

  #alone() {
    const { participants, status } = this.#call;
    if (participants.length > 1 || status !== "joined") return nothing;
    return html`<p id="alone">Nobody else is here yet.
      <button type="button" class="link" @click=${this.#actions.copyLink}>Copy the link</button>
      and send it to somebody.</p>`;
  }
}
