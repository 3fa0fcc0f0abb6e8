// The little that one has to read in session descriptions and candidates.

/** Unknown attributes are passed over, so other clients do not mind this one. */
const answerAttribute = "a=x-greenroom-answers:";

/**
 * The session that a description belongs to, one for each RTCPeerConnection, and
 * which of its descriptions this is.
 *
 * @param {string} sdp
 * @returns {{ session: string, version: string }}
 */
export function originOf(sdp) {
  const [, session = "", version = ""] = /^o=\S+ (\S+) (\S+)/m.exec(sdp) ?? [];
  return { session, version };
}

/**
 * @param {string} answer
 * @param {string} offer
 * @returns {string} An answer that says which offer it answers.
 */
export function asAnswerTo(answer, offer) {
  const { session, version } = originOf(offer);
  const media = answer.indexOf("m=");
  const at = media < 0 ? answer.length : media;
  return `${answer.slice(0, at)}${answerAttribute}${session} ${version}\r\n${answer.slice(at)}`;
}

/**
 * @param {string} answer
 * @param {string} offer
 * @returns {boolean} False if it says that it answers another one.
 */
export function isAnswerTo(answer, offer) {
  const [, session, version] = /^a=x-greenroom-answers:(\S+) (\S+)/m.exec(answer) ?? [];
  if (session === undefined) return true;
  const origin = originOf(offer);
  return origin.session === session && origin.version === version;
}

/**
 * The user name fragments of a description, which change with each ICE restart.
 *
 * @param {string} sdp
 * @returns {string[]}
 */
export function fragmentsOf(sdp) {
  return [...sdp.matchAll(/^a=ice-ufrag:(\S+)/gm)].map(([, fragment]) => fragment);
}

/**
 * @param {string} candidate
 * @returns {string | null} The fragment that a candidate names, if it does.
 */
export function fragmentOf(candidate) {
  return / ufrag (\S+)/.exec(candidate)?.[1] ?? null;
}
