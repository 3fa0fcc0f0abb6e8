// The real server, as a process of its own.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { deadlineMs, within } from "./transcript.mjs";

const logBytesKept = 64 * 1024;

export function secretFile() {
  return path.join(tmpdir(), `greenroom-client-${process.pid}-${randomBytes(6).toString("hex")}`);
}

/// Asks by plain HTTP, on a connection of its own unless `agent` keeps one.
export function ask(port, target, options = {}) {
  const { host = "127.0.0.1", method = "GET", headers = {}, agent = false } = options;
  return within(new Promise((resolve, reject) => {
    const request = http.request(
      { host, port, path: target, method, headers, agent },
      (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(parts).toString("utf8"),
        }));
      });
    request.on("error", reject);
    request.end();
  }), `answer to ${method} ${target}`);
}

class Server {
  #child;
  #log = "";
  #secret;
  #secretIsOurs;
  #stopped;

  constructor({ port, options, secret, host, wrapped }) {
    this.host = host;
    this.#secret = secret ?? secretFile();
    this.#secretIsOurs = secret === undefined;
    const binary = process.env.GREENROOM_BIN;
    assert.ok(binary, "GREENROOM_BIN must name the server's program");
    const [program, ...words] = [
      ...wrapped, binary, `--address=${host}`, `--port=${port}`,
      `--secret-file=${this.#secret}`, ...options];
    this.#child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8");
      stream.unref();
      stream.on("data", (text) => { this.#log = (this.#log + text).slice(-logBytesKept); });
    }
    this.greeted = this.#greeting();
    this.exited = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve({ code: null, signal: String(error) }));
      this.#child.once("close", (code, signal) => resolve({ code, signal }));
    });
    // A test file that ends early must not wait for it, nor leave it behind.
    this.#child.unref();
    const kill = () => this.#child.kill("SIGKILL");
    process.once("exit", kill);
    this.exited.then(() => process.off("exit", kill));
  }

  /// The file that holds what its tokens are signed with.
  get secret() {
    return this.#secret;
  }

  get url() {
    return `ws://${this.host}:${this.port}/socket`;
  }

  get log() {
    return this.#log;
  }

  get pid() {
    return this.#child.pid;
  }

  get isRunning() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  signal(name) {
    this.#child.kill(name);
  }

  /// The one line on standard output that says where it serves.
  #greeting() {
    return new Promise((resolve) => {
      let line = "";
      this.#child.stdout.on("data", (text) => {
        line += text;
        const address = /http:\/\/[\d.]+:(\d+)\//.exec(line);
        if (address) resolve(Number(address[1]));
      });
    });
  }

  async becomeReady() {
    this.port = await within(Promise.race([this.greeted, this.exited.then(() => {
      throw new Error("it ended");
    })]), "greeting");
    const giveUpAt = Date.now() + deadlineMs;
    while ((await ask(this.port, "/readyz", { host: this.host })).status !== 200) {
      assert.ok(Date.now() < giveUpAt, "ready at last");
      await pause(20); // Until the next look, not instead of one.
    }
  }

  /// Stops it as an operator would, and insists on a clean end. Twice is once.
  stop() {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop() {
    if (this.isRunning) this.#child.kill("SIGTERM");
    try {
      const end = await within(this.exited, "end of the server after SIGTERM");
      assert.deepEqual(end, { code: 0, signal: null }, `the server's last words:\n${this.#log}`);
    } finally {
      this.#child.kill("SIGKILL");
      if (this.#secretIsOurs) rmSync(this.#secret, { force: true });
    }
  }
}

/// @param port    Chosen by the system unless given.
/// @param options More of the server's command line.
/// @param secret  A file that outlives this server; otherwise it has its own.
/// @param host    The address that it listens on.
/// @param wrapped Words that come before its own, such as those that change the namespace.
export async function startServer({ port = 0, options = [], secret, host = "127.0.0.1",
                                    wrapped = [] } = {}) {
  const server = new Server({ port, options, secret, host, wrapped });
  try {
    await server.becomeReady();
  } catch (error) {
    server.signal("SIGKILL");
    throw new Error(`the server did not start: ${error.message}\n${server.log}`);
  }
  return server;
}

/// Registers the file's last test: the server that served the others ends well.
/// An `after` hook of the file would do, but node 18.13 runs it too late.
export function stopAtTheEnd(server) {
  test("at the end the server stops with status 0", () => server.stop());
}
