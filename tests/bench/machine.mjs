// What the figures were measured on.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

export function describeMachine() {
  const debian = readFileSync("/etc/debian_version", "utf8").trim();
  const kernel = execFileSync("uname", ["-r"], { encoding: "utf8" }).trim();
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores of ${cpus()[0].model}, ${gib} GiB, `
    + `Debian ${debian}, Linux ${kernel}, Node ${process.version}; load average `
    + loadavg().map((each) => each.toFixed(1)).join(" ");
}
