// Room ids that can be read out over the telephone.

const manners =
  "amber brave brisk calm clever cosy crisp early fair fresh gentle glad golden grand happy " +
  "keen kind light lively lucky merry mild neat noble quick quiet rapid royal silver sunny " +
  "swift tidy vivid warm wise witty";
const things =
  "acorn alder aspen badger beech birch brook canyon cedar clover comet coral crane delta " +
  "dune ember falcon fern finch forest glade harbor hazel heron island ivy lagoon larch lark " +
  "linden maple meadow otter pebble pine prairie reef river robin saddle sparrow spruce " +
  "summit thistle tulip valley walnut willow wren";

const manner = manners.split(" ");
const thing = things.split(" ");

/**
 * Two words and four characters: few enough to say, too many to guess.
 *
 * @param {(bytes: Uint8Array<ArrayBuffer>) => Uint8Array} [fill]
 */
export function makeRoomId(fill = (bytes) => crypto.getRandomValues(bytes)) {
  const bytes = fill(new Uint8Array(6));
  // Without 0, 1, i, l and o, which look and sound alike.
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  const tail = Array.from(bytes.slice(2), (byte) => alphabet[byte % alphabet.length]);
  return `${manner[bytes[0] % manner.length]}-${thing[bytes[1] % thing.length]}-${tail.join("")}`;
}

const bytesMax = 128;

/**
 * @param {string} roomId
 * @returns {string} Why it will not do; empty if it will.
 */
export function faultOfRoomId(roomId) {
  if (!roomId) return "Choose a room, or generate one.";
  // Browsers take these for steps in a path, however they are written.
  if (roomId === "." || roomId === "..") return "This cannot be a room’s name.";
  if (roomId.includes("/")) return "A room’s name has no slash.";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it is about
  if (/[\u0000-\u001f\u007f]/.test(roomId))
    return "A room’s name has letters and signs only.";
  if (new TextEncoder().encode(roomId).length > bytesMax)
    return "This name is too long for a room.";
  return "";
}

/** @param {string} roomId */
export const pathOfRoom = (roomId) => `/r/${encodeURIComponent(roomId)}`;

/**
 * @param {string} path
 * @returns {string} The room that an address names; empty if none.
 */
export function roomOfPath(path) {
  if (!path.startsWith("/r/")) return "";
  try {
    return decodeURIComponent(path.slice(3));
  } catch {
    return "";
  }
}
