// Helpers, the state of the page, and its link.
const $ = (id) => document.getElementById(id);

function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") node.addEventListener("click", value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

const count = (number, one, several) => `${number} ${number === 1 ? one : several}`;

async function api(path, body, method) {
  const options = { method: method ?? (body === undefined ? "GET" : "POST") };
  if (body !== undefined) {
    options.headers = { "content-type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`api/${path}`, options);
  if (!response.ok) throw Object.assign(new Error(await response.text()), { status: response.status });
  return response.json();
}

// Only the response to the last question of each kind is used.
const asked = {};
async function ask(kind, path, body) {
  const number = (asked[kind] = (asked[kind] ?? 0) + 1);
  try {
    const found = await api(path, body);
    if (asked[kind] === number) offline(false);
    return asked[kind] === number ? found : undefined;
  } catch (error) {
    if (asked[kind] === number) offline(error);
    return undefined;
  }
}

function offline(error) {
  document.documentElement.dataset.offline = error ? "yes" : "no";
  if (error) say(`The server does not respond as expected: ${error.message}`);
}

function say(text) {
  $("status").textContent = text;
}

const FIELDS = ["origin", "url", "method", "headers", "credentials"];

const page = {
  text: () => $("text").value,
  // In a template with several buckets, the one that everything but the findings is about.
  resource: () => ($("resources").hidden ? undefined : $("resource").value),
  edited: false,
  tab: "try",
};

function encoded(value) {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decoded(text) {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return value !== null && typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}

function state() {
  const fields = {};
  for (const field of FIELDS) fields[field] = $(`try-${field}`).value;
  return {
    text: page.text(),
    edited: page.edited,
    tab: page.tab,
    try: fields,
    other: $("other").value,
    probe: $("probe-url").value,
    probePage: $("probe-origin").value,
  };
}

let waiting;
function remember() {
  clearTimeout(waiting);
  waiting = setTimeout(() => history.replaceState(null, "", `#${encoded(state())}`), 200);
}

function later(work, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
}

function flash(id, text) {
  $(id).textContent = "";
  // A status that stays the same is not read out again.
  requestAnimationFrame(() => { $(id).textContent = text; });
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
