// Two ends of one link, and what passes between them.
import { Link } from "../../../web/client/link.js";
import { settle } from "./fake_clock.mjs";
import { FakeConnection } from "./fake_connection.mjs";

export const track = (kind) => ({ kind });

/// One end. Its words wait in `outbox` until a test delivers them.
export class End {
  connections = [];
  outbox = [];
  heard = [];
  wantedOfferCount = 0;

  constructor(isOfferer, options = {}) {
    this.link = new Link({
      isOfferer,
      tracks: { audio: track("audio"), video: track("video") },
      createConnection: () => {
        const connection = new FakeConnection();
        this.connections.push(connection);
        return connection;
      },
      ...options,
    });
    this.link.on("signal", (signal) => this.outbox.push(signal));
    this.link.on("offerWanted", () => {
      this.wantedOfferCount += 1;
    });
  }

  get connection() {
    return this.connections.at(-1);
  }

  /// Hands the first of what it has said to the other end.
  async deliverTo(other) {
    const signal = this.outbox.shift();
    other.heard.push(signal.kind);
    await other.link.receive(signal);
    await settle();
  }
}

/// Delivers in turn until both are silent.
export async function converse(a, b) {
  await settle();
  while (a.outbox.length + b.outbox.length > 0) {
    if (a.outbox.length > 0) await a.deliverTo(b);
    if (b.outbox.length > 0) await b.deliverTo(a);
  }
}

/// Two ends, the smaller id first, that have met.
export async function connectedPair(t, options) {
  const smaller = new End(true, options);
  const larger = new End(false, options);
  t.after(() => {
    smaller.link.close();
    larger.link.close();
  });
  smaller.link.start();
  larger.link.start();
  await converse(smaller, larger);
  smaller.connection.become("connected");
  larger.connection.become("connected");
  return [smaller, larger];
}
