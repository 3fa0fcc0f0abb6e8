// One node of the cluster: a process, its log, and its end.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";

/// Runs what follows so that it is stopped when this process dies, however it does.
const leash = existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "TERM"] : [];

export class Node {
  url;
  #child;

  /// @param {(line: string) => void} log Hears each line that the node writes.
  constructor(name, program, options, log) {
    this.name = name;
    const [command, ...words] = [...leash, program, ...options];
    // In a group of its own: Ctrl-C is for us, who then stop all of them alike.
    this.#child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    const lines = createInterface({ input: this.#child.stdout });
    createInterface({ input: this.#child.stderr }).on("line", log);
    this.ended = new Promise((resolve) => {
      this.#child.once("error", (fault) => resolve(`could not be started: ${fault.message}`));
      this.#child.once("close", (code, signal) => {
        resolve(signal ? `was ended by ${signal}` : `ended with status ${code}`);
      });
    });
    this.serves = new Promise((resolve) => {
      lines.on("line", (line) => {
        const [url] = /http:\S+/.exec(line) ?? [];
        if (url === undefined || this.url) return log(line);
        this.url = url;
        resolve(true);
      });
      this.ended.then(() => resolve(false));
    });
  }

  get isRunning() {
    return this.#child.pid !== undefined && this.#child.exitCode === null
      && this.#child.signalCode === null;
  }

  get pid() {
    return this.#child.pid;
  }

  signal(name) {
    if (this.isRunning) this.#child.kill(name);
  }
}
