// A link to each of the others, and to nobody else.
import assert from "node:assert/strict";
import test from "node:test";
import { Mesh } from "../../../web/client/mesh.js";
import { settle, useFakeClock } from "./fake_clock.mjs";
import { FakeConnection } from "./fake_connection.mjs";

function meshOf(t, selfId) {
  const said = [];
  const connections = [];
  const mesh = new Mesh({
    selfId,
    iceServers: [{ urls: "stun:here" }],
    createConnection: (configuration) => {
      const connection = Object.assign(new FakeConnection(), { configuration });
      connections.push(connection);
      return connection;
    },
  });
  mesh.on("signal", ({ toId, signal }) => said.push([toId, signal]));
  t.after(() => mesh.close());
  return { mesh, said, connections };
}

/// A room that relays everything at once.
async function relay(meshes) {
  for (let isQuiet = false; !isQuiet; ) {
    await settle();
    isQuiet = true;
    for (const [fromId, { said }] of Object.entries(meshes)) {
      for (const [toId, signal] of said.splice(0)) {
        isQuiet = false;
        await meshes[toId]?.mesh.receive(fromId, signal);
      }
    }
  }
}

test("six find each other: one connection a pair and side, one offer a pair", async (t) => {
  const ids = ["a", "b", "c", "d", "e", "f"];
  const meshes = Object.fromEntries(ids.map((id) => [id, meshOf(t, id)]));
  for (const { mesh } of Object.values(meshes)) mesh.setPeers(ids);
  await settle();
  const offers = Object.entries(meshes).flatMap(([from, { said }]) =>
    said.filter(([, { kind }]) => kind === "offer").map(([to]) => `${from}${to}`),
  );
  assert.deepEqual(
    offers.sort(),
    "ab ac ad ae af bc bd be bf cd ce cf de df ef".split(" "),
  );
  await relay(meshes);
  for (const { connections } of Object.values(meshes)) {
    assert.equal(connections.length, 5);
    assert.ok(connections.every(({ signalingState }) => signalingState === "stable"));
    assert.ok(connections.every(({ remoteDescription }) => remoteDescription));
    assert.deepEqual(connections[0].configuration, {
      iceServers: [{ urls: "stun:here" }],
    });
  }
});

test("who has left is dropped, who stays is not touched", async (t) => {
  const { mesh, connections } = meshOf(t, "a");
  mesh.setPeers(["a", "b", "c"]);
  const kept = mesh.link("b");
  mesh.setPeers(["b", "d"]);
  assert.equal(mesh.link("b"), kept);
  assert.equal(mesh.link("c"), undefined);
  assert.deepEqual(
    connections.map(({ connectionState }) => connectionState),
    ["new", "closed", "new"],
  );
});

test("an unknown peer is evicted, and may come again", async (t) => {
  const { mesh, connections } = meshOf(t, "a");
  mesh.setPeers(["b"]);
  mesh.evict("b");
  mesh.evict("b");
  assert.equal(connections[0].connectionState, "closed");
  await mesh.receive("b", { kind: "offer", sdp: "from nobody" });
  assert.equal(connections.length, 1);
  mesh.setPeers(["b"]);
  assert.equal(connections.length, 2);
});

for (const [away, stays] of [["a", "b"], ["b", "a"]]) {
  test(`${away} was gone for ${stays} alone: both begin anew at once`, async (t) => {
    useFakeClock(t);
    const meshes = { a: meshOf(t, "a"), b: meshOf(t, "b") };
    for (const { mesh } of Object.values(meshes)) mesh.setPeers("ab");
    await relay(meshes);
    meshes[stays].mesh.setPeers([stays]);
    meshes[stays].mesh.setPeers("ab");
    await relay(meshes);
    for (const { connections } of Object.values(meshes)) {
      assert.equal(connections.length, 2);
      assert.equal(connections[0].connectionState, "closed");
      assert.ok(connections[1].remoteDescription);
      assert.equal(connections[1].signalingState, "stable");
    }
  });
}

test("who comes back as if for the first time is met once", async (t) => {
  useFakeClock(t);
  const meshes = { a: meshOf(t, "a"), b: meshOf(t, "b") };
  for (let times = 0; times < 2; ++times) {
    for (const { mesh } of Object.values(meshes)) mesh.setPeers([]);
    for (const { mesh } of Object.values(meshes)) mesh.setPeers("ab");
    await relay(meshes);
  }
  for (const { connections } of Object.values(meshes)) {
    assert.equal(connections.length, 2);
    assert.equal(connections[1].signalingState, "stable");
    assert.ok(connections[1].remoteDescription);
  }
});

test("a track goes to everybody, later comers included", async (t) => {
  const { mesh, connections } = meshOf(t, "a");
  const [first, second] = [{ kind: "video" }, { kind: "video" }];
  const shown = () => connections.map((each) => each.getTransceivers()[1].sender.track);
  mesh.setTrack("video", first);
  mesh.setPeers(["b"]);
  assert.deepEqual(shown(), [first]);
  mesh.setTrack("video", second);
  mesh.setPeers(["b", "c"]);
  await settle();
  assert.deepEqual(shown(), [second, second]);
  mesh.setTrack("video", null);
  await settle();
  assert.deepEqual(shown(), [null, null]);
});

test("another network makes every link look for new paths", async (t) => {
  useFakeClock(t);
  const meshes = { a: meshOf(t, "a"), b: meshOf(t, "b"), c: meshOf(t, "c") };
  for (const { mesh } of Object.values(meshes)) mesh.setPeers("abc");
  await relay(meshes);
  meshes.b.mesh.restart();
  await settle();
  assert.deepEqual(
    meshes.b.said.map(([to, { kind }]) => [to, kind]),
    [
      ["a", "offer"],
      ["c", "offer"],
    ],
  );
  await relay(meshes);
  assert.ok(
    meshes.b.connections.every(({ signalingState }) => signalingState === "stable"),
  );
});
