// Which node owns which room, from what all nodes say of it.

/// @param {Map<string, string>} listings What `ctl rooms` says, by node.
/// @returns {Map<string, string>} Owners by room. Where nodes do not agree, as they do
///          not for a moment when a room moves, who says that it owns the room is right.
export function ownersOf(listings) {
  const owners = new Map();
  for (const [node, listing] of listings) {
    for (const line of listing.split("\n")) {
      const [, room, owner] = /^(.*?) +(\S+) +\d+\/\d+$/.exec(line) ?? [];
      if (room !== undefined && (owner === node || !owners.has(room))) owners.set(room, owner);
    }
  }
  return owners;
}

/// @returns {string[]} A line for each room that has another owner, or none any more.
export function changesOf(before, after) {
  const lines = [];
  for (const [room, owner] of after) {
    const former = before.get(room);
    if (former === undefined) lines.push(`room ${room} is owned by ${owner}`);
    else if (former !== owner) lines.push(`room ${room} is owned by ${owner}, no longer by ${former}`);
  }
  for (const room of before.keys()) if (!after.has(room)) lines.push(`room ${room} has ended`);
  return lines;
}
