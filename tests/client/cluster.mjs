// Several nodes that share their rooms, each a process of its own.
import { randomInt } from "node:crypto";
import { rmSync } from "node:fs";
import net from "node:net";
import { secretFile, startServer } from "./server.mjs";

/// Below the ports that connections leave from by default, which would take a free one until
/// it is used.
const firstPort = 10_000;
const portCount = 20_000;

/// A port that was free a moment ago.
export async function freePort() {
  for (let tries = 0; tries < 100; ++tries) {
    const port = firstPort + randomInt(portCount);
    if (await isFree(port)) return port;
  }
  throw new Error("found no free port");
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/// Servers do not keep a test alive; what waits for the end of one must do so.
export function heldOpen(promise) {
  const timer = setTimeout(() => {}, 15_000);
  return promise.finally(() => clearTimeout(timer));
}

export class Cluster {
  nodes = [];
  #secret = secretFile();
  #first;
  #options;

  /// @param options More of the command line of each node.
  constructor(options = []) {
    this.#options = options;
  }

  static async start(t, count, options) {
    const cluster = new Cluster(options);
    t.after(() => cluster.end());
    for (let at = 0; at < count; ++at) await cluster.add();
    return cluster;
  }

  /// @param own Of this node alone, instead of what the others have.
  async add(name = `n${this.nodes.length + 1}`, own = {}) {
    const clusterPort = await freePort();
    const options = [`--cluster.name=${name}`, `--cluster.port=${clusterPort}`,
                     ...(own.options ?? this.#options)];
    if (this.#first) options.push(`--cluster.join=${this.#first}`);
    this.#first ??= `${own.clusterAddress ?? "127.0.0.1"}:${clusterPort}`;
    const node = await startServer({ secret: this.#secret, ...own, options });
    Object.assign(node, { name, clusterPort });
    this.nodes.push(node);
    return node;
  }

  async end() {
    for (const node of this.nodes) if (node.isRunning) node.signal("SIGKILL");
    await heldOpen(Promise.all(this.nodes.map((node) => node.exited)));
    rmSync(this.#secret, { force: true });
  }
}
