// Goal: the floor that Greenroom is measured against does all that is measured.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import test from "node:test";
import { measure, wrong } from "./run.mjs";

async function freePort() {
  const probe = createServer();
  await new Promise((done) => { probe.listen(0, "127.0.0.1", done); });
  const { port } = probe.address();
  await new Promise((done) => { probe.close(done); });
  return port;
}

/// Until somebody listens there is nobody to ask but the load generator itself.
async function whenItListens(port, ...options) {
  for (;;) {
    const end = await measure(port, "--rooms=2", "--duration=200ms", "--patience=20s", ...options);
    if (end.status !== 3 || !/Connection refused/.test(end.err)) return end;
  }
}

test("the floor serves what is measured", async (t) => {
  const port = await freePort();
  const child = spawn(process.env.GREENROOM_FLOOR_BIN, [port, 6], { stdio: "inherit" });
  t.after(() => child.kill("SIGKILL"));
  for (const options of [["--workload=signal"], ["--workload=chat", "--window=1"],
    ["--workload=media", "--rate=100"], ["--workload=churn", "--rate=30"],
    ["--workload=join", "--window=8", "--overbook=1"]]) {
    const end = await whenItListens(port, ...options);
    assert.equal(end.status, 0, `${options}: ${end.err}${end.out}`);
    assert.deepEqual(wrong(end), {});
  }
});
