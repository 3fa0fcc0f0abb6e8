// Measures Greenroom and its peers side by side. Run by tools/bench.
import { execFile, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { describeMachine } from "./machine.mjs";
import { comparisons, measurements, servers } from "./measurements.mjs";
import { page, table } from "./report.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: wanted } = parseArgs({
  options: {
    bin: { type: "string" },
    out: { type: "string" },
    seconds: { type: "string", default: "3" },
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    servers: { type: "string" },
  },
});
const canPin = availableParallelism() >= 2;
const patienceMs = 20_000;

/// Server and load have a core each; on a machine with one they share it.
const on = (core, command) => (canPin ? ["taskset", "-c", String(core), ...command] : command);

const chosen = (list, all, key) => {
  if (!list) return all;
  const names = list.split(",");
  const unknown = names.filter((name) => !all.some((each) => each[key] === name));
  if (unknown.length)
    throw new Error(`no ${unknown[0]}; there are ${all.map((each) => each[key]).join(", ")}`);
  return all.filter((each) => names.includes(each[key]));
};

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => probe.once("listening", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

const answers = (port) =>
  new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => done(true)).once("error", () => done(false));
    socket.once("connect", () => socket.destroy());
  });

/// @returns A server that takes connections.
async function start(server, { capacity = 6, own = [] }) {
  const port = await freePort();
  const [program, ...rest] = on(0, server.command(port, capacity, own)).map(String);
  const child = spawn(program, rest, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise((done) => child.once("exit", done));
  const until = Date.now() + patienceMs;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > until)
      throw new Error(`${server.name} does not start`);
    await new Promise((done) => setTimeout(done, 20));
  }
  return { port, pid: child.pid, stop: () => (child.kill("SIGKILL"), ended) };
}

async function measure(server, measurement) {
  const seconds = measurement.seconds ?? wanted.seconds / (measurement.parts ?? 1);
  const running = await start(server, measurement);
  const [program, ...rest] = on(1, [
    `${wanted.bin}/bin/greenroom-load`, `--url=ws://127.0.0.1:${running.port}`,
    `--pid=${running.pid}`, `--dialect=${server.dialect ?? "phoenix"}`, "--json=-",
    `--duration=${Math.round(seconds * 1000)}ms`, "--patience=20s",
    ...(measurement.isBusy && canPin ? ["--busy"] : []), ...measurement.options,
  ]);
  try {
    const { stdout } = await promisify(execFile)(program, rest, { maxBuffer: 1 << 26 });
    return JSON.parse(stdout);
  } catch (fault) {
    const words = fault.stderr || fault.stdout || fault;
    throw new Error(`${server.name}, ${measurement.title}: ${words}`);
  } finally {
    await running.stop();
  }
}

function summary(figure, measurement, reports) {
  const values = reports.map(figure.of).sort((a, b) => a - b);
  const middle = values.slice((values.length - 1) >> 1, (values.length >> 1) + 1);
  if (measurement.isTypical) return (middle[0] + middle.at(-1)) / 2;
  return figure.most ? values.at(-1) : values[0];
}

/// All servers in turn, once for each of the measurement's parts.
const turnsOf = (measurement, compared) =>
  Array.from({ length: measurement.parts ?? 1 }, () => compared).flat();

async function main() {
  mkdirSync(wanted.out, { recursive: true });
  const all = servers({ bin: wanted.bin, peers: join(here, "peers"), scratch: wanted.out });
  const compared = chosen(wanted.servers, all, "name");
  const measured = chosen(wanted.only, measurements, "id");
  const began = Date.now();
  const machine = describeMachine();
  const reports = new Map(); // By measurement, then by server, of all rounds.
  for (let round = 1; round <= Number(wanted.rounds); ++round)
    for (const measurement of measured)
      for (const server of turnsOf(measurement, compared)) {
        const key = `${measurement.id} ${server.name}`;
        process.stderr.write(`round ${round}: ${measurement.title}: ${server.name}\n`);
        reports.set(key, [...(reports.get(key) ?? []), await measure(server, measurement)]);
      }
  const rows = measured.flatMap((measurement) =>
    measurement.figures.map((figure) => ({
      ...figure,
      values: compared.map(({ name }) =>
        summary(figure, measurement, reports.get(`${measurement.id} ${name}`))),
    })));
  for (const { name, of, to, goal } of comparisons) {
    const [above, below] = [of, to].map((key) => rows.find((row) => row.name === key));
    if (!above || !below) continue;
    const values = above.values.map((value, at) => value / below.values[at]);
    rows.push({ name, unit: "", goal, isRatio: true, values });
  }
  const names = compared.map(({ name }) => name);
  const minutes = ((Date.now() - began) / 60_000).toFixed(1);
  process.stdout.write(`${table(names, rows)}\n${machine}; ${minutes} min\n`);
  writeFileSync(`${wanted.out}/report.html`, page({ names, rows, machine, minutes }));
  writeFileSync(`${wanted.out}/report.json`,
    JSON.stringify({ machine, names, rows, reports: Object.fromEntries(reports) }, null, 1));
  process.stdout.write(`${wanted.out}/report.html has it with bars\n`);
}

await main().catch((fault) => {
  process.stderr.write(`tools/bench: ${fault.message}\n`);
  process.exitCode = 1;
});
