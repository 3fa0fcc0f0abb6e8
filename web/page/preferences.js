// The dialog of settings and shortcuts.
import { html } from "lit/html.js";
import { applyTheme, remember, settings } from "./settings.js";

/** @typedef {import("./settings.js").Settings} Settings */

/** @type {[key: string, meaning: string][]} */
const shortcuts = [
  ["M", "Mute or unmute"],
  ["V", "Camera on or off"],
  ["S", "Share the screen, or stop"],
  ["C", "Open or close the chat"],
  ["P", "Show or hide who is here"],
  ["?", "This"],
  ["Esc", "Close what is open"],
];

/**
 * @param {keyof Settings} name
 * @param {string} label
 * @param {[value: string, label: string][]} choices
 * @param {() => void} changed
 */
const choice = (name, label, choices, changed) => html`<label>${label}
  <select id="set-${name}" @change=${(/** @type {Event} */ { target }) => {
    remember({ [name]: /** @type {HTMLSelectElement} */ (target).value });
    changed();
  }}>
    ${choices.map(
      ([value, text]) => html`<option value=${value} .selected=${settings[name] === value}
        >${text}</option>`,
    )}
  </select>
</label>`;

/** @param {() => void} changed The quality or the shortcuts may be others now. */
export const preferences = (changed) => html`<dialog id="settings"
  aria-labelledby="settings-title">
  <form method="dialog">
    <h2 id="settings-title">Settings</h2>
    ${choice(
      "theme",
      "Colors",
      [
        ["system", "As the system"],
        ["light", "Light"],
        ["dark", "Dark"],
      ],
      applyTheme,
    )}
    ${choice(
      "quality",
      "Video quality",
      [
        ["auto", "By the number of people"],
        ["medium", "Medium at most"],
        ["low", "Low at most"],
        ["minimal", "As little data as possible"],
      ],
      changed,
    )}
    <h3>Keyboard shortcuts</h3>
    <label class="check"><input id="set-shortcuts" type="checkbox"
      .checked=${settings.shortcuts}
      @change=${(/** @type {Event} */ { target }) => {
        remember({ shortcuts: /** @type {HTMLInputElement} */ (target).checked });
        changed();
      }}> Use single keys</label>
    <dl>
      ${shortcuts.map(([key, meaning]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${meaning}</dd></div>`)}
    </dl>
    <button class="primary">Done</button>
  </form>
</dialog>`;

/**
 * @param {KeyboardEvent} event
 * @param {Record<string, () => void>} actions By key, in lower case.
 */
export function actOnKey(event, actions) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const isEscape = event.key === "Escape";
  if (!isEscape) {
    if (!settings.shortcuts || event.repeat) return;
    if (target.closest?.("input, select, textarea, dialog, [contenteditable]")) return;
  }
  const act = actions[event.key.toLowerCase()];
  if (!act) return;
  if (!isEscape) event.preventDefault();
  act();
}
