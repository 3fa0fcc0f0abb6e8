// Chromium with devices that are not there, and the page as people use it.
import { randomUUID } from "node:crypto";
import { chromium } from "playwright-core";

/// Long, as two cores may be decoding for six; nothing waits for it to pass.
export const patienceMs = 60_000;

const flags = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
  "--allow-loopback-in-peer-connection",
  // A container has no user namespaces for Chromium's sandbox.
  "--no-sandbox",
];

/// @param media  What Chromium answers when a page asks for camera and microphone.
/// @param frames Per second, of the cameras that are not there.
export async function launch(
  t,
  { media = "--use-fake-ui-for-media-stream", frames = 5 } = {},
) {
  const browser = await chromium.launch({
    timeout: patienceMs,
    executablePath: process.env.GREENROOM_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      ...flags,
      media,
      `--use-fake-device-for-media-stream=device-count=3,fps=${frames}`,
    ],
  });
  t.after(() => browser.close());
  return browser;
}

/// Runs in the page before its own scripts: notes each connection, and asks for the
/// least that a camera gives, so that two cores suffice.
function prepare() {
  localStorage.setItem("greenroom.settings", JSON.stringify({ quality: "minimal" }));
  window.connections = [];
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(...options) {
      super(...options);
      window.connections.push(this);
    }
  };
}

export class Person {
  /// Opens the lobby, in a profile of its own.
  static async arrive(
    browser,
    server,
    name,
    { viewport = { width: 1280, height: 720 } } = {},
  ) {
    const context = await browser.newContext({ viewport });
    await context.addInitScript(prepare);
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    const faults = [];
    page.on("pageerror", (error) => faults.push(error.stack));
    await page.goto(`http://127.0.0.1:${server.port}/`);
    return new Person(page, name, faults);
  }

  constructor(page, name, faults) {
    this.page = page;
    this.name = name;
    /// Exceptions that nobody has caught in the page.
    this.faults = faults;
  }

  async enter(room) {
    await this.page.fill("#display-name", this.name);
    await this.page.fill("#room-id", room);
    await this.page.click("#btn-join");
    return this;
  }

  async isIn() {
    await this.page.waitForSelector('#room[data-status="joined"]');
    return this;
  }

  /// The tile of somebody else, once it shows that.
  async sees(attributes = "") {
    await this.page.waitForSelector(`.tile[data-self="false"]${attributes}`);
  }

  /// Looks again and again, from outside: what `page.waitForFunction` evaluates by itself
  /// is refused by the page's policy in some versions of Chromium.
  async seesThat(predicate, argument) {
    const until = Date.now() + patienceMs;
    while (!(await this.page.evaluate(predicate, argument))) {
      if (Date.now() > until) {
        throw new Error(`${this.name} still waits for ${predicate}`);
      }
      await this.page.waitForTimeout(50);
    }
  }

  async seesTiles(count) {
    await this.seesThat(
      (wanted) => document.querySelectorAll(".tile").length === wanted,
      count,
    );
  }

  async says(text) {
    await this.page.fill("#chat-input", text);
    await this.page.press("#chat-input", "Enter");
  }

  async reads(text) {
    await this.seesThat(
      (wanted) =>
        [...document.querySelectorAll("#message-list .message-text")].some(
          (shown) => shown.textContent === wanted,
        ),
      text,
    );
  }

  /// Frames decoded so far, as pairs of a connection's number and its frames; closed
  /// ones left out.
  decoded() {
    return this.page.evaluate(async () => {
      const counts = [];
      for (const [number, connection] of window.connections.entries()) {
        if (connection.connectionState === "closed") continue;
        let frames = 0;
        for (const [, entry] of await connection.getStats()) {
          if (entry.type === "inbound-rtp" && entry.kind === "video") {
            frames += entry.framesDecoded ?? 0;
          }
        }
        counts.push([number, frames]);
      }
      return counts;
    });
  }

  /// Resolves when each of `count` connections has decoded frames since now.
  /// A connection that fails on a busy machine may be made anew meanwhile.
  async decodesMore(count = 1, patience = patienceMs) {
    const before = await this.decoded();
    const earlier = new Map(before);
    const until = Date.now() + patience;
    for (;;) {
      const now = await this.decoded();
      if (
        now.length === count &&
        now.every(([number, frames]) => frames > (earlier.get(number) ?? 0))
      )
        return;
      if (Date.now() > until) {
        throw new Error(
          `${this.name} decodes no more: ${JSON.stringify(before)}, then ${JSON.stringify(now)}`,
        );
      }
      await this.page.waitForTimeout(200); // Until the next look, not instead of one.
    }
  }

  /// Resolves when each video of somebody else has played on since now.
  async playsOn() {
    const times = () =>
      this.page.evaluate(() =>
        [...document.querySelectorAll('.tile[data-self="false"] video')].map(
          (video) => video.currentTime,
        ),
      );
    const before = await times();
    await this.seesThat((earlier) => {
      const videos = [...document.querySelectorAll('.tile[data-self="false"] video')];
      return (
        videos.length === earlier.length &&
        videos.every((video, at) => video.currentTime > earlier[at])
      );
    }, before);
  }
}

export function newRoom() {
  return `room-${randomUUID().slice(0, 8)}`;
}

/// Two people whose connection stands.
export async function meet(browser, server) {
  const room = newRoom();
  const ann = await (await Person.arrive(browser, server, "Ann")).enter(room);
  await ann.isIn();
  const bob = await (await Person.arrive(browser, server, "Bob")).enter(room);
  await bob.isIn();
  for (const person of [ann, bob]) await person.sees('[data-connection="connected"]');
  return { ann, bob, room };
}
