// Numbering, confirming and sending again.
import assert from "node:assert/strict";
import test from "node:test";
import { Outbox } from "../../../web/client/outbox.js";

function filled(count, { lasting = () => false } = {}) {
  const outbox = new Outbox();
  const answers = [];
  for (let number = 1; number <= count; ++number) {
    outbox.add({
      event: `${number}`,
      payload: {},
      lasting: lasting(number),
      settle: ({ ok }) => answers.push([number, ok]),
    });
  }
  return { outbox, answers };
}

function drain(outbox) {
  const sent = [];
  for (let next = outbox.next(); next; next = outbox.next())
    sent.push([next.number, next.push.event]);
  return sent;
}

test("each is sent once, with its number", () => {
  const { outbox } = filled(2);
  assert.deepEqual(drain(outbox), [
    [1, "1"],
    [2, "2"],
  ]);
  assert.deepEqual(drain(outbox), []);
});

test("an answer confirms all that came before", () => {
  const { outbox } = filled(3);
  drain(outbox);
  outbox.confirm(2);
  assert.equal(outbox.resume(2), true);
  assert.deepEqual(drain(outbox), [[3, "3"]]);
});

test("a room that has less than was confirmed has forgotten something", () => {
  const { outbox } = filled(3);
  drain(outbox);
  outbox.confirm(3);
  assert.equal(outbox.resume(1), false);
});

test("a restart keeps what lasts, and numbers it anew", () => {
  const { outbox, answers } = filled(4, { lasting: (number) => number % 2 === 0 });
  drain(outbox);
  for (const push of outbox.restart()) outbox.add(push);
  assert.deepEqual(drain(outbox), [
    [1, "2"],
    [2, "4"],
  ]);
  assert.deepEqual(answers, [
    [1, false],
    [3, false],
  ]);
});

test("it is bounded, and knows then that something is missing", () => {
  const { outbox, answers } = filled(1030);
  assert.deepEqual(answers.slice(0, 2), [
    [1, false],
    [2, false],
  ]);
  assert.equal(answers.length, 6);
  assert.equal(drain(outbox)[0][0], 7);
  assert.equal(outbox.resume(3), false);
});
