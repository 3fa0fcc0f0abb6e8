// Time that passes when a test says so.

/// Lets everything that is ready run: promises, and what they lead to.
export async function settle() {
  for (let turn = 0; turn < 20; ++turn) await new Promise(setImmediate);
}

/// Replaces timers and the clock until the test is over.
export function useFakeClock(t) {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: Date.now,
  };
  let now = 1_000_000;
  let lastId = 0;
  const timers = new Map();
  globalThis.setTimeout = (act, ms = 0) => {
    timers.set(++lastId, { at: now + ms, act });
    return lastId;
  };
  globalThis.clearTimeout = (id) => timers.delete(id);
  Date.now = () => now;
  t.after(() => {
    Object.assign(globalThis, {
      setTimeout: real.setTimeout,
      clearTimeout: real.clearTimeout,
    });
    Date.now = real.now;
  });
  return {
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const due = [...timers].filter(([, { at }]) => at <= end);
        if (due.length === 0) break;
        const [id, timer] = due.reduce((first, next) =>
          next[1].at < first[1].at ? next : first,
        );
        timers.delete(id);
        now = Math.max(now, timer.at);
        timer.act();
      }
      now = end;
      await settle();
    },
  };
}
