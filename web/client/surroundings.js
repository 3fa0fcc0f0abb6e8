// What happens to the machine: another network, a nap, a tab that is seen again.

const tickMs = 2000;
/** Between two looks at the clock: longer, and nothing ran meanwhile. */
const napMs = 15_000;

/**
 * @param {EventTarget | undefined} target
 * @param {string} event
 * @param {() => void} listener
 * @returns {() => void} Undoes it.
 */
function listenTo(target, event, listener) {
  target?.addEventListener(event, listener);
  return () => target?.removeEventListener(event, listener);
}

/**
 * From cable to Wi-Fi, say; few browsers tell.
 *
 * @param {() => void} react
 */
function watchNetworkType(react) {
  const network = /** @type {any} */ (globalThis.navigator)?.connection;
  let type = network?.type;
  return listenTo(network, "change", () => {
    if (network.type === type) return;
    type = network.type;
    react();
  });
}

/**
 * @param {object} reactions
 * @param {() => void} reactions.networkChanged
 * @param {() => void} reactions.awoken
 * @param {() => void} reactions.tick Every two seconds.
 * @returns {() => void} Undoes it.
 */
export function watchSurroundings({ networkChanged, awoken, tick }) {
  let lookedAt = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - lookedAt > napMs) awoken();
    lookedAt = Date.now();
    tick();
  }, tickMs);
  const undo = [
    listenTo(globalThis.window, "online", networkChanged),
    listenTo(globalThis.document, "visibilitychange", () => {
      if (document.visibilityState === "visible") awoken();
    }),
    watchNetworkType(networkChanged),
  ];
  return () => {
    clearInterval(timer);
    for (const step of undo) step();
  };
}
