// Session descriptions to send: nobody on the way may read or change them.

const head = [
  "v=0",
  "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "c=IN IP4 0.0.0.0",
  "a=mid:0",
  "a=rtpmap:111 opus/48000/2",
  "",
].join("\r\n");

export const mebibyte = 1024 * 1024;

export function smallSdp(note) {
  return `${head}a=note:${note} "quoted" \\ <tag> & \u00e9\r\n`;
}

/// A description of exactly `bytes` bytes of UTF-8, in short lines.
export function sdpOf(bytes) {
  const line = "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host\r\n";
  const room = bytes - Buffer.byteLength(head);
  const lines = line.repeat(Math.floor(room / line.length));
  return head + lines + "x".repeat(room - lines.length);
}

export const hostCandidate = {
  candidate: "candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host generation 0",
  sdpMid: "0",
  sdpMLineIndex: 0,
};
