// An RTCPeerConnection without media, as far as negotiation goes: states, implicit
// descriptions, rollback, `negotiationneeded`.

let lastSession = 0;
let lastFragment = 0;

class FakeStream {
  tracks = [];
  constructor(tracks = []) {
    this.tracks = [...tracks];
  }
  addTrack(track) {
    this.tracks.push(track);
  }
}
globalThis.MediaStream ??= FakeStream;

const invalidState = (why) =>
  Object.assign(new Error(why), { name: "InvalidStateError" });
const kindsOf = (sdp) => [...sdp.matchAll(/^m=(\w+)/gm)].map(([, kind]) => kind);
const fragmentIn = (sdp) => /ice-ufrag:(\S+)/.exec(sdp)[1];

function makeTransceiver(kind, track) {
  return {
    direction: "sendrecv",
    receiver: { track: { kind } },
    sender: {
      track,
      async replaceTrack(next) {
        this.track = next;
      },
      getParameters: () => ({ encodings: [{}] }),
      async setParameters(parameters) {
        this.parameters = parameters;
      },
    },
  };
}

export class FakeConnection {
  signalingState = "stable";
  connectionState = "new";
  localDescription = null;
  remoteDescription = null;
  candidates = [];
  events = [];
  session = ++lastSession;
  #version = 0;
  #fragment = `f${++lastFragment}`;
  #stableLocal = null;
  #stableRemote = null;
  #transceivers = [];
  #isNegotiationNeeded = false;
  #isRestartWanted = false;

  addTransceiver(trackOrKind) {
    const isKind = typeof trackOrKind === "string";
    const kind = isKind ? trackOrKind : trackOrKind.kind;
    const transceiver = makeTransceiver(kind, isKind ? null : trackOrKind);
    this.#transceivers.push(transceiver);
    this.#need();
    return transceiver;
  }

  getTransceivers() {
    return this.#transceivers;
  }

  restartIce() {
    this.#isRestartWanted = true;
    this.#need();
  }

  async setLocalDescription(description) {
    await new Promise(setImmediate);
    this.#refuseIfClosed();
    if (description?.type === "rollback") return this.#rollBack();
    if (this.signalingState === "have-remote-offer") {
      this.#apply("local", { type: "answer", sdp: this.#write() });
      this.#becomeStable();
    } else {
      if (this.#isRestartWanted) this.#fragment = `f${++lastFragment}`;
      this.#apply("local", { type: "offer", sdp: this.#write() });
      this.signalingState = "have-local-offer";
    }
  }

  async setRemoteDescription({ type, sdp }) {
    await new Promise(setImmediate);
    this.#refuseIfClosed();
    if (type === "offer") {
      if (this.signalingState === "have-local-offer") this.#rollBack();
      const isRestart =
        this.remoteDescription &&
        fragmentIn(this.remoteDescription.sdp) !== fragmentIn(sdp);
      if (isRestart) {
        this.#fragment = `f${++lastFragment}`;
        this.#isRestartWanted = false;
      }
      this.#apply("remote", { type, sdp });
      this.signalingState = "have-remote-offer";
    } else {
      if (this.signalingState !== "have-local-offer")
        throw invalidState(`an answer in state ${this.signalingState}`);
      this.#apply("remote", { type, sdp });
      this.#isRestartWanted = false;
      this.#becomeStable();
    }
    for (const kind of kindsOf(sdp)) {
      if (!this.#transceivers.some(({ receiver }) => receiver.track.kind === kind))
        this.#transceivers.push({
          ...makeTransceiver(kind, null),
          direction: "recvonly",
        });
      this.ontrack?.({ track: { kind } });
    }
  }

  async addIceCandidate(candidate) {
    await new Promise(setImmediate);
    if (!this.remoteDescription) throw invalidState("a candidate before its description");
    this.candidates.push(candidate?.candidate ?? "end");
  }

  close() {
    this.signalingState = "closed";
    this.connectionState = "closed";
  }

  // -- for tests ----------------------------------------------------------------

  get fragment() {
    return this.#fragment;
  }

  become(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  gather(candidate) {
    this.onicecandidate?.({ candidate });
  }

  // -- within -------------------------------------------------------------------

  #write() {
    this.#version += 1;
    const media = this.#transceivers.map(
      ({ receiver }) =>
        `m=${receiver.track.kind} 9 X 0\r\na=ice-ufrag:${this.#fragment}\r\n`,
    );
    return (
      `v=0\r\no=- ${this.session} ${this.#version} IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n` +
      media.join("")
    );
  }

  #apply(side, description) {
    this.events.push(`${side} ${description.type}`);
    if (side === "local") this.localDescription = description;
    else this.remoteDescription = description;
  }

  #becomeStable() {
    this.signalingState = "stable";
    this.#stableLocal = this.localDescription;
    this.#stableRemote = this.remoteDescription;
    this.#isNegotiationNeeded = this.#isRestartWanted;
    if (this.#isNegotiationNeeded) this.#need();
  }

  #rollBack() {
    this.events.push("rollback");
    this.signalingState = "stable";
    this.localDescription = this.#stableLocal;
    this.remoteDescription = this.#stableRemote;
  }

  #need() {
    this.#isNegotiationNeeded = true;
    setImmediate(() => {
      if (this.#isNegotiationNeeded && this.signalingState === "stable")
        this.onnegotiationneeded?.();
    });
  }

  #refuseIfClosed() {
    if (this.signalingState === "closed") throw invalidState("closed");
  }
}
