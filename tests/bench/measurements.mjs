// What is measured, of whom, and what of it the table shows.

const cpu = (report) => report.server.cpu_us_each;

/// Each is one run of greenroom-load against a server that has just been started, or as
/// many short ones in turn as it has `parts`. `own` are options of Greenroom alone.
/// `figures` take their lowest value over all runs, as others on the machine can only
/// make things worse; of rates it is the highest. Where threads sleep between messages,
/// which is where it `isTypical`, it is the median: a virtual machine wakes them sooner or
/// later for seconds on end, and whether a server's run has such seconds is luck.
export const measurements = [
  {
    id: "signal", title: "50 rooms of 6, signals, 4 under way for each participant",
    options: ["--workload=signal", "--window=4"],
    figures: [
      { name: "signal, saturated: CPU", unit: "us", of: cpu, goal: "at most 1.5 floor, 0.33 ws" },
      {
        name: "signal, saturated: rate", unit: "/s",
        of: (report) => report.done_per_second, most: true,
      },
    ],
  },
  {
    id: "steady", title: "50 rooms of 6, 10,000 signals a second", isBusy: true,
    options: ["--workload=signal", "--rate=10000"], parts: 3, isTypical: true,
    figures: [
      { name: "signal at 10,000/s: CPU", unit: "us", of: cpu },
      {
        name: "signal at 10,000/s: p50", unit: "us",
        of: (report) => report.slice_p50_us, goal: "at most 1.15 floor",
      },
      {
        name: "signal at 10,000/s: p99", unit: "us",
        of: (report) => report.slice_p99_us,
      },
    ],
  },
  {
    id: "many", title: "10,002 connections, 10,000 signals a second", isBusy: true,
    options: ["--workload=signal", "--rooms=1667", "--rate=10000"], parts: 2,
    isTypical: true,
    figures: [{ name: "signal at 10,000/s over 10,002: CPU", unit: "us", of: cpu }],
  },
  {
    id: "poll", title: "10,000 signals a second, Greenroom with --busy-poll=200us", isBusy: true,
    options: ["--workload=signal", "--rate=10000"], own: ["--busy-poll=200us"],
    parts: 3, isTypical: true,
    figures: [
      { name: "at 10,000/s, greenroom busy-polls: CPU", unit: "us", of: cpu },
      {
        name: "at 10,000/s, greenroom busy-polls: p50", unit: "us",
        of: (report) => report.slice_p50_us, goal: "at most 1.15 floor",
      },
    ],
  },
  {
    id: "join", title: "6,000 join 1,000 rooms, 64 at a time",
    options: ["--workload=join", "--rooms=1000", "--window=64"],
    figures: [
      { name: "join with presence: CPU", unit: "us", of: cpu, goal: "at most 60 us" },
      {
        name: "joins", unit: "/s", of: (report) => report.done_per_second, most: true,
        goal: "at least 3 ws",
      },
      {
        name: "last presence diff after the last join", unit: "ms",
        of: (report) => report.last_news_after_last_join_ms, goal: "at most 500 ms",
      },
    ],
  },
  {
    id: "chat", title: "50 rooms of 6, chat, 1 under way for each participant",
    options: ["--workload=chat", "--window=1"],
    figures: [
      {
        name: "chat to 6, saturated: CPU of a delivery", unit: "us", of: cpu,
        goal: "at most 2 floor",
      },
      {
        name: "chat to 6, saturated: deliveries", unit: "/s",
        of: (report) => report.done_per_second, most: true,
      },
    ],
  },
  {
    id: "idle", title: "10,002 joined and quiet",
    options: ["--workload=idle", "--rooms=1667"], seconds: 2,
    figures: [
      {
        name: "idle connection of 10,002: memory", unit: "KiB",
        of: (report) => report.server.resident_bytes_each / 1024, goal: "at most 6 KiB",
      },
    ],
  },
  {
    id: "small", title: "50 rooms of 6, 50,000 deliveries of chat a second",
    options: ["--workload=chat", "--rate=8333"], isTypical: true,
    figures: [{ name: "chat to 6 at 50,000/s: CPU of a delivery", unit: "us", of: cpu }],
  },
  {
    id: "large", title: "a room of 1,000, 50,000 deliveries of chat a second", capacity: 1000,
    options: ["--workload=chat", "--rooms=1", "--room-size=1000", "--rate=50"],
    isTypical: true,
    figures: [{ name: "chat to 1,000 at 50,000/s: CPU of a delivery", unit: "us", of: cpu }],
  },
];

/// Figures of one server that are compared with each other.
export const comparisons = [
  {
    name: "room of 1,000 / room of 6, CPU",
    of: "chat to 1,000 at 50,000/s: CPU of a delivery",
    to: "chat to 6 at 50,000/s: CPU of a delivery", goal: "at most 1.3",
  },
  {
    name: "10,002 connections / 300, CPU", of: "signal at 10,000/s over 10,002: CPU",
    to: "signal at 10,000/s: CPU", goal: "at most 1.25",
  },
];

/// In the order of the table; Greenroom is compared with the others.
export function servers({ bin, peers, scratch }) {
  return [
    {
      name: "greenroom",
      command: (port, capacity, own) => [
        `${bin}/bin/greenroom`, `--port=${port}`, `--capacity=${capacity}`, "--reactors=1",
        "--log.level=warning", `--secret-file=${scratch}/secret`, ...own,
      ],
    },
    { name: "floor", command: (port, capacity) => [`${bin}/tests/bench_floor`, port, capacity] },
    {
      name: "ws",
      command: (port, capacity) => [process.execPath, `${peers}/ws.mjs`, port, capacity],
    },
    {
      name: "socket.io", dialect: "socket.io",
      command: (port, capacity) => [process.execPath, `${peers}/socket_io.mjs`, port, capacity],
    },
  ];
}
