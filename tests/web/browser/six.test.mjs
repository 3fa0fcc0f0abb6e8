// Six people: each decodes the five others.
import test from "node:test";
import { startServer, stopAtTheEnd } from "../../client/server.mjs";
import { launch, newRoom, Person, patienceMs } from "./browser.mjs";

const server = await startServer();

test("all 30 links of six people decode", { timeout: 4 * patienceMs }, async (t) => {
  const browser = await launch(t);
  const room = newRoom();
  const people = [];
  for (let at = 1; at <= 6; ++at) {
    const person = await Person.arrive(browser, server, `Person ${at}`, {
      viewport: { width: 640, height: 480 },
    });
    people.push(await (await person.enter(room)).isIn());
  }
  for (const person of people) await person.seesTiles(6);
  for (const person of people) await person.decodesMore(5, 2 * patienceMs);
});

stopAtTheEnd(server);
