// People on two nodes who signal at a rate, for tests and benchmarks that take a third
// node away meanwhile.
import { roomOwnedBy } from "./operator.mjs";
import { enter, phoenix1816 as phoenix } from "./stock.mjs";

/// One room for each of `owners`, with two people on each of the first two nodes:
/// `people` has them by node. Somebody else is on the last node.
export async function roomsOfOwners(t, nodes, owners) {
  const rooms = [];
  for (const owner of owners) {
    const { room, ann, bob } = await roomOwnedBy(t, nodes, owner, nodes);
    const people = [[ann, await enter(t, phoenix, nodes[0], room, "Abe")],
                    [bob, await enter(t, phoenix, nodes[1], room, "Ben")]];
    const all = [...people.flat(), await enter(t, phoenix, nodes.at(-1), room, "Eve")];
    for (const seat of all) await seat.sees(...all);
    rooms.push({ room, owner, people });
  }
  return rooms;
}

const numberOf = ({ sdp }) => Number(sdp.slice(4));

/// Signals between people of two nodes, numbered, until `end`.
export class Talk {
  sent = 0;
  #pairs;
  #timer;

  /// @param perSecond In all.
  constructor(t, [here, there], perSecond) {
    this.#pairs = here.flatMap((one) => there.flatMap((other) => [[one, other], [other, one]]));
    const began = Date.now();
    this.#timer = setInterval(() => {
      while (this.sent < (Date.now() - began) * perSecond / 1000) this.#speak(this.sent++);
    }, 5);
    t.after(() => this.end());
  }

  #speak(number) {
    const [from, to] = this.#pairs[number % this.#pairs.length];
    const signal = { to_id: to.selfId, sdp: `v=0 ${number}` };
    if (from.post) from.post("signal:offer", signal); // Whose connection may break.
    else from.send("signal:offer", signal);
  }

  end() {
    clearInterval(this.#timer);
  }

  /// How many were lost, doubled, and out of order, of those between the same two.
  faults() {
    const result = { lost: 0, doubled: 0, disordered: 0 };
    for (const [at, [from, to]] of this.#pairs.entries()) {
      const heard = to.payloadsOf("signal:offer")
        .filter(({ from_id }) => from_id === from.selfId).map(numberOf);
      const different = new Set(heard);
      for (let number = at; number < this.sent; number += this.#pairs.length) {
        result.lost += different.has(number) ? 0 : 1;
      }
      result.doubled += heard.length - different.size;
      result.disordered += heard.filter((number, index) => number < heard[index - 1]).length;
    }
    return result;
  }
}
