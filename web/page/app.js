// The page: lobby at "/", a room at "/r/<room id>". One document, so that whoever
// has looked into the camera in the lobby need not start it again.
import { Lobby } from "./lobby.js";
import { faultOfRoomId, pathOfRoom, roomOfPath } from "./room_ids.js";
import { applyTheme, recalledSeat, remember, rememberSeat } from "./settings.js";
import { wordsOfEnd } from "./words.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));

/**
 * @typedef {ConstructorParameters<typeof Lobby>[1]} LobbyOptions
 * @typedef {import("./room.js").Room} Room
 */

/** @type {Lobby | Room | null} */
let view = null;

/** Nobody waits for it in the lobby, and most who begin to type will need it. */
const loadRoom = () => import("./room.js");

/** @param {Partial<Pick<LobbyOptions, "invitation" | "wish" | "notice">>} [options] */
function showLobby({ invitation = "", wish = "", notice = "" } = {}) {
  rememberSeat(null);
  view = new Lobby(root, {
    invitation,
    wish,
    notice,
    prepare: () => loadRoom().catch(() => {}),
    enter: async (entry) => {
      await loadRoom();
      const path = pathOfRoom(entry.roomId);
      if (path !== location.pathname) history.pushState(null, "", path);
      await showRoom(entry);
    },
  });
}

/** @param {Omit<ConstructorParameters<typeof Room>[1], "back">} entry */
async function showRoom(entry) {
  const before = view;
  const { Room } = await loadRoom();
  if (view !== before) return;
  if (before instanceof Lobby) before.handOver();
  const room = new Room(root, {
    ...entry,
    back: (end) => {
      // Otherwise somebody has gone elsewhere already, by the browser's buttons.
      if (view !== room) return;
      history.pushState(null, "", "/");
      showLobby({ wish: entry.roomId, notice: wordsOfEnd(end) });
    },
  });
  view = room;
  // For whoever looks behind the scenes.
  Object.assign(globalThis, { greenroom: { call: room.call } });
}

/** Shows what the address says. */
function follow() {
  const leaving = view;
  view = null;
  leaving?.close();
  const roomId = roomOfPath(location.pathname);
  const seat = recalledSeat();
  const given = new URLSearchParams(location.search).get("display_name")?.trim();
  const displayName = given || (seat?.roomId === roomId ? seat.displayName : "");
  // Whoever gets the address from here is somebody else.
  if (location.search) history.replaceState(null, "", location.pathname);
  if (given) remember({ displayName: given });
  if (!roomId) return showLobby();
  if (displayName && !faultOfRoomId(roomId)) return showRoom({ roomId, displayName });
  showLobby({
    invitation: roomId,
    notice: given === "" ? "To join, choose a name first." : "",
  });
}

addEventListener("popstate", follow);
// The room is left, but its address and seat stay: this may be a reload.
addEventListener("pagehide", () => {
  view = null;
});
// From the browser's memory comes a page that has left its room.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
applyTheme();
follow();
