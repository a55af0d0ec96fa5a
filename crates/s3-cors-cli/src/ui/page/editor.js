// The editor: line numbers, and findings on their lines.
const LINE = () => parseFloat(getComputedStyle($("text")).lineHeight);
const WORST = ["info", "warning", "error"];
let findings = [];

function drawLines() {
  const area = $("text");
  const height = LINE();
  const padding = parseFloat(getComputedStyle(area).paddingTop);
  const lines = area.value.split("\n").length;
  const first = Math.max(0, Math.floor((area.scrollTop - padding) / height));
  const last = Math.min(lines, first + Math.ceil(area.clientHeight / height) + 2);
  const worst = new Map();
  for (const { severity, place } of findings) {
    const known = worst.get(place.line) ?? "info";
    if (place.line) worst.set(place.line, WORST.indexOf(severity) > WORST.indexOf(known) ? severity : known);
  }
  const numbers = [];
  const marks = [];
  for (let line = first + 1; line <= last; line++) {
    const top = `${padding + (line - 1) * height - area.scrollTop}px`;
    const severity = worst.get(line);
    const number = el("div", { class: severity, "data-line": line }, String(line));
    number.style.top = top;
    numbers.push(number);
    if (severity) {
      const mark = el("div", { class: severity, "data-line": line });
      mark.style.top = top;
      marks.push(mark);
    }
  }
  $("gutter").replaceChildren(...numbers);
  $("marks").replaceChildren(...marks);
}

// Selects from a place to the end of its line.
function goTo({ line, column }) {
  if (!line) return;
  const area = $("text");
  const lines = area.value.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const text = lines[line - 1] ?? "";
  const start = before + [...text].slice(0, column - 1).join("").length;
  area.focus();
  area.setSelectionRange(start, before + text.length);
  area.scrollTop = Math.max(0, (line - 3) * LINE());
  drawLines();
}

function drawFindings(checked) {
  const [file, app] = checked.files ?? [];
  findings = file?.findings ?? [];
  const numbers = ["error", "warning", "info"].map((severity) => findings.filter((f) => f.severity === severity).length);
  const names = [["error", "errors"], ["warning", "warnings"], ["note", "notes"]];
  const parts = numbers.flatMap((number, index) => (number ? [count(number, ...names[index])] : []));
  const empty = page.text().trim() === "";
  $("summary").textContent = empty ? "" : parts.join(", ") || "No problems found";
  $("summary").dataset.exit = file?.exit_code ?? "";
  const shown = empty ? [] : findings.slice(0, 100);
  const own = shown.map((finding) => drawFinding(finding, "Line", "button", { type: "button", onclick: () => goTo(finding.place) }));
  // Those of another file cannot be shown on their lines. With errors in it, nothing works.
  const others = (app?.findings ?? []).slice(0, 100).map((finding) => drawFinding(finding, `${app.file}, line`, "p", {}));
  $("findings").replaceChildren(...(app?.rules === undefined ? [...others, ...own] : [...own, ...others]));
  if (empty) findings = [];
  drawLines();
}

function drawFinding({ severity, place, text, help, code, s3_error }, line, name, attributes) {
  const where = place.line ? `${line} ${place.line}: ` : "";
  const s3 = s3_error ? ` S3 responds with ${s3_error.code}${s3_error.message ? `: ${s3_error.message}` : ""}.` : "";
  return el("li", { class: severity, "data-code": code }, el(name, attributes,
    `${where}${severity === "info" ? "note" : severity}: ${text}`,
    el("small", {}, `Help: ${help}.${s3}`)));
}

function drawResources(checked) {
  const names = (checked.files?.[0]?.resources ?? []).map((resource) => resource.name);
  const chosen = $("resource").value;
  $("resources").hidden = names.length < 2;
  $("resource").replaceChildren(...names.map((name) => el("option", { value: name }, name)));
  if (names.includes(chosen)) $("resource").value = chosen;
}

// Why a document has nothing to show.
function whyNot(failure) {
  const found = failure?.findings ?? [];
  if (file.app && failure?.file === file.app) {
    return `The app's own rules in ${file.app} are not valid: ${found.slice(0, 3).map((finding) => finding.text).join("; ")}`;
  }
  if (found.length === 0) return failure?.message ?? "";
  return found.every((finding) => finding.code === "not-known")
    ? "Some values are known only when the file is deployed. Give them with: s3-cors ui FILE --var NAME=VALUE"
    : "S3 would reject this configuration. Correct the errors first.";
}

// Replaces the text; the button Undo brings the old one back.
let replaced;
function setText(text, edited) {
  const area = $("text");
  replaced = area.value;
  $("undo").hidden = replaced.trim() === "" || replaced === text;
  area.value = text;
  page.edited = edited;
  changedText();
}

function changedText() {
  drawLines();
  remember();
  refresh();
}

async function refreshNow() {
  const text = page.text();
  const checked = await ask("check", "check", { text });
  if (!checked) return;
  drawFindings(checked);
  drawResources(checked);
  const shown = await ask("show", "show", { text, resource: page.resource() });
  if (shown) drawMatrix(shown);
  refreshTry();
  if (page.tab === "compare") compare();
  if (page.tab === "copy" && lastForm) convertTo(lastForm, false);
}
const refresh = later(refreshNow, 120);
