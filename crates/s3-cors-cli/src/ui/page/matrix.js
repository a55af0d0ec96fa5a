// Who may do what.
let shown;
let chosen;
let probedCells = [];

// The name of a rule.
const ruleName = (rule, list) => `${list === "app" ? "the app's " : ""}CORSRules[${rule}]`;

const who = (row) => (row.other ? "all other origins" : row.entries.join(", "));

function drawMatrix(document) {
  shown = document.rows ? document : undefined;
  const empty = page.text().trim() === "";
  $("matrix-scroll").hidden = $("legend").hidden = !shown;
  $("matrix-empty").hidden = Boolean(shown);
  if (shown && !shown.complete) {
    $("matrix-empty").hidden = false;
    $("matrix-empty").textContent = "There are too many combinations of origins to show: some have no row.";
  }
  if (!shown) {
    $("matrix-empty").textContent = empty
      ? "Without a configuration, no page of another origin can read anything. Paste a configuration to begin."
      : whyNot(document.failure);
    $("matrix").replaceChildren();
    $("cell").hidden = true;
    return;
  }
  $("origins").replaceChildren(...shown.rows.map((row) => el("option", { value: row.example })));
  $("methods").replaceChildren(...shown.methods.map((method) => el("option", { value: method })));
  $("matrix").style.setProperty("--methods", shown.methods.length);
  $("matrix").className = shown.methods.length > 5 ? "six" : "";
  // The roles, because a phone's style makes grids of the rows.
  const column = { scope: "col", role: "columnheader" };
  const head = el("tr", { role: "row" }, el("th", column, "Origins"),
    ...shown.methods.map((method) => el("th", column, method)));
  const rows = shown.rows.map((row, index) => el("tr", { role: "row" },
    el("th", { scope: "row", role: "rowheader" }, ...entries(row)),
    ...row.cells.map((cell) => el("td", { role: "cell" }, drawCell(row, index, cell)))));
  const focused = window.document.activeElement?.dataset?.cell;
  $("matrix").replaceChildren(el("thead", { role: "rowgroup" }, head), el("tbody", { role: "rowgroup" }, ...rows));
  if (focused) window.document.querySelector(`[data-cell="${focused}"]`)?.focus();
  drawChosen();
}

function entries(row) {
  if (row.other) return [el("em", {}, "all other origins")];
  const most = 4;
  const parts = row.entries.slice(0, most).flatMap((entry) => [el("span", { class: "mono" }, entry), el("br")]);
  const more = row.entries.length - most;
  return more > 0 ? [...parts, `and ${more} more`] : parts.slice(0, -1);
}

function drawCell(row, index, cell) {
  const name = `${index}-${cell.method}`;
  const probed = probedCells.find((one) => one.row === index && one.method === cell.method);
  const grants = cell.grants.map(({ rule, list }) => `[${list === "app" ? "app " : ""}${rule}]`).join(" ");
  const signs = cell.allowed ? `✓ ${grants}` : "✗";
  const details = cell.allowed ? glance(cell.grants[0]) : cell.failed ? [`${cell.failed} not allowed`] : [];
  const live = probed && (probed.differing ? `live: ${probed.differing} of ${probed.sent} differ` : "live: same");
  return el("button", {
    type: "button",
    class: cell.allowed ? "good" : "bad",
    "data-cell": name,
    "aria-pressed": String(chosen === name),
    onclick: () => {
      chosen = chosen === name ? undefined : name;
      drawMatrix(shown);
    },
  },
  el("span", { class: "spoken" }, `${who(row)}: ${cell.text}${live ? `; ${live}` : ""}`),
  el("span", { "aria-hidden": "true" }, signs,
    ...details.map((text) => el("small", {}, text)),
    live ? el("span", { class: probed.differing ? "probed odd" : "probed" }, live) : undefined));
}

// The first rule in a few words.
function glance({ credentials, allowed_headers, max_age_seconds }) {
  const [first, ...rest] = allowed_headers;
  return [
    credentials ? "credentials" : "no credentials",
    first === undefined ? "no headers" : `${first}${rest.length ? ` +${rest.length}` : ""}`,
    max_age_seconds === undefined ? "default cache" : `${max_age_seconds} s`,
  ];
}

function drawChosen() {
  const [index, method] = (chosen ?? "").split("-");
  const row = shown?.rows[index];
  const cell = row?.cells.find((one) => one.method === method);
  $("cell").hidden = !cell;
  if (!cell) {
    $("cell").replaceChildren();
    return;
  }
  const names = (list, none) => (list.length ? list.join(", ") : none);
  const grants = cell.grants.map((grant) => el("dl", {},
    el("dt", {}, "Rule"), el("dd", {}, `${ruleName(grant.rule, grant.list)}${grant.id ? ` (${grant.id})` : ""}`),
    el("dt", {}, "Request headers"), el("dd", {}, names(grant.allowed_headers, "safelisted ones only")),
    el("dt", {}, "Readable response headers"), el("dd", {}, names(["safelisted ones", ...grant.expose_headers])),
    el("dt", {}, "Credentials"), el("dd", {}, grant.credentials ? "allowed" : "not allowed"),
    el("dt", {}, "Preflight cached"), el("dd", {}, grant.max_age_seconds === undefined ? "not set: the browser's default" : `up to ${grant.max_age_seconds} seconds`)));
  $("cell").replaceChildren(
    el("strong", {}, `${cell.allowed ? "✓" : "✗"} ${method}: ${who(row)}`),
    el("p", {}, cell.text),
    ...grants,
    el("button", { type: "button", id: "try-cell", class: "main", onclick: () => tryCell(row, method) },
      `Try ${method} from ${row.example}`));
}

function tryCell(row, method) {
  $("try-origin").value = row.example;
  $("try-method").value = method;
  selectTab("try");
  remember();
  refreshTry();
  $("try-origin").focus({ preventScroll: true });
  $("tools").scrollIntoView({ block: "start" });
}
