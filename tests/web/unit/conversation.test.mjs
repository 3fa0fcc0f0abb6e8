// Messages in the room's order, our own shown before the room has them.
import assert from "node:assert/strict";
import test from "node:test";
import { Conversation } from "../../../web/page/conversation.js";

const said = (text, fromId = "me") => ({ fromId, displayName: fromId, text, ts: 0 });
const shown = ({ messages }) =>
  messages.map(({ text, isPending }) => (isPending ? `(${text})` : text));

test("what is on its way stands last, and once", () => {
  const talk = new Conversation();
  const first = talk.begin(said("one"));
  talk.begin(said("two"));
  talk.hear(said("hello", "bob"), { isOwn: false, isSeen: true });
  assert.deepEqual(shown(talk), ["hello", "(one)", "(two)"]);
  talk.hear(said("one"), { isOwn: true, isSeen: true });
  assert.deepEqual(shown(talk), ["hello", "one", "(two)"]);
  assert.equal(talk.messages[1].key, first, "it is drawn as the same one");
  talk.drop(first);
  assert.deepEqual(shown(talk), ["hello", "one", "(two)"]);
});

test("what was not taken goes away", () => {
  const talk = new Conversation();
  talk.drop(talk.begin(said("refused")));
  assert.deepEqual(shown(talk), []);
});

test("only what others said and nobody saw is unread", () => {
  const talk = new Conversation();
  talk.hear(said("a", "bob"), { isOwn: false, isSeen: true });
  talk.hear(said("b", "bob"), { isOwn: false, isSeen: false });
  talk.hear(said("c"), { isOwn: true, isSeen: false });
  assert.equal(talk.unreadCount, 1);
});

test("the list is bounded", () => {
  const talk = new Conversation();
  for (let count = 0; count < 600; ++count)
    talk.hear(said(`${count}`, "bob"), { isOwn: false, isSeen: true });
  assert.equal(talk.messages.length, 500);
  assert.equal(talk.messages[0].text, "100");
});
