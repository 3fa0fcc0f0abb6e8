// What the browser remembers of a person.

/**
 * @typedef {object} Settings
 * @property {string} displayName
 * @property {boolean} microphone Whether to be heard from the start.
 * @property {boolean} camera
 * @property {string} audioDeviceId
 * @property {string} videoDeviceId
 * @property {"system" | "light" | "dark"} theme
 * @property {"auto" | import("../client/quality.js").LevelName} quality
 * @property {boolean} shortcuts
 */

const key = "greenroom.settings";

/** @type {Settings} */
const defaults = {
  displayName: "",
  microphone: true,
  camera: true,
  audioDeviceId: "",
  videoDeviceId: "",
  theme: "system",
  quality: "auto",
  shortcuts: true,
};

/** @returns {Settings} */
function stored() {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(key) ?? "{}") };
  } catch {
    return { ...defaults }; // Storage may be forbidden, or hold nonsense.
  }
}

/** Read it freely; write through `remember`. */
export const settings = stored();

/** @param {Partial<Settings>} changes */
export function remember(changes) {
  Object.assign(settings, changes);
  try {
    localStorage.setItem(key, JSON.stringify(settings));
  } catch {
    // Then until the page is closed.
  }
}

/** Shows the page in the colors that were chosen. */
export function applyTheme() {
  document.documentElement.dataset.theme = settings.theme;
}

const seatKey = "greenroom.seat";

/**
 * Where this tab sits, so that a reload leads back there.
 *
 * @param {{ roomId: string, displayName: string } | null} seat
 */
export function rememberSeat(seat) {
  try {
    if (seat) sessionStorage.setItem(seatKey, JSON.stringify(seat));
    else sessionStorage.removeItem(seatKey);
  } catch {
    // Then a reload leads to the lobby.
  }
}

/** @returns {{ roomId: string, displayName: string } | null} */
export function recalledSeat() {
  try {
    return JSON.parse(sessionStorage.getItem(seatKey) ?? "null");
  } catch {
    return null;
  }
}
