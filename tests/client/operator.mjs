// What an operator asks a node, for tests that must know which node owns a room.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Cluster } from "./cluster.mjs";
import { secretFile } from "./server.mjs";
import { enter, newRoom, phoenix1816 as phoenix } from "./stock.mjs";
import { deadlineMs, within } from "./transcript.mjs";

/// Looks again and again, as nothing tells an operator that something has changed.
export async function eventually(look, what) {
  const giveUpAt = Date.now() + deadlineMs;
  for (;;) {
    try {
      return await look();
    } catch (fault) {
      if (Date.now() > giveUpAt) throw new Error(`no ${what}: ${fault.message}`, { cause: fault });
    }
    await pause(50); // Until the next look, not instead of one.
  }
}

/// @returns The words and the status of `greenroom ctl`.
export function ctl(node, ...words) {
  return within(new Promise((resolve) => {
    execFile(process.env.GREENROOM_BIN, ["ctl", ...words, `--control-socket=${node.control}`],
             (error, out, complaint) => resolve({ status: error?.code ?? 0, out, complaint }));
  }), `answer to ctl ${words.join(" ")}`);
}

/// The words, when all is well.
export async function said(node, ...words) {
  const { status, out, complaint } = await ctl(node, ...words);
  assert.equal(status, 0, complaint);
  return out;
}

/// A cluster whose nodes can be asked.
export async function controlled(t, count, options = []) {
  const cluster = await Cluster.start(t, 0);
  for (let at = 0; at < count; ++at) {
    const control = secretFile();
    t.after(() => rmSync(control, { force: true }));
    const own = { options: [`--control-socket=${control}`, ...options] };
    const node = await cluster.add(`n${at + 1}`, own);
    node.control = control;
  }
  return cluster;
}

/// Resolves once each of them says that it is linked to all others.
export async function linkedToAll(nodes) {
  for (const node of nodes) {
    await eventually(async () => {
      const up = (await said(node, "nodes")).match(/ up .*(linked|this node)/g);
      assert.equal(up?.length, nodes.length);
    }, `${nodes.length} nodes at ${node.name}`);
  }
}

/// A room of two people that the node at `owner` owns.
export async function roomOwnedBy(t, nodes, owner, [first, second]) {
  for (;;) {
    const room = newRoom();
    const ann = await enter(t, phoenix, first, room, "Ann");
    const line = (await said(first, "rooms")).split("\n").find((each) => each.startsWith(room));
    if (line.includes(` ${owner.name} `)) {
      const bob = await enter(t, phoenix, second, room, "Bob");
      await ann.sees(ann, bob);
      return { room, ann, bob };
    }
    ann.leave();
  }
}
