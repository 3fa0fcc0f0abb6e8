// Goal: whatever ends a run, it says so in one clear line, with the right status and
// the figures so far.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";
import { load, measure, startLoad, written } from "./run.mjs";
import { standIn } from "./stand_in.mjs";

const oneLine = (text) => assert.match(text, /^greenroom-load: [^\n]+\n$/);

for (const [options, words] of [
  [["--rate=many"], /--rate must be a number from 1 to 10000000, not 'many'/],
  [["--rate=0"], /--rate must be/],
  [["--rate"], /--rate needs a value/],
  [["--pace=5"], /unknown option '--pace'/],
  [["fast"], /unexpected argument 'fast'/],
  [["--workload=dance"], /one of signal, chat, media/],
  [["--duration=5"], /a time such as 500ms/],
  [["--url=http://localhost"], /no URL such as ws:/],
  [["--url=wss://localhost"], /TLS is not spoken/],
  [["--url=ws://no.such.host.invalid:1"], /no such host/],
  [["--pid=zero"], /a list of process ids/],
  [["--pid=4194304"], /--pid names no process: 4194304/],
  [["--room-size=1"], /needs a --room-size of 2/],
  [["--workload=churn", "--window=1"], /no closed loop/],
  [["--room-names=one,three"], /a list of different names of one length/],
  [["--room-names=one,two", "--rooms=3"], /--rooms is how many --room-names has/],
  [["--threads=2", "--rooms=1"], /must not exceed --rooms/],
  [["--rooms=1000000", "--room-size=10000"], /more participants than/],
])
  test(`is not understood: ${options.join(" ")}`, async () => {
    const end = await load(...options);
    assert.equal(end.status, 2);
    assert.equal(end.out, "");
    oneLine(end.err);
    assert.match(end.err, words);
  });

test("help names every workload, has examples, and fits a terminal", async () => {
  const end = await load("--help");
  assert.equal(end.status, 0);
  for (const word of ["signal", "chat", "media", "join", "idle", "churn", "reconnect", "mixed",
    "Examples:", "Exit status:"])
    assert.ok(end.out.includes(word), word);
  const longest = Math.max(...end.out.split("\n").map((line) => line.length));
  // Examples may be longer, so that they can be copied.
  assert.ok(longest <= 90, `${longest} columns`);
});

test("nobody listens", async () => {
  const standing = await standIn();
  standing.stop();
  const end = await load(`--url=ws://127.0.0.1:${standing.ports[0]}`);
  assert.equal(end.status, 3);
  oneLine(end.err);
  assert.match(end.err, /cannot connect to ws:.*Connection refused/);
});

test("somebody listens who is no such server", async () => {
  const http = createServer((_, response) => response.writeHead(404).end());
  http.on("upgrade", (_, socket) => {
    socket.on("error", () => {}); // It may be reset, as nobody listens any more.
    socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
  });
  await new Promise((done) => { http.listen(0, "127.0.0.1", done); });
  http.unref();
  const end = await load(`--url=ws://127.0.0.1:${http.address().port}`);
  http.close();
  http.closeAllConnections();
  assert.equal(end.status, 3);
  oneLine(end.err);
  assert.match(end.err, /does not upgrade: HTTP\/1.1 404 Not Found/);
});

for (const [fault, words] of [
  ["dies", /ended a connection|connection broke/],
  ["closes", /code 1012/],
])
  test(`a server that ${fault} in the middle: the figures so far`, async () => {
    const standing = await standIn({ fault });
    const end = await measure(standing.ports[0], "--rooms=1", "--rate=500", "--duration=60s");
    standing.stop();
    assert.equal(end.status, 3);
    oneLine(end.err);
    assert.match(end.err, words);
    assert.ok(end.err.includes(`ws://127.0.0.1:${standing.ports[0]}`), "which server it was");
    assert.equal(end.figures.verdict, "unfinished");
    assert.match(end.figures.failure, words);
    assert.ok(end.figures.done >= 10, `${end.figures.done} of twenty at least`);
    assert.equal(end.figures.violations.lost, 0, "what was under way is not called lost");
  });

test("a server whose rooms are too small says so", async () => {
  const standing = await standIn();
  const end = await load(`--url=ws://127.0.0.1:${standing.ports[0]}`, "--rooms=1", "--room-size=7");
  standing.stop();
  assert.equal(end.status, 3);
  assert.match(end.err, /admits fewer to a room than --room-size=7/);
});

test("Ctrl-C ends the load, and the report is whole", async () => {
  const standing = await standIn();
  const run = startLoad(`--url=ws://127.0.0.1:${standing.ports[0]}`, "--rooms=1", "--rate=500",
    "--duration=60s");
  await standing.heard(20);
  run.signal("SIGINT");
  const end = await run.ended;
  standing.stop();
  assert.equal(end.status, 0, end.err);
  assert.match(end.out, /verdict: clean/);
});

test("a report that cannot be written is no success", async () => {
  const standing = await standIn();
  const end = await load(`--url=ws://127.0.0.1:${standing.ports[0]}`, "--rooms=1",
    "--duration=50ms", "--html=/no/such/folder/page.html");
  standing.stop();
  assert.equal(end.status, 1);
  oneLine(end.err);
});

test("the page stands alone", async () => {
  const standing = await standIn();
  const { text } = await written((file) => load(`--url=ws://127.0.0.1:${standing.ports[0]}`,
    "--rooms=1", "--duration=2200ms", "--rate=200", `--pid=${process.pid}`, `--html=${file}`));
  standing.stop();
  assert.doesNotMatch(text, /https?:|src=|href=|url\(|@import|<script|<link|<iframe/i);
  assert.equal(text.match(/<svg /g).length, 5, "percentiles, throughput, latency, memory, CPU");
  for (const [, drawn] of text.matchAll(/<path class="curve[^"]*" d="([^"]*)"/g))
    assert.match(drawn, /^M[\d.]+ [\d.]+(L[\d.]+ [\d.]+)+$/, "a curve of numbers");
  assert.match(text, /prefers-color-scheme: dark/);
  assert.match(text, /clean/);
});
