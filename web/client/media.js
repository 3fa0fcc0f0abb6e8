// Our own microphone, camera and screen.
import { openDevices, problemOf } from "./devices.js";
import { Emitter } from "./emitter.js";
import { constraintsOf, levels } from "./quality.js";

/**
 * @typedef {import("./devices.js").Kind} Kind
 * @typedef {import("./devices.js").Problem} Problem
 * @typedef {import("./quality.js").QualityLevel} QualityLevel
 *
 * @typedef {object} MediaEvents
 * @property {void} changed Anything that a person or a room is shown.
 * @property {Kind} track Something else is to be sent: see `audio` and `video`.
 * @property {{ kind: Kind, label: string }} lost A device in use was unplugged.
 */

const audioConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
  sampleRate: { ideal: 48_000 },
};

/** @param {MediaStreamTrack | null} track */
function stop(track) {
  if (!track) return;
  track.onended = null;
  track.stop();
}

/** @extends {Emitter<MediaEvents>} */
export class LocalMedia extends Emitter {
  /** Why there is none, where there is none. @type {Partial<Record<Kind, Problem>>} */
  problems = {};
  /** @type {MediaDeviceInfo[]} */
  microphones = [];
  /** @type {MediaDeviceInfo[]} */
  cameras = [];
  /** What the person wants. */
  #isMicrophoneOn = true;
  #isCameraOn = true;
  /** @type {Record<Kind, string>} Chosen devices; empty: the browser's choice. */
  #chosen = { audio: "", video: "" };
  /** @type {MediaStreamTrack | null} */
  #microphone = null;
  /** @type {MediaStreamTrack | null} */
  #camera = null;
  /** @type {MediaStreamTrack | null} */
  #screen = null;
  #level = levels[0];
  /** Opening and closing take time; one at a time, in order. */
  #queue = Promise.resolve();
  #isClosed = false;
  #devices;
  #permissions;

  /**
   * @param {object} [options]
   * @param {MediaDevices} [options.devices] Absent on insecure origins.
   * @param {Permissions} [options.permissions]
   */
  constructor({
    devices = globalThis.navigator?.mediaDevices,
    permissions = globalThis.navigator?.permissions,
  } = {}) {
    super();
    this.#devices = devices;
    this.#permissions = permissions;
    devices?.addEventListener?.("devicechange", this.#listDevices);
  }

  // -- what there is ------------------------------------------------------------

  get audio() {
    return this.#microphone;
  }

  /** What others see: the screen while it is shared, otherwise the camera. */
  get video() {
    return this.#screen ?? this.#camera;
  }

  get isAudible() {
    return this.#microphone !== null && this.#isMicrophoneOn;
  }

  get isCameraRunning() {
    return this.#camera !== null;
  }

  get isSharing() {
    return this.#screen !== null;
  }

  get canShare() {
    return Boolean(this.#devices?.getDisplayMedia);
  }

  /** Whether the person wants to be heard and seen, possible or not. */
  get wishes() {
    return { microphone: this.#isMicrophoneOn, camera: this.#isCameraOn };
  }

  /** Ids of the devices in use, for the roster and for the next time. */
  get deviceIds() {
    return {
      audio: this.#microphone?.getSettings().deviceId ?? this.#chosen.audio,
      video: this.#camera?.getSettings().deviceId ?? this.#chosen.video,
    };
  }

  // -- what a person does -------------------------------------------------------

  /**
   * Opens what is wanted, as far as it can be had.
   *
   * @param {object} [wishes]
   * @param {boolean} [wishes.microphone]
   * @param {boolean} [wishes.camera]
   * @param {string} [wishes.audioDeviceId]
   * @param {string} [wishes.videoDeviceId]
   */
  open({
    microphone = true,
    camera = true,
    audioDeviceId = "",
    videoDeviceId = "",
  } = {}) {
    this.#isMicrophoneOn = microphone;
    this.#isCameraOn = camera;
    this.#chosen = { audio: audioDeviceId, video: videoDeviceId };
    return this.#enqueue(async () => {
      await this.#acquire(camera ? ["audio", "video"] : ["audio"]);
      await this.#listDevices();
    });
  }

  /** @param {boolean} isOn */
  setMicrophone(isOn) {
    this.#isMicrophoneOn = isOn;
    return this.#enqueue(async () => {
      if (this.#microphone) this.#microphone.enabled = this.#isMicrophoneOn;
      else if (this.#isMicrophoneOn) await this.#acquire(["audio"]);
    });
  }

  /**
   * Off means off: the camera's light goes out.
   *
   * @param {boolean} isOn
   */
  setCamera(isOn) {
    this.#isCameraOn = isOn;
    return this.#enqueue(async () => {
      if (!this.#isCameraOn) this.#put("video", null);
      else if (!this.#camera) await this.#acquire(["video"]);
    });
  }

  /**
   * @param {Kind} kind
   * @param {string} deviceId
   */
  choose(kind, deviceId) {
    this.#chosen[kind] = deviceId;
    return this.#enqueue(async () => {
      if (kind === "video" && !this.#isCameraOn) return;
      // Some systems lend a device once only, so the old one goes first.
      stop(kind === "audio" ? this.#microphone : this.#camera);
      await this.#acquire([kind]);
    });
  }

  /** @returns {Promise<Problem | null>} "denied" also when it was cancelled. */
  async shareScreen() {
    if (!this.#devices?.getDisplayMedia) return "missing";
    try {
      const stream = await this.#devices.getDisplayMedia({
        video: { frameRate: { ideal: 15, max: 30 } },
        audio: false,
      });
      const [track] = stream.getVideoTracks();
      if (this.#isClosed) stop(track);
      else this.#show(track);
      return null;
    } catch (error) {
      return problemOf(error);
    }
  }

  stopSharing() {
    if (!this.#screen) return;
    stop(this.#screen);
    this.#screen = null;
    this.#tell("video");
  }

  /** @param {QualityLevel} level */
  setLevel(level) {
    if (this.#level === level) return;
    this.#level = level;
    // A camera that cannot do it goes on as it is.
    this.#camera?.applyConstraints(constraintsOf(level)).catch(() => {});
  }

  close() {
    this.#isClosed = true;
    this.#devices?.removeEventListener?.("devicechange", this.#listDevices);
    for (const track of [this.#microphone, this.#camera, this.#screen]) stop(track);
    this.#microphone = this.#camera = this.#screen = null;
  }

  // -- how it is done -----------------------------------------------------------

  /** @param {() => Promise<void>} step */
  #enqueue(step) {
    this.#queue = this.#queue.then(async () => {
      if (this.#isClosed) return;
      await step();
      if (!this.#isClosed) this.emit("changed", undefined);
    });
    return this.#queue;
  }

  /** @param {Kind[]} kinds */
  async #acquire(kinds) {
    const wanted = Object.fromEntries(
      kinds.map((kind) => [kind, this.#constraints(kind)]),
    );
    const source = { devices: this.#devices, permissions: this.#permissions };
    const opened = await openDevices(source, wanted);
    for (const kind of kinds) {
      this.problems[kind] = opened.problems[kind];
      if (this.#isClosed) stop(opened[kind]);
      else this.#put(kind, opened[kind]);
    }
  }

  /** @param {Kind} kind @returns {MediaTrackConstraints} */
  #constraints(kind) {
    const chosen = this.#chosen[kind];
    return {
      ...(kind === "audio" ? audioConstraints : constraintsOf(this.#level)),
      ...(chosen && { deviceId: { exact: chosen } }),
    };
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  #put(kind, track) {
    if (track) track.onended = () => this.#lose(kind, track);
    if (kind === "audio") {
      stop(this.#microphone);
      this.#microphone = track;
      if (track) track.enabled = this.#isMicrophoneOn;
    } else {
      stop(this.#camera);
      this.#camera = track;
    }
    this.#tell(kind);
  }

  /** @param {MediaStreamTrack} track */
  #show(track) {
    stop(this.#screen);
    track.contentHint = "detail";
    track.onended = () => this.stopSharing();
    this.#screen = track;
    this.#tell("video");
  }

  /** @param {Kind} kind */
  #tell(kind) {
    this.emit("track", kind);
    this.emit("changed", undefined);
  }

  /**
   * The device is gone; another one may do.
   *
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  #lose(kind, track) {
    this.#chosen[kind] = "";
    this.emit("lost", { kind, label: track.label });
    this.#enqueue(async () => {
      await this.#acquire([kind]);
      await this.#listDevices();
    });
  }

  #listDevices = async () => {
    const all = (await this.#devices?.enumerateDevices?.().catch(() => [])) ?? [];
    // Without permission there are entries without ids, which choose nothing.
    const known = all.filter((device) => device.deviceId);
    this.microphones = known.filter((device) => device.kind === "audioinput");
    this.cameras = known.filter((device) => device.kind === "videoinput");
    if (!this.#isClosed) this.emit("changed", undefined);
  };
}
