// Nodes in network namespaces of their own, on a bridge that is this process's; so this
// process must have a namespace of its own (tests/cluster/in_namespace.sh).
import { execFileSync, spawn } from "node:child_process";
import { readlinkSync } from "node:fs";
import { eventually } from "./operator.mjs";

const ip = (...words) => execFileSync("ip", words, { stdio: ["ignore", "pipe", "pipe"] });
const namespaceOf = (pid) => readlinkSync(`/proc/${pid}/ns/net`);

/// One of them has two links: the one over which nodes talk can be cut, and clients
/// come over the other one.
class Namespace {
  constructor(number, pid) {
    this.number = number;
    this.pid = pid;
    this.clusterAddress = `10.77.0.${number}`;
    this.host = `10.78.${number}.2`;
    /// What comes before a command that is to run in it.
    this.wrapped = ["nsenter", "--net", `--target=${pid}`];
  }

  #inside(...words) {
    const [program, ...rest] = [...this.wrapped, "ip", ...words];
    execFileSync(program, rest, { stdio: "pipe" });
  }

  connect() {
    const { number, pid } = this;
    const link = (outside, inside) => (
      ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", String(pid)));
    link(`nodes${number}`, "nodes");
    link(`clients${number}`, "clients");
    ip("link", "set", `nodes${number}`, "master", "bridge", "up");
    ip("address", "add", `10.78.${number}.1/24`, "dev", `clients${number}`);
    ip("link", "set", `clients${number}`, "up");
    this.#inside("address", "add", `${this.clusterAddress}/24`, "dev", "nodes");
    this.#inside("address", "add", `${this.host}/24`, "dev", "clients");
    for (const device of ["lo", "nodes", "clients"]) this.#inside("link", "set", device, "up");
  }

  /// From now on nothing passes between this node and the others, and nobody is told.
  cut() {
    ip("link", "set", `nodes${this.number}`, "down");
  }

  heal() {
    ip("link", "set", `nodes${this.number}`, "up");
  }
}

/// Makes so many of them, which live until the end of the test.
export async function makeNamespaces(t, count) {
  ip("link", "set", "lo", "up");
  ip("link", "add", "bridge", "type", "bridge");
  t.after(() => ip("link", "delete", "bridge"));
  ip("link", "set", "bridge", "up");
  const result = [];
  for (let number = 1; number <= count; ++number) {
    const keeper = spawn("unshare", ["--net", "sleep", "infinity"], { stdio: "ignore" });
    t.after(() => {
      ip("link", "delete", `nodes${number}`); // Sooner than the namespace ends.
      ip("link", "delete", `clients${number}`);
      keeper.kill("SIGKILL");
    });
    await eventually(() => {
      if (namespaceOf(keeper.pid) === namespaceOf("self")) throw new Error("not yet");
    }, "namespace");
    const namespace = new Namespace(number, keeper.pid);
    namespace.connect();
    result.push(namespace);
  }
  return result;
}
