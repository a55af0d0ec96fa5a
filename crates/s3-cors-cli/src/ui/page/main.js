// The file, and the beginning.
let file = { version: undefined, file: undefined, writable: false };
let fileText = "";
let conflict = false;

const EXAMPLE = `[
    {
        "AllowedOrigins": ["https://app.example.com/", "http://localhost:*"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["content-type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3000
    }
]
`;

function drawFile() {
  $("file-name").textContent = [file.file, file.app].filter(Boolean).join(" and ");
  $("save").hidden = !file.writable;
  $("save").disabled = page.text() === fileText;
  $("changed").hidden = !conflict;
}

// Takes the file's new content, unless the text here was edited.
function arrived(now, first) {
  // The app's own rules are read anew for every question.
  if (!first && now.app_version !== file.app_version) refresh();
  const isNew = now.text !== undefined && now.version !== file.version;
  file = { ...file, ...now };
  if (now.error) say(`${file.file}: ${now.error}`);
  if (isNew) {
    const untouched = !page.edited || page.text() === fileText;
    fileText = now.text;
    if (page.text() === fileText) page.edited = false;
    else if (untouched) {
      setText(fileText, false);
      if (!first) flash("status", `${file.file} was changed: the new text is in the editor.`);
    } else {
      conflict = !first || file.writable;
      // What was said of the version before, such as that it was saved, is no longer true.
      if (conflict) flash("status", "");
    }
  }
  drawFile();
}

async function follow() {
  if ((file.writable || file.app) && !document.hidden) {
    try {
      arrived(await api(`file?version=${file.version}`));
    } catch (error) {
      offline(error);
    }
  }
  setTimeout(follow, 500);
}

async function askToSave() {
  const text = page.text();
  $("ask-what").textContent = `Overwrite ${file.file} with the text in the editor?`;
  const found = await ask("save-diff", "diff", { before: fileText, after: text, resource: page.resource() });
  const isBad = found?.failure?.file === "after";
  const isOther = found?.failure && !isBad;
  const more = found?.complete === false ? [el("li", { class: "note" }, "There may be more: the search stopped at its limit.")] : [];
  const items = found?.equivalent ? [el("li", { class: "note" }, "Every request gets the same response as before.")] : [...differences(found ?? {}), ...more];
  $("ask-differences").replaceChildren(...(isBad ? [el("li", { class: "bad" }, "S3 would reject this configuration.")] : isOther ? [el("li", { class: "note" }, "What this changes cannot be shown: the file as it is, or the app's own rules, are not valid.")] : items));
  $("ask").showModal();
  $("ask-no").focus();
}

async function save() {
  const text = page.text();
  $("ask").close();
  try {
    const now = await api("file", { text, version: file.version }, "PUT");
    fileText = text;
    page.edited = page.text() !== text;
    conflict = false;
    file = { ...file, ...now };
    flash("status", `Saved to ${file.file}.`);
  } catch (error) {
    flash("status", `Not saved: ${error.message}`);
  }
  drawFile();
  remember();
}

function restore(saved) {
  for (const field of FIELDS) {
    const value = saved.try?.[field];
    if (typeof value === "string") $(`try-${field}`).value = value;
  }
  if (typeof saved.other === "string") $("other").value = saved.other;
  if (typeof saved.probe === "string") $("probe-url").value = saved.probe;
  if (typeof saved.probePage === "string") $("probe-origin").value = saved.probePage;
  selectTab(saved.tab);
}

async function begin() {
  const now = await api("file");
  const saved = decoded(location.hash.slice(1));
  if (saved) restore(saved);
  if (saved && typeof saved.text === "string" && (saved.edited || now.file === undefined)) {
    $("text").value = saved.text;
    page.edited = true;
  }
  arrived(now, true);
  changedText();
  follow();
}

$("text").addEventListener("input", () => {
  $("undo").hidden = true;
  page.edited = true;
  drawFile();
  changedText();
});
$("resource").addEventListener("change", changedText);
$("text").addEventListener("scroll", drawLines);
new ResizeObserver(drawLines).observe($("text"));
$("paste").addEventListener("click", async () => {
  try {
    setText(await navigator.clipboard.readText(), true);
  } catch {
    flash("status", "The browser did not allow it: press Ctrl+V in the editor instead.");
    $("text").focus();
  }
  drawFile();
});
$("undo").addEventListener("click", () => {
  setText(replaced, true);
  drawFile();
  $("text").focus();
});
$("example").addEventListener("click", () => {
  setText(EXAMPLE, true);
  drawFile();
});
for (const field of FIELDS) {
  $(`try-${field}`).addEventListener("input", () => {
    remember();
    refreshTry();
  });
}
$("try").addEventListener("submit", (event) => event.preventDefault());
for (const tab of TABS) {
  $(`tab-${tab}`).addEventListener("click", () => selectTab(tab));
  $(`tab-${tab}`).addEventListener("keydown", moveTab);
}
$("other").addEventListener("input", () => {
  remember();
  compare();
});
$("compare-take").addEventListener("click", () => {
  $("other").value = page.text();
  remember();
  compare();
});
$("compare-swap").addEventListener("click", () => {
  const other = $("other").value;
  $("other").value = page.text();
  setText(other, true);
  drawFile();
});
$("probe").addEventListener("submit", (event) => probe(event, {}, drawProbed));
$("probe-page").addEventListener("submit", (event) =>
  probe(event, { origin: $("probe-origin").value.trim() }, drawProbedPage));
for (const field of ["probe-url", "probe-origin"]) $(field).addEventListener("input", remember);
$("probe-stop").addEventListener("click", stopProbe);
for (const button of document.querySelectorAll("[data-form]")) {
  button.addEventListener("click", () => convertTo(button.dataset.form));
}
$("copy-link").addEventListener("click", async () => {
  // Without the token: it is a secret. `s3-cors ui --link` opens it.
  const link = `${location.origin}/#${encoded(state())}`;
  const copied = await toClipboard(link);
  flash("status", copied ? "Copied. A colleague opens it with: s3-cors ui --link 'LINK'" : `Copy it yourself: ${link}`);
});
$("save").addEventListener("click", askToSave);
$("ask-yes").addEventListener("click", save);
$("ask-no").addEventListener("click", () => $("ask").close());
$("take-theirs").addEventListener("click", () => {
  conflict = false;
  setText(fileText, false);
  drawFile();
});
$("keep-mine").addEventListener("click", () => {
  conflict = false;
  drawFile();
});
addEventListener("hashchange", () => {
  const saved = decoded(location.hash.slice(1));
  if (!saved) return;
  restore(saved);
  if (typeof saved.text === "string" && saved.text !== page.text()) setText(saved.text, true);
});
begin().catch((error) => offline(error));
