// Tabs; compare, probe, copy.
const TABS = ["try", "compare", "probe", "copy"];

function selectTab(name, focus) {
  if (!TABS.includes(name)) return;
  page.tab = name;
  for (const tab of TABS) {
    const selected = tab === name;
    $(`tab-${tab}`).setAttribute("aria-selected", String(selected));
    $(`tab-${tab}`).tabIndex = selected ? 0 : -1;
    $(`panel-${tab}`).hidden = !selected;
  }
  if (focus) $(`tab-${name}`).focus();
  if (name === "compare") compare();
  remember();
}

function moveTab(event) {
  const at = TABS.indexOf(page.tab);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  selectTab(TABS[(to + TABS.length) % TABS.length], true);
}

const SIGNS = { gains: ["+", "good"], loses: ["−", "bad"], changes: ["~", "odd"] };

function differences(document) {
  return (document.differences ?? []).slice(0, 100).map(({ kind, text, rule_before, rule_after }) => {
    const [sign, style] = SIGNS[kind];
    const rule = (index) => (index === undefined ? "no rule allows it" : `CORSRules[${index}] allows it`);
    return el("li", { class: style, "data-kind": kind }, el("strong", {}, `${sign} ${text}`),
      el("br"), `before: ${rule(rule_before)}; after: ${rule(rule_after)}`);
  });
}

async function compareNow() {
  const other = $("other").value;
  if (!other.trim() || !page.text().trim()) {
    $("compare-summary").textContent = "";
    $("differences").replaceChildren();
    return;
  }
  const found = await ask("diff", "diff", { before: page.text(), after: other, resource: page.resource() });
  if (!found) return;
  $("differences").replaceChildren(...differences(found));
  $("compare-summary").textContent = found.failure && !found.failure.findings
    ? found.failure.message
    : found.failure
    ? `The text ${found.failure.file === "after" ? "below" : "in the editor"} is a configuration that S3 would reject: ${(found.failure.findings ?? []).slice(0, 3).map((finding) => finding.text).join("; ")}`
    : found.equivalent
      ? "Equivalent: every request gets the same response"
      : `From the configuration above to this one: ${found.complete ? "" : "at least "}${count(found.differences.length, "difference", "differences")}${found.complete ? "" : "; stopped looking"}`;
}
const compare = later(compareNow, 120);

let probeId;
async function probe(event) {
  event.preventDefault();
  $("diagnoses").replaceChildren();
  $("probed").replaceChildren();
  setProbed([]);
  drawProgress({ sent: 0, planned: 0 });
  try {
    let job = await api("probe", { text: page.text(), resource: page.resource(), url: $("probe-url").value.trim() });
    probeId = job.id;
    $("probe-stop").disabled = false;
    $("probe-progress").hidden = false;
    while (job.id === probeId && !job.report) {
      drawProgress(job);
      await new Promise((done) => setTimeout(done, 150));
      job = await api(`probe/${job.id}`);
    }
    if (job.id === probeId) drawProbed(job);
  } catch (error) {
    $("probe-summary").textContent = error.status === 404 ? "Another probe was started." : error.message;
  }
  $("probe-stop").disabled = true;
}

function drawProgress({ sent, planned }) {
  $("probe-progress").max = planned || 1;
  $("probe-progress").value = sent;
  $("probe-summary").textContent = planned ? `${sent} of ${count(planned, "request", "requests")} sent` : "Starting";
}

function setProbed(cells) {
  probedCells = cells;
  if (shown) drawMatrix(shown);
}

function drawProbed({ report, cells }) {
  $("probe-progress").hidden = true;
  setProbed(cells ?? []);
  if (report.failure) {
    $("probe-summary").textContent = report.failure.message;
    return;
  }
  const [endpoint] = report.endpoints;
  const sent = `${report.requests_sent} of ${count(report.requests_planned, "request", "requests")} sent`;
  $("probe-summary").textContent = endpoint.differing
    ? `${sent}; ${count(endpoint.differing, "response differs", "responses differ")} from what the configuration says`
    : `${sent}; every response is as the configuration says`;
  $("diagnoses").replaceChildren(...endpoint.diagnoses.map(({ code, note, text, help, responses }) =>
    el("li", { class: note ? "note" : "bad", "data-code": code }, el("strong", {}, `${code}: `), `${text} (${count(responses, "response", "responses")})`, el("br"), help)));
  const odd = report.requests.filter((request) => request.responses[0]?.differs);
  const most = 20;
  const items = odd.slice(0, most).map((request) => {
    const [response] = request.responses;
    const found = response.no_response
      ? [`No response: ${response.no_response}`]
      : response.differences.filter((one) => one.matters).map((one) => `${one.item}: expected ${one.expected ?? "nothing"}, found ${one.found ?? "nothing"}`);
    return el("li", {}, el("strong", {}, request.method), lines(request.headers), el("p", {}, request.why), el("pre", {}, found.join("\n")));
  });
  if (odd.length > most) items.push(el("li", {}, `and ${odd.length - most} more`));
  $("probed").replaceChildren(...items);
}

async function stopProbe() {
  if (probeId !== undefined) await api(`probe/${probeId}`, undefined, "DELETE");
}

let lastForm;
async function convertTo(form, copy = true) {
  lastForm = form;
  if (copy) $("copied").textContent = "";
  const found = await ask(copy ? "copy" : "convert", "convert", { text: page.text(), to: form, resource: page.resource() });
  if (!found) return;
  $("converted").value = found.text ?? "";
  for (const button of document.querySelectorAll("[data-form]")) button.setAttribute("aria-pressed", String(button.dataset.form === form));
  if (found.text === undefined) flash("copied", whyNot(found.failure));
  else if (copy) flash("copied", (await toClipboard(found.text)) ? "Copied" : "Copy the text below: the browser did not allow it.");
}
