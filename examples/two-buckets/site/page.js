"use strict";

// An origin is scheme, host and port. The buckets use the host name that this page was opened with,
// so that the page works at http://localhost as well as at http://127.0.0.1.
const bucketIds = ["without-cors", "with-cors"];
const origins = { website: location.origin };
for (const id of bucketIds) {
  const { port } = document.getElementById(id).dataset;
  origins[id] = `${location.protocol}//${location.hostname}:${port}`;
}
for (const place of document.querySelectorAll("[data-origin]")) {
  place.textContent = origins[place.dataset.origin];
}
for (const place of document.querySelectorAll("[data-host]")) {
  place.textContent = new URL(origins[place.dataset.host]).host;
}

const badges = {
  waiting: "Waiting",
  loaded: "Loaded",
  blocked: "Blocked",
  unreachable: "No response",
};

function show(bucket, state, outcome, got, content = []) {
  bucket.querySelector(".outcome").textContent = outcome;
  bucket.querySelector(".got").textContent = got;
  bucket.querySelector(".content").replaceChildren(...content);
  bucket.querySelector(".badge-text").textContent = badges[state];
  bucket.querySelector(".badge use").setAttribute("href", `#icon-${state}`);
  // Last, so that everything else is in place when the state changes.
  bucket.dataset.state = state;
}

async function load(id) {
  const bucket = document.getElementById(id);
  const url = `${origins[id]}/loading.html`;
  show(bucket, "waiting", "Waiting for the response …", "Nothing yet");

  let response, text;
  try {
    // Not a response cached by an earlier visit.
    response = await fetch(url, { cache: "no-store" });
    text = await response.text();
  } catch (error) {
    const got = `${error.name}: ${error.message}`;
    // A script never learns why a fetch failed. Without CORS, the same request succeeds with any
    // server that is running, with an opaque response: that distinguishes the two cases.
    const reachable = await fetch(url, { mode: "no-cors", cache: "no-store" }).then(() => true, () => false);
    if (reachable) {
      show(bucket, "blocked", "Blocked: the bucket responded, but the browser hides the response from this page.", got);
    } else {
      show(bucket, "unreachable", `No response from ${origins[id]}: is the program still running?`, got);
    }
    return;
  }

  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  const got = [`${response.status} ${response.statusText}`.trim(), ...headers].join("\n");
  // Scripts in content that is parsed like this do not run.
  const { body } = new DOMParser().parseFromString(text, "text/html");
  show(bucket, "loaded", "Loaded: the browser lets this page read the response.", got, body.childNodes);
}

function loadBoth() {
  for (const id of bucketIds) load(id);
}

document.getElementById("again").addEventListener("click", loadBoth);
loadBoth();
