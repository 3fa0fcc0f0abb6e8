// Before the first frame: versions, origins, subprotocols and plain HTTP.
import assert from "node:assert/strict";
import test from "node:test";
import { RawConnection, refusedUpgrade } from "./raw.mjs";
import { ask, startServer, stopAtTheEnd } from "./server.mjs";
import {
  Client, enter, fence, newRoom, phoenix1721, withEachStockClient,
} from "./stock.mjs";

const server = await startServer();

withEachStockClient("17 an authToken's subprotocol is answered", async (t, phoenix) => {
  const client = new Client(t, phoenix, server, { authToken: "secret token?>" });
  const seat = client.seat(newRoom(), { display_name: "Ann" });
  await seat.enter();
  // Before 1.8 there was no such option.
  const expected = phoenix === phoenix1721 ? "" : "phoenix";
  assert.equal(client.transport.protocol, expected);
});

withEachStockClient("params of the Socket do no harm", async (t, phoenix) => {
  const params = { user: { name: "Ann & <Bob>", tags: ["a", "b c"] }, empty: "", none: null };
  const seat = await enter(t, phoenix, server, newRoom(), "Ann", { params });
  assert.match(seat.client.transport.url, /user%5Bname%5D=.*&vsn=2\.0\.0$/);
  await fence(seat, seat);
});

withEachStockClient("19 a client of another version is refused each time it asks", async (t, phoenix) => {
  const client = new Client(t, phoenix, server, { vsn: "3.0.0" });
  await client.closes.find(({ code }) => code === 1006, "refusal");
  await client.closes.find(({ code }) => code === 1006, "second refusal", { from: 1 });
});

test("19 versions 1.0.x and 2.0.x are spoken, others refused", async (t) => {
  for (const vsn of ["2.0.0", "2.0.1"]) {
    const raw = await RawConnection.open(t, server, { vsn });
    await raw.beats();
  }
  for (const vsn of [null, "", "1.0.0", "1.0.7"]) {
    const raw = await RawConnection.open(t, server, { vsn });
    raw.send({ topic: "phoenix", event: "heartbeat", payload: {}, ref: "1" });
    const heard = await raw.frame(() => true, "answer");
    assert.deepEqual(heard, { topic: "phoenix", event: "phx_reply", ref: "1",
                              payload: { status: "ok", response: {} } });
  }
  for (const vsn of ["3.0.0", "2.1.0", "1.1.0", "2", "0", "two", "2.0.0%00", "-1.0.0"]) {
    assert.equal((await refusedUpgrade(server, { vsn })).status, 403, `vsn=${vsn}`);
  }
});

test("17 subprotocols", async (t) => {
  const bearer = `base64url.bearer.phx.${Buffer.from("token").toString("base64url")}`;
  for (const [protocols, chosen] of [[["phoenix", bearer], "phoenix"], [["phoenix"], "phoenix"],
                                     [[], ""]]) {
    const raw = await RawConnection.open(t, server, { protocols });
    assert.equal(raw.socket.protocol, chosen);
    await raw.beats();
  }
});

test("18 a page of another origin is refused", async (t) => {
  const own = `http://127.0.0.1:${server.port}`;
  for (const origin of [undefined, own]) {
    const raw = await RawConnection.open(t, server, { origin });
    await raw.beats();
  }
  for (const origin of ["https://evil.example", `http://evil.example:${server.port}`, "null",
                        `http://127.0.0.1.evil.example:${server.port}`, "garbage"]) {
    assert.equal((await refusedUpgrade(server, { origin })).status, 403, origin);
  }
});

test("18 pages of other origins may be allowed", { timeout: 60_000 }, async (t) => {
  const open = await startServer({
    options: ["--allowed-origins=https://app.example,//*.example.net"] });
  t.after(() => open.stop());
  for (const origin of ["https://app.example", "http://a.example.net", "https://example.net",
                        `http://127.0.0.1:${open.port}`]) {
    const raw = await RawConnection.open(t, open, { origin });
    await raw.beats();
  }
  for (const origin of ["http://app.example", "https://app.example:8443", "null",
                        "https://app.example.evil.example", "https://badexample.net"]) {
    assert.equal((await refusedUpgrade(open, { origin })).status, 403, origin);
  }
});

test("plain HTTP", async () => {
  const health = await ask(server.port, "/healthz");
  assert.deepEqual([health.status, health.body], [200, "ok\n"]);
  const ready = await ask(server.port, "/readyz");
  assert.deepEqual([ready.status, ready.body], [200, "ready\n"]);
  const page = await ask(server.port, "/");
  assert.equal(page.status, 200);
  assert.match(page.headers["content-type"], /^text\/html/);
  for (const target of ["/nothing", "/../etc/passwd", "/socket/longpol"]) {
    assert.equal((await ask(server.port, target)).status, 404, target);
  }
  assert.equal((await ask(server.port, "/socket/websocket?vsn=2.0.0")).status, 426);
  for (const method of ["POST", "PUT", "DELETE"]) {
    const answer = await ask(server.port, "/socket/websocket?vsn=2.0.0", { method });
    assert.equal(answer.status, 426, method);
  }
});

stopAtTheEnd(server);
