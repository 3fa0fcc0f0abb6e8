// Goal: each workload does what it says, against the server itself and over several
// addresses, and its figures add up.
import assert from "node:assert/strict";
import test from "node:test";
import { startServer, stopAtTheEnd } from "../client/server.mjs";
import { load, measure, wrong } from "./run.mjs";
import { standIn } from "./stand_in.mjs";

const server = await startServer({ options: ["--log.level=warning", "--reactors=2"] });
const size = ["--rooms=3", "--room-size=6", "--duration=500ms"];

async function clean(...options) {
  const end = await measure(server.port, ...size, ...options, "--patience=20s");
  assert.equal(end.status, 0, `${end.err}\n${end.out}`);
  assert.deepEqual(wrong(end), {});
  return end.figures;
}

test("signal, open loop: the rate is kept, and one comes for each", async () => {
  const figures = await clean("--rate=400");
  assert.equal(figures.sent, 200);
  assert.equal(figures.done, 200);
  assert.equal(figures.latency_us.signal.count, 200);
  const { p50, p99, max } = figures.latency_us.signal;
  assert.ok(p50 > 0 && p50 <= p99 && p99 <= max);
});

test("signal, closed loop: all windows are filled", async () => {
  const figures = await clean("--window=2");
  assert.ok(figures.sent >= 2 * 18, `${figures.sent}`);
  assert.equal(figures.sent, figures.done);
});

test("chat comes to all six", async () => {
  const figures = await clean("--workload=chat", "--rate=100");
  assert.equal(figures.done, 6 * figures.sent);
});

test("media comes to all six, unless it is merged", async () => {
  const figures = await clean("--workload=media", "--rate=100");
  assert.equal(figures.done + figures.merged, 6 * figures.sent);
});

test("join at a rate, and by a window", async () => {
  for (const how of ["--rate=100", "--window=6"]) {
    const figures = await clean("--workload=join", how, "--overbook=1");
    assert.equal(figures.joins, 18);
    assert.equal(figures.turned_away, 3);
    assert.equal(figures.latency_us.join.count, 18);
    assert.equal(figures.latency_us.presence.count, 3 * (1 + 2 + 3 + 4 + 5));
  }
});

test("idle: what the process costs is sampled", async () => {
  const figures = await clean("--workload=idle", `--pid=${server.pid}`);
  assert.equal(figures.done, 0);
  assert.ok(figures.server.resident_bytes_end > 1_000_000);
});

test("churn: people negotiate with all who are there", async () => {
  const figures = await clean("--workload=churn", "--rate=30", `--pid=${server.pid}`);
  assert.equal(figures.joins, 15);
  assert.ok(figures.latency_us.negotiation.count > 0);
  assert.ok(figures.server.cpu_us > 0);
});

test("reconnect: seats are resumed, and nothing is lost", async () => {
  const figures = await clean("--workload=reconnect", "--rate=400", "--drops=20", "--pause=50ms");
  assert.equal(figures.resumes, 10);
  assert.equal(figures.done, figures.sent);
});

test("mixed, on two threads", async () => {
  const figures = await clean("--workload=mixed", "--rate=400", "--threads=2");
  for (const series of ["signal", "chat", "media"])
    assert.ok(figures.latency_us[series].count > 0, series);
});

test("the report for people says the same", async () => {
  const end = await load(`--url=ws://127.0.0.1:${server.port}`, ...size, "--rate=400", "--timeline",
    "--patience=20s");
  assert.equal(end.status, 0, end.err);
  assert.match(end.out, /sent +200\n +delivered +200\n/);
  assert.match(end.out, /verdict: clean\n$/);
  assert.equal(end.err, "", "no progress line unless a person watches");
});

test("members of a room may be on several servers", async () => {
  const standing = await standIn({ ports: 2 });
  const urls = standing.ports.map((port) => `ws://127.0.0.1:${port}`).join();
  const end = await load(`--url=${urls}`, ...size, "--rate=400", "--patience=20s");
  standing.stop();
  assert.equal(end.status, 0, `${end.err}${end.out}`);
});

test("rooms have the names that they are given", async () => {
  const standing = await standIn();
  const end = await measure(standing.ports[0], "--room-names=gardens,kitchen", "--rate=400",
    "--duration=500ms");
  standing.stop();
  assert.equal(end.status, 0, `${end.err}${end.out}`);
  assert.deepEqual(wrong(end), {});
  assert.equal(end.figures.rooms, 2);
  assert.deepEqual([...standing.topics].sort(), ["room:gardens", "room:kitchen"]);
});

stopAtTheEnd(server);
