// Short notes that go away by themselves.

import { repeat } from "lit/directives/repeat.js";
import { html, nothing } from "lit/html.js";
import { icons } from "./icons.js";

/**
 * @typedef {object} Toast
 * @property {number} id
 * @property {"notice" | "error"} kind
 * @property {string} text
 */

const shownMs = { notice: 4000, error: 9000 };
const countMax = 4;

export class Toasts {
  /** @type {Toast[]} */
  #toasts = [];
  #lastId = 0;
  #draw;

  /** @param {() => void} draw */
  constructor(draw) {
    this.#draw = draw;
  }

  /**
   * @param {string} text
   * @param {Toast["kind"]} [kind]
   */
  add(text, kind = "notice") {
    const id = ++this.#lastId;
    this.#toasts = [...this.#toasts, { id, kind, text }].slice(-countMax);
    setTimeout(() => this.#remove(id), shownMs[kind]);
    this.#draw();
  }

  /** @param {number} id */
  #remove(id) {
    this.#toasts = this.#toasts.filter((toast) => toast.id !== id);
    this.#draw();
  }

  get template() {
    return html`<div id="toasts" aria-live="polite">
      ${repeat(
        this.#toasts,
        ({ id }) => id,
        ({ id, kind, text }) => html`<div class="toast" data-kind=${kind}
          role=${kind === "error" ? "alert" : nothing}>
          <span>${text}</span>
          <button type="button" class="quiet" aria-label="Dismiss"
            @click=${() => this.#remove(id)}>${icons.close}</button>
        </div>`,
      )}
    </div>`;
  }
}
