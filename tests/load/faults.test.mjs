// Goal: each fault of a server is found and named, and a server without one is not
// accused.
import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { measure, startLoad, wrong } from "./run.mjs";
import { standIn } from "./stand_in.mjs";

const small = ["--rooms=2", "--room-size=6", "--duration=300ms", "--rate=1000", "--patience=2s"];

async function against(server, ...options) {
  const standing = await standIn(server);
  try {
    return await measure(standing.ports[0], ...small, ...options);
  } finally {
    standing.stop();
  }
}

/// `found` has what must be reported, and how often at least.
async function expectFault(fault, options, found, server = {}) {
  const end = await against({ fault, ...server }, ...options);
  assert.equal(end.status, 1, `${end.err}\n${end.out}`);
  assert.equal(end.figures.verdict, "wrong");
  assert.deepEqual(wrong(end), found);
}

for (const workload of ["signal", "chat", "media", "join", "churn", "mixed"])
  test(`nothing is found where nothing is wrong: ${workload}`, async () => {
    const rate = workload === "churn" ? ["--rate=50"] : [];
    const end = await against({}, `--workload=${workload}`, ...rate, "--patience=20s");
    assert.equal(end.status, 0, `${end.err}\n${end.out}`);
    assert.deepEqual(wrong(end), {});
    assert.equal(end.figures.verdict, "clean");
  });

test("a signal that is dropped is lost", () =>
  expectFault("drops", ["--workload=signal"], { lost: 1 }));

test("a chat text that one of six does not hear is lost once", () =>
  expectFault("dropsChat", ["--workload=chat"], { lost: 1 }));

test("a signal that comes twice is duplicated", () =>
  expectFault("doubles", ["--workload=signal"], { duplicated: 1 }));

test("a signal that comes to another is misdelivered there, and lost here", () =>
  expectFault("misdelivers", ["--workload=signal"], { misdelivered: 1, lost: 1 }));

test("a chat text of another room is misdelivered", () =>
  expectFault("crossesRooms", ["--workload=chat"], { misdelivered: 1 }));

test("a signal that another one overtakes is out of order, and not lost", async () => {
  const end = await against({ fault: "reorders" }, "--workload=signal", "--room-size=2",
    "--rooms=1");
  assert.equal(end.status, 1, end.out);
  const { out_of_order: count, ...others } = wrong(end);
  // Those of the other direction pass meanwhile; those of the same follow at once.
  assert.equal(count, 1);
  assert.deepEqual(others, {});
});

test("a signal whose text was changed is damaged", async () => {
  const end = await against({ fault: "damages" }, "--workload=signal", "--offer-percent=0");
  assert.equal(end.status, 1, end.out);
  assert.deepEqual(Object.keys(wrong(end)), ["damaged"]);
});

test("a sender whom the server did not stamp is found", async () => {
  const end = await against({ fault: "forges" }, "--workload=chat");
  assert.deepEqual(Object.keys(wrong(end)), ["damaged"]);
});

test("a push that is refused is reported", () =>
  expectFault("refuses", ["--workload=chat"], { refused: 1 }));

test("a seventh in a room of six is over capacity", () =>
  expectFault("admitsSeventh", ["--workload=join", "--rate=200", "--overbook=1"],
    { over_capacity: 2 }, { capacity: 7 }));

test("a seventh that is turned away is as it must be", async () => {
  const end = await against({}, "--workload=join", "--window=14", "--overbook=1");
  assert.equal(end.status, 0, end.out);
  assert.equal(end.figures.turned_away, 2);
  assert.equal(end.figures.joins, 12);
});

test("somebody who is still shown after leaving is a ghost", async () => {
  const end = await against({ fault: "leavesGhost" }, "--workload=churn", "--rate=20");
  assert.equal(end.status, 1, end.out);
  assert.deepEqual(Object.keys(wrong(end)), ["ghosts"]);
});

test("somebody of whom another one is not told is unseen", () =>
  expectFault("hides", ["--workload=idle"], { unseen: 1 }));

test("a stall delays all that was due meanwhile, not just what was under way", async () => {
  const end = await against({ fault: "stalls" }, "--workload=signal", "--duration=1s", "--rate=500",
    "--patience=20s");
  assert.equal(end.status, 0, end.out);
  // Of 1 s, 0.3 s were stalled: a third of the messages, up to 0.3 s late.
  assert.ok(end.figures.latency_us.signal.p90 > 100_000, JSON.stringify(end.figures.latency_us));
});

test("what is sent late counts from when it was due, even by our own fault", async () => {
  const standing = await standIn();
  const run = startLoad(`--url=ws://127.0.0.1:${standing.ports[0]}`, "--json=-", "--rooms=2",
    "--duration=1s", "--rate=500", "--patience=20s");
  await standing.heard(20);
  run.signal("SIGSTOP");
  await pause(300); // How long it is held up.
  run.signal("SIGCONT");
  const end = await run.ended;
  standing.stop();
  assert.equal(end.status, 0, end.out);
  const { sent, latency_us: { signal } } = JSON.parse(end.out);
  assert.equal(sent, 500, "it catches up");
  assert.ok(signal.p90 > 100_000, JSON.stringify(signal));
});
