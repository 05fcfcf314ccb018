// Draws the answer that lies in the page: totals, charts, the senders' table to sort and to search.
import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js";
import { decompressed, unpackSenders } from "./senders.js";

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip);

const answer = JSON.parse(document.getElementById("answer").textContent);
const at = (id) => document.getElementById(id);
const number = (value) => value.toLocaleString("en-US");
const percent = (share, digits = 2) => (share * 100).toLocaleString("en-US", { maximumSignificantDigits: digits }) + " %";
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const reasonWords = {
  never_tls: "has never used TLS",
  domain_speaks_tls: "another host of the same domain uses TLS",
  host_speaks_tls: "the same host uses TLS at other times",
  tls_failed: "tried TLS and failed",
  old_tls: "uses an older TLS version",
  no_client_certificate: "has no such client certificate",
  matched_rule: "matches the rule",
};

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function header(table, names, numbers) {
  const head = element("thead");
  const line = element("tr");
  names.forEach((name, i) => line.append(element("th", name, numbers.includes(i) ? "number" : "")));
  head.append(line);
  table.append(head);
  return line;
}

// A cell that says in its own words what it is of, where the table is shown as cards.
function cellOf(label, text, className) {
  const made = element("td", text, className);
  made.dataset.label = label;
  return made;
}

const isTold = (rule) => !rule.defers && rule.gone.messages > 0 && !rule.gone.too_little_to_tell;

function interval(loss) {
  return loss.share === 0 ? "< " + percent(loss.share_95[1]) : percent(loss.share_95[0], 3) + " – " + percent(loss.share_95[1], 3);
}

// Columns that would be empty for every rule are left out.
function showRules() {
  const told = answer.wanted + answer.unwanted > 0;
  const all = [
    ["Would not come", (rule) => number(rule.would_not_come), true],
    ["Would come later", (rule) => number(rule.would_come_later), true],
    ["Not known", (rule) => number(rule.not_known), true],
    ["Share not coming", (rule) => (isTold(rule) ? percent(rule.gone.share) : ""), true],
    ["95 %", (rule) => (isTold(rule) ? interval(rule.gone) : ""), true],
    ["Not coming in 30 days", (rule) => number(Math.round(rule.would_not_come_per_30_days)), true],
    ["Sender domains", (rule) => number(rule.lost.sender_domains), true],
    ["Hosts", (rule) => number(rule.lost.hosts), true],
    ["Wanted, would not come", (rule) => `${number(rule.gone_wanted.lost)} of ${number(rule.gone_wanted.messages)}`, told],
    ["Refused anyway", (rule) => number(rule.refused_anyway), answer.rules.some((rule) => rule.refused_anyway > 0)],
  ].filter(([, , shown]) => shown);
  at("rules").replaceChildren();
  header(at("rules"), ["Rule", ...all.map(([name]) => name)], all.map((_, i) => i + 1));
  const body = element("tbody");
  for (const rule of answer.rules) {
    const name = element("td", rule.rule);
    name.append(element("div", rule.meaning + (rule.defers ? "; it defers, and keeps nothing out" : ""), "small"));
    if (rule.mostly) name.append(element("div", `${percent(rule.mostly.share)} of what it would refuse or defer is from ${rule.mostly.domain}`, "small"));
    const line = element("tr");
    line.append(name, ...all.map(([label, value]) => cellOf(label, value(rule), "number")));
    body.append(line);
  }
  at("rules").append(body);
  at("too-little").hidden = answer.rules.every((rule) => rule.defers || isTold(rule));
  const tried = answer.rules.find((rule) => rule.backtest.tried > 0);
  at("backtest").textContent = tried ? `Of ${number(tried.backtest.tried)} earlier answers (${tried.rule}), ${number(tried.backtest.held)} held what then came; more was lost than allowed for in ${number(tried.backtest.above)}.` : "";
  const unseen = answer.unseen_senders;
  at("unseen").textContent = unseen.told && unseen.estimate >= 1 ? `Some ${number(unseen.estimate)} sender domains or more that write rarely are not in these days (95 %: ${number(unseen.estimate_95[0])} to ${number(unseen.estimate_95[1])}); ${number(unseen.seen)} are.` : "";
}

// Days without a message belong to the picture, too; a span of years is left as it is.
function everyDay() {
  const days = answer.days;
  const first = Date.parse(days[0].day), last = Date.parse(days.at(-1).day), one = 86_400_000;
  if ((last - first) / one > 800) return days;
  const known = new Map(days.map((day) => [day.day, day]));
  const out = [];
  for (let time = first; time <= last; time += one) {
    const day = new Date(time).toISOString().slice(0, 10);
    out.push(known.get(day) ?? { day, over_tls: 0, in_the_clear: 0, unknown: 0 });
  }
  return out;
}

// The interval of each bar, drawn over it.
const whiskers = {
  id: "whiskers",
  afterDatasetsDraw(chart) {
    const { ctx, scales } = chart;
    ctx.save();
    ctx.strokeStyle = colour("text");
    ctx.lineWidth = 1.5;
    chart.getDatasetMeta(0).data.forEach((bar, i) => {
      if (!isTold(answer.rules[i])) return;
      const [low, high] = answer.rules[i].gone.share_95.map((share) => scales.x.getPixelForValue(share * 100));
      ctx.beginPath();
      ctx.moveTo(low, bar.y); ctx.lineTo(high, bar.y);
      for (const end of [low, high]) { ctx.moveTo(end, bar.y - 5); ctx.lineTo(end, bar.y + 5); }
      ctx.stroke();
    });
    ctx.restore();
  },
};

const charts = [];

function drawCharts() {
  charts.splice(0).forEach((chart) => chart.destroy());
  Chart.defaults.color = colour("muted");
  Chart.defaults.borderColor = colour("line");
  Chart.defaults.font.family = "system-ui, sans-serif";
  const common = { responsive: true, maintainAspectRatio: false, animation: false };
  charts.push(new Chart(at("rules-chart"), {
    type: "bar",
    data: { labels: answer.rules.map((rule) => rule.rule), datasets: [{ data: answer.rules.map((rule) => (isTold(rule) ? rule.gone.share * 100 : null)), backgroundColor: colour("clear"), maxBarThickness: 26 }] },
    options: { ...common, indexAxis: "y",
      scales: { x: { beginAtZero: true, suggestedMax: Math.max(1, ...answer.rules.filter(isTold).map((rule) => rule.gone.share_95[1] * 100)), title: { display: true, text: "% of messages" } }, y: { grid: { display: false } } },
      plugins: { legend: { display: false }, tooltip: { callbacks: { label: (item) => { const rule = answer.rules[item.dataIndex]; return `${number(rule.would_not_come)} of ${number(rule.messages)} would not come` + (isTold(rule) ? `: ${percent(rule.gone.share)} (95 %: ${interval(rule.gone)})` : ""); } } } } },
    plugins: [whiskers],
  }));
  at("when").hidden = answer.days.length < 2;
  if (answer.days.length < 2) return;
  const days = everyDay();
  const bars = (label, key, name) => ({ type: "bar", label, data: days.map((day) => day[key]), backgroundColor: colour(name), stack: "messages", yAxisID: "y", order: 2 });
  const share = (day) => { const known = day.over_tls + day.in_the_clear; return known ? (day.in_the_clear / known) * 100 : null; };
  const sets = [bars("over TLS", "over_tls", "tls"), bars("in the clear", "in_the_clear", "clear")];
  if (answer.unknown > 0) sets.push(bars("unknown", "unknown", "unknown"));
  sets.push({ type: "line", label: "share in the clear", data: days.map(share), spanGaps: true, borderColor: colour("accent"), backgroundColor: colour("accent"), borderWidth: 2, pointRadius: days.length > 60 ? 0 : 2.5, yAxisID: "share", order: 1 });
  charts.push(new Chart(at("days-chart"), {
    data: { labels: days.map((day) => day.day), datasets: sets },
    options: { ...common, interaction: { mode: "index", intersect: false },
      scales: { x: { stacked: true, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 16 } }, y: { stacked: true, beginAtZero: true, title: { display: true, text: "messages a day" } },
        share: { position: "right", min: 0, suggestedMax: 10, grid: { drawOnChartArea: false }, title: { display: true, text: "% in the clear" } } },
      plugins: { legend: { position: "bottom" } } },
  }));
}

const columns = [
  ["Sender domain", (s) => s.domain, false, (s) => s.rank], ["Messages", (s) => s.messages, true], ["Wanted", (s) => s.wanted, true], ["Unwanted", (s) => s.unwanted, true],
  ["Hosts", (s) => s.host_count, true], ["Reason", (s) => reasonWords[s.reason] + (s.failure ? ": " + s.failure : ""), false],
  ["First seen", (s) => s.first_seen, false], ["Last seen", (s) => s.last_seen, false], ["What to do", (s) => answer.advice[s.reason], false],
];
const rowsOnPage = 500;
let sorted = { column: 1, descending: true };
let page = 0;
let senders = []; // of each rule

function foundSenders() {
  const searched = at("search").value.trim().toLowerCase();
  const matches = (s) => !searched || [s.domain, ...s.hosts, reasonWords[s.reason], s.failure ?? ""].some((text) => text.toLowerCase().includes(searched));
  const [, shown, , order] = columns[sorted.column];
  const key = order ?? shown;
  const sign = sorted.descending ? -1 : 1;
  return senders[at("rule").selectedIndex].filter(matches).map((s) => [key(s), s])
    .sort(([a], [b]) => (a === b ? 0 : a < b ? -sign : sign)).map(([, s]) => s);
}

function sortButton(table, i) {
  const button = element("button", columns[i][0]);
  button.type = "button";
  button.addEventListener("click", () => {
    sorted = { column: i, descending: sorted.column === i ? !sorted.descending : columns[i][2] };
    showFromStart();
    table.querySelectorAll("th button")[i].focus();
  });
  return button;
}

function showSenders() {
  const rule = answer.rules[at("rule").selectedIndex];
  const found = foundSenders();
  const pages = Math.max(1, Math.ceil(found.length / rowsOnPage));
  page = Math.min(page, pages - 1);
  const begin = page * rowsOnPage;
  const table = at("senders");
  table.replaceChildren();
  const head = header(table, columns.map(() => ""), [1, 2, 3, 4]);
  columns.forEach((_, i) => {
    const cell = head.children[i];
    cell.append(sortButton(table, i));
    if (i === sorted.column) cell.setAttribute("aria-sort", sorted.descending ? "descending" : "ascending");
  });
  const body = element("tbody");
  for (const sender of found.slice(begin, begin + rowsOnPage)) {
    const line = element("tr");
    columns.forEach(([label, cell, isNumber], i) => {
      const made = cellOf(label, isNumber ? number(cell(sender)) : cell(sender), isNumber ? "number" : "");
      if (i === 0 && sender.hosts.length) made.append(element("div", sender.hosts.slice(0, 3).join(", ") + (sender.host_count > 3 ? ", ..." : ""), "small"));
      line.append(made);
    });
    body.append(line);
  }
  table.append(body);
  const here = senders[at("rule").selectedIndex].length;
  const left = rule.senders_left_out - here;
  const range = found.length > rowsOnPage ? `${number(begin + 1)} to ${number(Math.min(begin + rowsOnPage, found.length))} of ` : "";
  const foundOf = found.length === here ? number(here) : `${number(found.length)} found among ${number(here)}`;
  at("shown").textContent = `${range}${foundOf} senders` + (left > 0 ? `; the ${number(left)} smallest are left out of this page, and postern whatif --csv has them` : "");
  at("earlier").disabled = page === 0;
  at("later").disabled = page === pages - 1;
  at("reasons").replaceChildren(...Object.entries(rule.reasons).filter(([, count]) => count > 0).map(([reason, count]) => element("li", `${number(count)}: ${reasonWords[reason]}`)));
}

function showFromStart() {
  page = 0;
  showSenders();
}

// Where a button has become unusable, the other one keeps the keyboard's place.
function turn(pages) {
  page += pages;
  showSenders();
  if (document.activeElement.disabled || document.activeElement === document.body) at(pages > 0 ? "earlier" : "later").focus();
}

// Until then, and where the senders cannot be unpacked, the plain table stands in the page and says what is missing.
async function startSenders() {
  const bytes = await decompressed(at("packed").textContent);
  if (!bytes || answer.rules.length === 0) return;
  senders = unpackSenders(bytes, answer.rules.length, Object.keys(answer.rules[0].reasons));
  for (const rule of answer.rules) at("rule").append(element("option", rule.rule));
  at("rule").selectedIndex = Math.max(0, answer.rules.findIndex((rule) => rule.lost.messages > 0));
  at("rule").addEventListener("change", showFromStart);
  at("search").addEventListener("input", showFromStart);
  at("earlier").addEventListener("click", () => turn(-1));
  at("later").addEventListener("click", () => turn(1));
  at("controls").hidden = false;
  showSenders();
  document.documentElement.dataset.senders = "unpacked";
}

function showSources() {
  header(at("sources"), ["Source", "Kind", "Messages", "Lines", "Not understood"], [2, 3, 4]);
  const body = element("tbody");
  for (const source of answer.sources) {
    const line = element("tr");
    line.append(element("td", source.name), element("td", source.kind), ...[source.messages, source.lines, source.skipped].map((count) => element("td", number(count), "number")));
    body.append(line);
  }
  at("sources").append(body);
  const left = Object.entries(answer.left_out).filter(([, count]) => count > 0).map(([what, count]) => `${number(count)} ${what.replaceAll("_", " ")}`);
  const notes = [...answer.notes, ...answer.sources.flatMap((source) => source.notes.map((note) => `${source.name}: ${note}`))];
  if (left.length) notes.push("Not counted: " + left.join(", ") + ".");
  at("notes").append(...notes.map((note) => element("li", note)));
  at("others").append(...answer.what_others_measured.map((one) => element("li", `${one.when} ${one.who}: ${one.what} (${one.source})`)));
}

showRules();
showSources();
drawCharts();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
addEventListener("beforeprint", drawCharts);
addEventListener("afterprint", drawCharts);
startSenders();
