"use strict";

// An origin is scheme, host and port. The buckets keep the host name this page was opened with,
// so that it works as http://localhost and as http://127.0.0.1 alike.
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
  unreachable: "No answer",
};

function show(bucket, state, outcome, got, content = []) {
  bucket.querySelector(".outcome").textContent = outcome;
  bucket.querySelector(".got").textContent = got;
  bucket.querySelector(".content").replaceChildren(...content);
  bucket.querySelector(".badge-text").textContent = badges[state];
  bucket.querySelector(".badge use").setAttribute("href", `#icon-${state}`);
  // Last, so that whoever sees the state finds everything else in place.
  bucket.dataset.state = state;
}

async function load(id) {
  const bucket = document.getElementById(id);
  const url = `${origins[id]}/loading.html`;
  show(bucket, "waiting", "Waiting for the answer …", "Nothing yet");

  let response, text;
  try {
    // What counts is the bucket's answer of this moment, not one kept from an earlier visit.
    response = await fetch(url, { cache: "no-store" });
    text = await response.text();
  } catch (error) {
    const got = `${error.name}: ${error.message}`;
    // A script is never told why a fetch failed. Without CORS the same request gets through to
    // any server that is there, though its answer stays sealed: that tells the two apart.
    const answered = await fetch(url, { mode: "no-cors", cache: "no-store" }).then(() => true, () => false);
    if (answered) {
      show(bucket, "blocked", "Blocked: the bucket answered, but the browser keeps the answer from this page.", got);
    } else {
      show(bucket, "unreachable", `No answer from ${origins[id]}: is the program still running?`, got);
    }
    return;
  }

  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  const got = [`${response.status} ${response.statusText}`.trim(), ...headers].join("\n");
  // Parsed like this, whatever script the content may hold does not run.
  const { body } = new DOMParser().parseFromString(text, "text/html");
  show(bucket, "loaded", "Loaded: the browser lets this page read the answer.", got, body.childNodes);
}

function loadBoth() {
  for (const id of bucketIds) load(id);
}

document.getElementById("again").addEventListener("click", loadBoth);
loadBoth();
