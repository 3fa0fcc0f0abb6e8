// Takes the pictures in web/screenshots anew, of the server that is named.
// Usage: node screenshots.mjs http://localhost:4000
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launch, newRoom, Person } from "./browser.mjs";

const [address = "http://localhost:4000"] = process.argv.slice(2);
const server = { port: Number(new URL(address).port) };
const folder = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  "../../../web/screenshots",
);
const names = ["Ann", "Bob", "Chloé", "Dávid", "Eve", "Farid"];

const browser = await launch({ after() {} }, { frames: 10 });

function picture(person, name) {
  return person.page.screenshot({
    path: path.join(folder, `${name}.jpg`),
    type: "jpeg",
    quality: 70,
  });
}

async function gather(count, viewport) {
  const room = newRoom();
  const people = [];
  for (const name of names.slice(0, count)) {
    const person = await Person.arrive(browser, server, name, { viewport });
    people.push(await (await person.enter(room)).isIn());
  }
  for (const person of people) await person.seesTiles(count);
  if (count > 1) await people[0].decodesMore(count - 1, 120_000);
  return people;
}

async function disperse(people) {
  for (const { page } of people) await page.context().close();
}

const lobby = await Person.arrive(browser, server, "Ann", {
  viewport: { width: 1024, height: 640 },
});
await lobby.page.fill("#display-name", "Ann");
await lobby.page.click("#btn-generate");
await lobby.seesThat(() => document.querySelector("#preview-video")?.readyState >= 2);
await picture(lobby, "lobby");
await disperse([lobby]);

const two = await gather(2, { width: 1024, height: 640 });
await two[0].says("Can you hear me?");
await two[1].says("Loud and clear.");
await two[0].reads("Loud and clear.");
await two[1].page.click("#btn-mic");
await two[0].sees('[data-audio-muted="true"]');
await picture(two[0], "room-of-two");
await disperse(two);

const phone = await gather(2, { width: 390, height: 780 });
await picture(phone[0], "phone");
await disperse(phone);

const six = await gather(6, { width: 1280, height: 720 });
await picture(six[0], "room-of-six");
await browser.close();
