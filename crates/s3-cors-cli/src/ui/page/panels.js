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
  return (document.differences ?? []).slice(0, 100).map(({ kind, text, rule_before, list_before, rule_after, list_after }) => {
    const [sign, style] = SIGNS[kind];
    const rule = (index, list) => (index === undefined ? "no rule allows it" : `${ruleName(index, list)} allows it`);
    return el("li", { class: style, "data-kind": kind }, el("strong", {}, `${sign} ${text}`),
      el("br"), `before: ${rule(rule_before, list_before)}; after: ${rule(rule_after, list_after)}`);
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
  const theirs = found.failure?.file === "before" || found.failure?.file === "after";
  $("compare-summary").textContent = found.failure && !(theirs && found.failure.findings)
    ? whyNot(found.failure)
    : found.failure
    ? `The text ${found.failure.file === "after" ? "below" : "in the editor"} is a configuration that S3 would reject: ${(found.failure.findings ?? []).slice(0, 3).map((finding) => finding.text).join("; ")}`
    : found.equivalent
      ? "Equivalent: every request gets the same response"
      : `From the configuration above to this one: ${found.complete ? "" : "at least "}${count(found.differences.length, "difference", "differences")}${found.complete ? "" : "; stopped looking"}`;
}
const compare = later(compareNow, 120);

let probeId;
async function probe(event, more, draw) {
  event.preventDefault();
  for (const list of ["calls", "diagnoses", "probed"]) $(list).replaceChildren();
  setProbed([]);
  drawProgress({ sent: 0, planned: 0 });
  try {
    let job = await api("probe", { text: page.text(), resource: page.resource(), url: $("probe-url").value.trim(), ...more });
    probeId = job.id;
    $("probe-stop").disabled = false;
    $("probe-progress").hidden = false;
    while (job.id === probeId && !job.report) {
      drawProgress(job);
      await new Promise((done) => setTimeout(done, 150));
      job = await api(`probe/${job.id}`);
    }
    if (job.id === probeId) {
      drawProgress(job);
      $("probe-progress").hidden = true;
      setProbed(job.cells);
      if (job.report.failure) $("probe-summary").textContent = job.report.failure.message;
      else draw(job.report);
    }
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

const sentOf = ({ requests_sent, requests_planned }) =>
  `${requests_sent} of ${count(requests_planned, "request", "requests")} sent`;

function drawDiagnoses(diagnoses) {
  $("diagnoses").replaceChildren(...diagnoses.map(({ code, note, text, help, responses }) =>
    el("li", { class: note ? "note" : "bad", "data-code": code }, el("strong", {}, `${code}: `), `${text} (${count(responses, "response", "responses")})`, el("br"), help)));
}

// Without a configuration: what the endpoint lets a page do.
function drawProbedPage(report) {
  const allowed = report.calls.filter((call) => call.allowed).length;
  $("probe-summary").textContent = `${sentOf(report)}; of ${count(report.calls.length, "call", "calls")} of a page of ${report.page}, ${allowed} ${allowed === 1 ? "is" : "are"} allowed`;
  drawDiagnoses(report.diagnoses);
  $("calls").replaceChildren(...report.calls.map((call) => {
    const { name, preflight_only, readable_headers, hidden_headers, preflight_max_age, failure } = call;
    const details = failure
      ? [el("br"), failure.text]
      : [readable_headers?.length && `readable headers: ${readable_headers.join(", ")}`,
        hidden_headers?.length && `hidden headers: ${hidden_headers.join(", ")}`,
        preflight_max_age !== undefined && `the preflight may be cached for ${preflight_max_age} seconds`]
        .filter(Boolean).flatMap((text) => [el("br"), text]);
    const verdict = call.allowed
      ? `✓ ${name}: allowed${preflight_only ? " by the preflight (the actual request was not sent)" : ": the script can read the response"}`
      : `✗ ${name}: ${failure ? "blocked" : "the script cannot read the response"}`;
    return el("li", { class: call.allowed ? "good" : "bad", "data-call": name }, el("strong", {}, verdict), ...details);
  }));
}

function drawProbed(report) {
  const [endpoint] = report.endpoints;
  const sent = sentOf(report);
  $("probe-summary").textContent = endpoint.differing
    ? `${sent}; ${count(endpoint.differing, "response differs", "responses differ")} from what the configuration says`
    : `${sent}; every response is as the configuration says`;
  drawDiagnoses(endpoint.diagnoses);
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
  if (probeId === undefined) return;
  await api(`probe/${probeId}`, undefined, "DELETE");
  $("probe-stop").disabled = true;
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
