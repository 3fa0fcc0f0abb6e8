// Runs the load generator, as from a shell.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { within } from "../client/transcript.mjs";

/// Starts it. `ended` has its status and words; `signal` interrupts it.
export function startLoad(...options) {
  const binary = process.env.GREENROOM_LOAD_BIN;
  assert.ok(binary, "GREENROOM_LOAD_BIN must name the load generator's program");
  const child = spawn(binary, options, { stdio: ["ignore", "pipe", "pipe"] });
  const words = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => { words.out += text; });
  child.stderr.setEncoding("utf8").on("data", (text) => { words.err += text; });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise((resolve) => {
    child.once("close", (status) => resolve({ status, ...words }));
  });
  ended.then(() => process.off("exit", kill));
  return { ended: within(ended, "end of the load generator"), signal: (name) => child.kill(name) };
}

export const load = (...options) => startLoad(...options).ended;

/// The same, with its figures as JSON.
export async function measure(port, ...options) {
  const end = await load(`--url=ws://127.0.0.1:${port}`, "--json=-", ...options);
  const figures = end.out.startsWith("{") ? JSON.parse(end.out) : undefined;
  return { ...end, figures };
}

/// @returns The violations that are not zero.
export const wrong = ({ figures }) =>
  Object.fromEntries(Object.entries(figures.violations).filter(([, count]) => count > 0));

/// Hands `use` the path of a file, and @returns what was written there.
export async function written(use) {
  const folder = mkdtempSync(path.join(tmpdir(), "greenroom-load-"));
  try {
    const file = path.join(folder, "file");
    const end = await use(file);
    return { ...end, text: readFileSync(file, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
