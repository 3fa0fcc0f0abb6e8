// The table of tools/bench, as text and as a page.

const digits = (value) => {
  if (!Number.isFinite(value)) return "-";
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
};

/// Greenroom's value over another's.
const ratio = (row, at) =>
  (row.isRatio || row.values[at] === 0 ? null : row.values[0] / row.values[at]);

const escaped = (text) => text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);

/// Markdown, so that it can stand in a README.
export function table(names, rows) {
  const cell = (row, at) => {
    const shown = digits(row.values[at]) + (at === 0 && row.unit ? ` ${row.unit}` : "");
    const against = at > 0 && ratio(row, at);
    return against ? `${shown} (${against.toFixed(2)})` : shown;
  };
  const lines = [
    ["", ...names.map((name, at) => (at === 0 ? name : `${name} (ratio)`)), "goal"],
    ...rows.map((row) => [row.name, ...names.map((_, at) => cell(row, at)), row.goal ?? ""]),
  ];
  const widths = lines[0].map((_, at) => Math.max(3, ...lines.map((line) => line[at].length)));
  const print = (line) => `| ${line.map((text, at) => text.padEnd(widths[at])).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [print(lines[0]), rule, ...lines.slice(1).map(print)].join("\n");
}

const style = `
:root { --paper: #fff; --ink: #1d2433; --soft: #667085; --line: #e4e7ec; --card: #f8f9fb;
  --own: #1570ef; --other: #98a2b3; }
@media (prefers-color-scheme: dark) { :root { --paper: #12151c; --ink: #e6e9f0; --soft: #98a2b3;
  --line: #2a303c; --card: #1a1f29; --own: #53b1fd; --other: #56607a; } }
body { background: var(--paper); color: var(--ink); margin: 2rem auto; max-width: 78rem;
  padding: 0 1.25rem; font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; }
p, figcaption small, em { color: var(--soft); font-style: normal; }
main { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: 0;
  padding: .7rem .9rem; }
figcaption { font-weight: 600; margin-bottom: .4rem; }
dl { display: grid; grid-template-columns: 5.5rem 1fr; gap: .25rem .5rem; margin: 0;
  font-variant-numeric: tabular-nums; }
dt { color: var(--soft); }
dd { margin: 0; display: flex; align-items: center; gap: .5rem; white-space: nowrap; }
i { background: var(--other); border-radius: 3px; height: .8rem; min-width: 2px; }
i.own { background: var(--own); }
`;

function bars(names, row) {
  const most = Math.max(...row.values);
  const lines = names.map((name, at) => {
    const width = most > 0 ? (row.values[at] / most) * 60 : 0;
    const against = at > 0 && ratio(row, at);
    const kind = at === 0 ? " class=own" : "";
    return `<dt>${escaped(name)}</dt><dd><i${kind} style="width:${width.toFixed(1)}%"></i>`
      + `${digits(row.values[at])}${against ? ` <em>ratio ${against.toFixed(2)}</em>` : ""}</dd>`;
  });
  const goal = row.goal ? `<small>goal: ${escaped(row.goal)}</small>` : "";
  return `<figure><figcaption>${escaped(row.name)} <small>${row.unit}</small></figcaption>`
    + `<dl>${lines.join("")}</dl>${goal}</figure>`;
}

export function page({ names, rows, machine, minutes }) {
  return `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Greenroom and its peers</title><style>${style}</style>
<h1>Greenroom and its peers</h1>
<p>Each server on one core, the load on another; the best of all rounds,
and where threads sleep between messages the median.
A ratio is Greenroom's figure over the other's.<br>
${escaped(machine)}; ${minutes} min</p>
<main>${rows.map((row) => bars(names, row)).join("\n")}</main></html>
`;
}
