// Try a request: the conversation that a browser has.
function tried() {
  const headers = $("try-headers").value.split("\n").map((line) => line.trim()).filter(Boolean);
  return {
    text: page.text(),
    resource: page.resource(),
    origin: $("try-origin").value.trim(),
    url: $("try-url").value.trim(),
    method: $("try-method").value.trim(),
    headers,
    credentials: $("try-credentials").value,
  };
}

async function refreshTryNow() {
  const question = tried();
  if (!question.origin || !question.text.trim()) {
    drawVerdict("", "");
    $("conversation").replaceChildren();
    $("advice").replaceChildren();
    return;
  }
  const found = await ask("converse", "converse", question);
  if (found) drawConversation(found, question);
}
const refreshTry = later(refreshTryNow, 120);

function drawVerdict(text, kind) {
  const verdict = $("verdict");
  verdict.textContent = text;
  verdict.className = kind;
}

const lines = (headers) => el("pre", {}, headers.map(([name, value]) => `${name}: ${value}`).join("\n"));

function step(kind, title, ...children) {
  return el("li", { class: kind }, el("h3", {}, title), ...children);
}

function drawConversation({ fetch, preflight, request }, question) {
  if (fetch.failure && fetch.readable === undefined) {
    drawVerdict(fetch.failure.message, "odd");
    $("conversation").replaceChildren();
    $("advice").replaceChildren();
    return;
  }
  const steps = [];
  steps.push(step("there", `Script: a page of ${fetch.page} calls fetch()`,
    el("p", { class: "mono" }, `${question.method} ${fetch.url}`),
    fetch.ignored.length ? el("p", {}, `The browser ignores ${fetch.ignored.join(", ")}.`) : undefined));
  if (fetch.preflight) {
    steps.push(step("there", "Browser → S3: preflight",
      el("p", {}, `Because ${fetch.preflight.reasons.join("; ")}.`),
      el("pre", {}, fetch.preflight.method), lines(fetch.preflight.headers)));
    if (preflight) steps.push(s3(preflight));
  }
  const stopped = preflight && !preflight.allowed;
  if (fetch.request && !stopped) {
    steps.push(step("there", `Browser → S3: actual request, ${fetch.credentials ? "with" : "without"} credentials`,
      el("pre", {}, fetch.request.method), lines(fetch.request.headers)));
    if (request) steps.push(s3(request));
  }
  steps.push(read(fetch));
  $("conversation").replaceChildren(...steps);
  drawVerdict(...verdictOf(fetch));
  drawAdvice([preflight, request].find((one) => one && !one.allowed && one.outcome !== "not-cors"));
}

function s3(document) {
  return step(`back ${document.allowed ? "good" : "bad"}`, "S3 → browser",
    el("p", {}, document.text),
    document.s3_error ? el("p", {}, `S3 says: ${document.s3_error.message}`) : undefined,
    document.response_headers.length ? lines(document.response_headers) : undefined);
}

function verdictOf(fetch) {
  if (fetch.readable) return ["Allowed: the script can read the response", "good"];
  if (fetch.failure) return [`Blocked: ${fetch.failure.text}`, "bad"];
  return ["The script cannot read the response", "bad"];
}

function read(fetch) {
  if (fetch.readable) {
    const hidden = fetch.hidden_headers ?? [];
    return step("back good", "What the script reads",
      el("p", {}, `Of a typical response of S3: ${(fetch.readable_headers ?? []).join(", ") || "no header"}`),
      hidden.length ? el("p", {}, `Hidden: ${hidden.join(", ")}`) : undefined,
      fetch.preflight && fetch.preflight_max_age !== undefined
        ? el("p", {}, `The preflight may be cached for ${fetch.preflight_max_age} seconds`) : undefined);
  }
  return step("back bad", "What the script gets",
    el("p", {}, fetch.failure ? "A TypeError. The console says something like:" : "Nothing that it can read."),
    fetch.failure ? el("pre", {}, fetch.failure.console) : undefined,
    fetch.failure ? el("p", {}, el("a", { href: fetch.failure.section, rel: "noreferrer", target: "_blank" }, "The rule of the standard")) : undefined);
}

function drawAdvice(document) {
  const parts = [];
  const advised = document?.suggestion;
  if (advised) {
    parts.push(el("div", { class: "advice" },
      el("p", {}, el("strong", {}, "The smallest change: "), advised.changes.map((change) => change.text).join("; ")),
      ...advised.cautions.map((caution) => el("p", { class: "hint" }, caution)),
      el("button", { type: "button", id: "apply", class: "main", onclick: apply }, "Apply the change")));
  }
  if (document?.alternative) {
    parts.push(el("div", { class: "advice" },
      el("p", {}, el("strong", {}, "Or, to allow nothing else: "), document.alternative.changes.map((change) => change.text).join("; "))));
  }
  if (document?.impossible) {
    parts.push(el("div", { class: "advice" }, el("p", {}, `No change of the configuration can allow this: ${document.impossible}`)));
  }
  $("advice").replaceChildren(...parts);
}

async function apply() {
  const applied = await ask("apply", "apply", tried());
  if (applied?.text === undefined) {
    if (applied) say(applied.failure.message);
    return;
  }
  setText(applied.text, true);
  drawFile();
  flash("status", "The change was applied to the text in the editor.");
  $("try-origin").focus({ preventScroll: true });
}
