// Opens cameras and microphones, and says in one word why not.

/**
 * @typedef {"insecure" | "denied" | "missing" | "busy" | "failed"} Problem
 * @typedef {"audio" | "video"} Kind
 * @typedef {Partial<Record<Kind, MediaTrackConstraints>>} Wanted
 *
 * @typedef {object} Opened
 * @property {MediaStreamTrack | null} audio
 * @property {MediaStreamTrack | null} video
 * @property {Partial<Record<Kind, Problem>>} problems
 */

/**
 * @param {unknown} error What `getUserMedia` threw.
 * @returns {Problem}
 */
export function problemOf(error) {
  switch (/** @type {any} */ (error)?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "failed";
  }
}

/** @param {MediaTrackConstraints} constraints */
function withoutDevice({ deviceId: _, ...rest }) {
  return rest;
}

/**
 * @param {MediaDevices} devices
 * @param {Wanted} wanted
 * @returns {Promise<Pick<Opened, Kind>>}
 */
async function openExactly(devices, wanted) {
  const stream = await devices.getUserMedia(wanted);
  return {
    audio: stream.getAudioTracks()[0] ?? null,
    video: stream.getVideoTracks()[0] ?? null,
  };
}

/**
 * @param {Permissions | undefined} permissions
 * @param {Kind} kind
 */
async function isBlocked(permissions, kind) {
  const name = kind === "audio" ? "microphone" : "camera";
  try {
    const status = await permissions?.query({
      name: /** @type {PermissionName} */ (name),
    });
    return status?.state === "denied";
  } catch {
    return false; // Not every browser can be asked about these.
  }
}

/**
 * Which kinds to try alone after both together failed. Whoever has said no to
 * both is not asked twice more.
 *
 * @param {Problem} problem
 * @param {Permissions | undefined} permissions
 * @returns {Promise<Kind[]>}
 */
async function worthTryingAlone(problem, permissions) {
  /** @type {Kind[]} */
  const kinds = ["audio", "video"];
  if (problem !== "denied") return kinds;
  const blocked = await Promise.all(kinds.map((kind) => isBlocked(permissions, kind)));
  const open = kinds.filter((_, index) => !blocked[index]);
  return open.length === 1 ? open : [];
}

/**
 * Opens as much of what is wanted as can be had. Never throws.
 *
 * @param {object} source
 * @param {MediaDevices | undefined} source.devices Absent on insecure origins.
 * @param {Permissions | undefined} [source.permissions]
 * @param {Wanted} wanted
 * @returns {Promise<Opened>}
 */
export async function openDevices({ devices, permissions }, wanted) {
  const kinds = /** @type {Kind[]} */ (Object.keys(wanted));
  /** @type {Opened} */
  const opened = { audio: null, video: null, problems: {} };
  if (!devices?.getUserMedia) {
    for (const kind of kinds) opened.problems[kind] = "insecure";
    return opened;
  }
  try {
    return Object.assign(opened, await openExactly(devices, wanted));
  } catch (error) {
    const problem = problemOf(error);
    for (const kind of kinds) opened.problems[kind] = problem;
    const isChosenOneGone = kinds.some((kind) => wanted[kind]?.deviceId);
    if (problem === "missing" && isChosenOneGone) {
      const any = kinds.map((kind) => [kind, withoutDevice(wanted[kind] ?? {})]);
      return openDevices({ devices, permissions }, Object.fromEntries(any));
    }
    if (kinds.length === 1) return opened;
    for (const kind of await worthTryingAlone(problem, permissions)) {
      const alone = await openDevices({ devices, permissions }, { [kind]: wanted[kind] });
      opened[kind] = alone[kind];
      opened.problems[kind] = alone.problems[kind];
    }
    return opened;
  }
}
