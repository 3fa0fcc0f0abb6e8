// nginx as the README configures it, as one process that runs as whoever tests, so that
// the checkout may be where nobody else can go.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/// `tools/setup` unpacks one where none is installed.
function findProgram() {
  const places = ["/usr/sbin/nginx", path.join(root, "build/nginx/usr/sbin/nginx")];
  const found = places.find((place) => existsSync(place));
  assert.ok(found, `no nginx; tools/setup provides it. Looked at ${places.join(", ")}`);
  return found;
}

/// The README's example, for these ports.
function exampleFor(listenPort, nodePorts) {
  const readme = readFileSync(path.join(root, "README.md"), "utf8");
  const [, example] = /^```nginx\n(.*?)^```$/ms.exec(readme) ?? [];
  assert.ok(example, "the README has an example for nginx");
  const left = [...nodePorts];
  const adapted = example
    .replace(/^( *server 127\.0\.0\.1):\d+;$/gm, (_, server) => `${server}:${left.shift()};`)
    .replace("listen 8080;", `listen 127.0.0.1:${listenPort};`);
  assert.equal(left.length, 0, "the example has as many nodes as the test");
  assert.ok(!adapted.includes("undefined"), "nor more");
  return adapted;
}

function configurationIn(folder, example) {
  const spools = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`);
  return `daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr warn;
events {}
http {
access_log off;
${spools.join("\n")}
${example}
}
`;
}

function connects(port) {
  return new Promise((resolve) => {
    const probe = net.createConnection(port, "127.0.0.1");
    probe.once("connect", () => { probe.destroy(); resolve(true); });
    probe.once("error", () => resolve(false));
  });
}

/// @param port Where it listens.
/// @returns What a stock client takes for a server, once it listens.
export async function startNginx(t, port, nodes, eventually) {
  const folder = mkdtempSync(path.join(tmpdir(), "greenroom-nginx-"));
  const file = path.join(folder, "nginx.conf");
  writeFileSync(file, configurationIn(folder, exampleFor(port, nodes.map((node) => node.port))));
  const child = spawn(findProgram(), ["-e", "stderr", "-p", folder, "-c", file],
                      { stdio: ["ignore", "ignore", "pipe"] });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text) => { complaints += text; });
  const ended = new Promise((resolve) => { child.once("close", resolve); });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  t.after(async () => {
    kill();
    process.off("exit", kill);
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  await eventually(async () => assert.ok(await connects(port), complaints), "nginx");
  return { port, url: `ws://127.0.0.1:${port}/socket` };
}
