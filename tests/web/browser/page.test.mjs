// What the pages weigh, and whether everybody can use them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";
import { startServer, stopAtTheEnd } from "../../client/server.mjs";
import { launch, meet, newRoom, Person, patienceMs } from "./browser.mjs";

const server = await startServer();
const axe = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);
const kibibyte = 1024;

/// A color that is changing has another contrast than the one that it will have.
async function colorsAreStill(page) {
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((each) => each instanceof CSSTransition)
        .map((each) => each.finished.catch(() => {})),
    ),
  );
}

/// What axe takes for serious or critical, one line each.
async function barriers(page) {
  await page.evaluate(axe);
  await colorsAreStill(page);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
    );
}

test(
  "the first load is small, and from this server alone",
  { timeout: patienceMs },
  async (t) => {
    const browser = await launch(t);
    const page = await browser.newPage();
    const network = await page.context().newCDPSession(page);
    await network.send("Network.enable");
    let bytes = 0;
    network.on("Network.loadingFinished", ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    const hosts = new Set();
    page.on("request", (request) => hosts.add(new URL(request.url()).host));
    await page.goto(`http://127.0.0.1:${server.port}/`, { waitUntil: "networkidle" });
    t.diagnostic(`${bytes} bytes`);
    assert.ok(bytes > 0 && bytes <= 60 * kibibyte, `${bytes} bytes`);
    assert.deepEqual([...hosts], [`127.0.0.1:${server.port}`]);
  },
);

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 390, height: 800 },
  ]) {
    test(
      `no barriers in ${colorScheme}, ${viewport.width} pixels wide`,
      { timeout: 2 * patienceMs },
      async (t) => {
        const browser = await launch(t, { media: "--deny-permission-prompts" });
        const person = await Person.arrive(browser, server, "Ann", { viewport });
        await person.page.emulateMedia({ colorScheme });
        assert.deepEqual(await barriers(person.page), [], "lobby");
        await person.page.click("#btn-join");
        assert.deepEqual(await barriers(person.page), [], "lobby with what is missing");
        await (await person.enter(newRoom())).isIn();
        assert.deepEqual(await barriers(person.page), [], "room");
      },
    );
  }
}

test("no barriers in a room of two", { timeout: 2 * patienceMs }, async (t) => {
  const { ann, bob } = await meet(await launch(t), server);
  await bob.says("hello");
  await ann.reads("hello");
  assert.deepEqual(await barriers(ann.page), []);
});

stopAtTheEnd(server);
