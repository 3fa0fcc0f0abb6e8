// How views are drawn: into the light DOM, so that every id can be found there.
import { render } from "lit/html.js";

/**
 * Draws at the end of the current turn, once, however often it was asked to.
 * Not with the next animation frame: there is none while a tab is hidden.
 *
 * @param {HTMLElement} root
 * @param {() => unknown} template
 * @param {() => void} [afterwards]
 */
export function makeDraw(root, template, afterwards = () => {}) {
  let isPending = false;
  let isOver = false;
  const draw = () => {
    if (isPending || isOver) return;
    isPending = true;
    queueMicrotask(() => {
      isPending = false;
      if (isOver) return;
      render(template(), root);
      afterwards();
    });
  };
  /** Nothing is drawn any more, and what was drawn is gone. */
  draw.stop = () => {
    isOver = true;
    render("", root);
  };
  return draw;
}
