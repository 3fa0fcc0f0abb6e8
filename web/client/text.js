// Texts as people type and count them.

/** @type {Record<string, string>} */
const characters = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/**
 * The server escapes chat once, for pages that show it as HTML. This undoes that
 * once, in a single pass: "&amp;lt;" is "&lt;", which somebody typed.
 *
 * @param {string} text
 */
export function asTyped(text) {
  return text.replace(
    /&(?:amp|lt|gt|quot|#39);/g,
    (entity) => characters[entity] ?? entity,
  );
}

/**
 * Length as the server counts it: "🎭" is one, not two.
 *
 * @param {string} text
 */
export function codePointCount(text) {
  return [...text].length;
}
