// Line drawings, in the color of the text around them.
import { html, svg } from "lit/html.js";

/** @param {import("lit/html.js").TemplateResult<2>} lines */
const icon = (lines) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${lines}</svg>`;

const strike = svg`<path d="M4 4l16 16"/>`;
const microphone = svg`<rect x="9" y="3" width="6" height="11" rx="3"/>
  <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>`;
const camera = svg`<rect x="3" y="6" width="12" height="12" rx="2.5"/>
  <path d="M15 11l5.2-3.2a.5.5 0 0 1 .8.4v7.6a.5.5 0 0 1-.8.4L15 13"/>`;

export const icons = {
  microphone: icon(microphone),
  microphoneOff: icon(svg`${microphone}${strike}`),
  camera: icon(camera),
  cameraOff: icon(svg`${camera}${strike}`),
  screen: icon(svg`<rect x="3" y="4.5" width="18" height="12" rx="2"/>
    <path d="M8.5 20h7M12 13.5V8M9.5 10.2L12 7.8l2.5 2.4"/>`),
  people: icon(svg`<circle cx="9" cy="8" r="3.5"/>
    <path d="M2.5 19.5c.6-3.6 3.2-5.5 6.5-5.5s5.9 1.9 6.5 5.5"/>
    <path d="M15.5 4.9a3.5 3.5 0 0 1 0 6.2M17.8 14.6c2 .8 3.3 2.4 3.7 4.9"/>`),
  chat: icon(svg`<path d="M5 4.5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7.5L7 20.5v-4H5a2 2 0
    0 1-2-2v-8a2 2 0 0 1 2-2z"/>`),
  link: icon(svg`<path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 1 0 13 5.3l-1 1"/>
    <path d="M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 1 0 11 18.7l1-1"/>`),
  leave: icon(
    svg`<path d="M14 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h8M10 12h11M17 8l4 4-4 4"/>`,
  ),
  settings:
    icon(svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/>
    <circle cx="9" cy="17" r="2"/>`),
  send: icon(svg`<path d="M4 12l16-7.5-5 15.5-3.5-6.5zM11.5 13.5L20 4.5"/>`),
  close: icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`),
  weak: icon(svg`<path d="M5 19v-2M10 19v-5"/><path class="dim" d="M15 19V10M20 19V5"/>`),
  shuffle:
    icon(svg`<path d="M4 7h3.5c4 0 5 10 9 10H20M4 17h3.5c1.5 0 2.6-1.4 3.5-3.1M20 7h-3.5
    c-1.5 0-2.6 1.4-3.5 3.1M17.5 4.5L20 7l-2.5 2.5M17.5 14.5L20 17l-2.5 2.5"/>`),
};
