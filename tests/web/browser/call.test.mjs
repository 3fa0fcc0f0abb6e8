// Two people in a call, in a real browser: what one does, the other sees.
import assert from "node:assert/strict";
import test from "node:test";
import { secretFile, startServer, stopAtTheEnd } from "../../client/server.mjs";
import { launch, meet, Person, patienceMs } from "./browser.mjs";

const server = await startServer();
const timeout = 2 * patienceMs;

test("two people see and hear each other", { timeout }, async (t) => {
  const { ann, bob } = await meet(await launch(t), server);
  await Promise.all([ann, bob].map((person) => person.decodesMore()));
  await Promise.all([ann, bob].map((person) => person.playsOn()));

  await t.test("the other one sees a muted microphone", async () => {
    await ann.page.click("#btn-mic");
    await bob.sees('[data-audio-muted="true"]');
    await ann.page.click("#btn-mic");
    await bob.sees('[data-audio-muted="false"]');
  });

  await t.test("a camera goes off and on again", async () => {
    await ann.page.click("#btn-camera");
    await bob.sees('[data-video-enabled="false"]');
    await ann.page.click("#btn-camera");
    await bob.sees('[data-video-enabled="true"]');
    await bob.decodesMore();
  });

  await t.test("a screen is shared, and no more", async () => {
    await ann.page.click("#btn-screenshare");
    await bob.sees('[data-screensharing="true"]');
    await bob.decodesMore();
    await ann.page.click("#btn-screenshare");
    await bob.sees('[data-screensharing="false"]');
    await bob.decodesMore();
  });

  await t.test("other devices are taken without a break", async () => {
    const choose = async (list) => {
      const devices = await ann.page
        .locator(`${list} option`)
        .evaluateAll((options) => options.map((option) => option.value));
      assert.ok(devices.length >= 2, `${list} has ${devices.length} devices`);
      const other = devices.at(-1);
      await ann.page.selectOption(list, other);
      assert.equal(await ann.page.inputValue(list), other);
    };
    await choose("#sel-camera");
    await bob.decodesMore();
    await choose("#sel-mic");
    await bob.decodesMore();
    assert.equal((await bob.decoded()).length, 1, "over the same connection");
  });

  await t.test("chat is shown exactly as typed", async () => {
    for (const text of ["<b>bold</b> & brave", "&amp; &lt;i&gt;", "'\" \u{1F600}"]) {
      await ann.says(text);
      await bob.reads(text);
      await ann.reads(text);
    }
    assert.equal(await bob.page.locator(".message-text b").count(), 0);
  });

  await t.test("who leaves is gone", async () => {
    await ann.page.click("#btn-leave");
    await ann.page.waitForSelector("#lobby-form");
    await bob.seesTiles(1);
  });
  assert.deepEqual([...ann.faults, ...bob.faults], []);
});

test("who goes to another page leaves at once", { timeout }, async (t) => {
  const { ann, bob } = await meet(await launch(t), server);
  await ann.page.goto("about:blank");
  await bob.seesTiles(1);
});

test("the seventh is sent back to the lobby, and told why", { timeout }, async (t) => {
  const browser = await launch(t, { media: "--deny-permission-prompts" });
  const room = `full-${Date.now()}`;
  for (let at = 1; at <= 6; ++at) {
    const guest = await Person.arrive(browser, server, `Guest ${at}`);
    await (await guest.enter(room)).isIn();
  }
  const seventh = await Person.arrive(browser, server, "Seventh");
  let joins = 0;
  seventh.page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      if (String(payload).includes("phx_join")) ++joins;
    }),
  );
  await seventh.enter(room);
  await seventh.page.waitForSelector("#lobby-notice:not(:empty)");
  assert.match(await seventh.page.textContent("#lobby-notice"), /full/i);
  assert.equal(await seventh.page.inputValue("#display-name"), "Seventh");
  assert.equal(joins, 1, "it does not try again by itself");
});

test("without permission one joins muted, and can chat", { timeout }, async (t) => {
  const denied = await launch(t, { media: "--deny-permission-prompts" });
  const room = `denied-${Date.now()}`;
  const ann = await Person.arrive(denied, server, "Ann");
  await ann.page.waitForSelector("#media-hint:not(:empty)");
  await (await ann.enter(room)).isIn();
  const bob = await Person.arrive(denied, server, "Bob");
  await (await bob.enter(room)).isIn();
  await bob.sees('[data-audio-muted="true"][data-video-enabled="false"]');
  await ann.says("I can still write");
  await bob.reads("I can still write");
});

test(
  "the server is killed and comes back; the call does not notice",
  { timeout },
  async (t) => {
    const secret = secretFile();
    const first = await startServer({ secret });
    const { ann, bob } = await meet(await launch(t), first);
    const identity = () => ann.page.getAttribute("#room", "data-self-id");
    const before = await identity();

    first.signal("SIGKILL");
    await first.exited;
    await ann.page.waitForSelector('#room[data-status="reconnecting"]');
    await ann.page.waitForSelector("#banner:not(:empty)");
    await ann.says("said meanwhile");
    await Promise.all([ann, bob].map((person) => person.decodesMore()));

    const second = await startServer({ port: first.port, secret });
    t.after(() => second.stop());
    for (const person of [ann, bob]) await person.isIn();
    await bob.reads("said meanwhile");
    for (const person of [ann, bob]) await person.seesTiles(2);
    assert.equal(await identity(), before);
    await Promise.all([ann, bob].map((person) => person.decodesMore()));
    for (const person of [ann, bob]) {
      assert.equal(
        await person.page.evaluate(() => window.connections.length),
        1,
        "no connection was made anew",
      );
    }
  },
);

stopAtTheEnd(server);
