// The upload page: one row a file, with its own progress, live until its card is read.

const AT_ONCE = 3;
const POLL_MS = 1500;
const POLL_PATIENTLY_MS = 60000;
const SIGNED_OUT = "You are signed out. Sign in in another tab, then try again here.";

const form = document.getElementById("upload");
const dropzone = document.getElementById("dropzone");
const panel = document.getElementById("arrivals-panel");
const list = document.getElementById("arrivals");
const summary = document.getElementById("upload-summary");
const problem = document.getElementById("upload-error");

// Signing in again, in another tab, gives a new token.
function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? cookie[1] : form.querySelector("[name=csrfmiddlewaretoken]").value;
}

let batch = form.dataset.fileUrl
  ? {
    file_url: form.dataset.fileUrl,
    status_url: form.dataset.statusUrl,
    can_wait: "canWait" in form.dataset,
  }
  : null;
let beginning = null;
let running = 0;
let polling = false;
const waiting = [];

// Rows ---------------------------------------------------------------------------------------

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function newRow(name) {
  const row = element("li", "arrival");
  row.append(
    element("span", "arrival-picture"),
    element("span", "arrival-name", name),
    element("span", "arrival-state"),
  );
  list.append(row);
  panel.hidden = false;
  return row;
}

function say(row, state, words, title = "") {
  row.dataset.state = state;
  const place = row.querySelector(".arrival-state");
  place.replaceChildren(element("span", `badge badge-${badges[state]}`, words));
  if (title) place.append(element("span", "arrival-reason", title));
  summarise();
}

const badges = {
  queued: "quiet", sending: "accent", reading: "accent", read: "ok", doubtful: "doubt",
  "by-hand": "doubt", here: "quiet", refused: "bad", failed: "bad",
  "sent-back": "bad",
};

function summarise() {
  const rows = [...list.children];
  const count = (...states) => rows.filter((row) => states.includes(row.dataset.state)).length;
  const parts = [
    [count("queued", "sending"), "to send"],
    [count("reading"), "being read"],
    [count("read", "doubtful"), "read"],
    [count("by-hand"), "to type by hand"],
    [count("here"), "already here"],
    [count("refused"), "refused"],
    [count("failed"), "not sent"],
  ];
  summary.textContent = parts.filter(([n]) => n).map(([n, words]) => `${n} ${words}`).join(" · ");
}

function showThumb(row, url) {
  const place = row.querySelector(".arrival-picture");
  if (place.dataset.url === url) return;
  place.dataset.url = url;
  const picture = element("img", "thumb");
  picture.alt = "";
  picture.src = url;
  picture.addEventListener("error", () => picture.remove());
  place.replaceChildren(picture);
}

function showArrival(row, arrival) {
  row.dataset.id = arrival.id;
  const { card } = arrival;
  if (card) {
    const link = element("a", "", arrival.file);
    link.href = card.url;
    row.querySelector(".arrival-name").replaceChildren(link);
    if (card.thumb) showThumb(row, card.thumb);
  }
  if (arrival.outcome === "refused") return say(row, "refused", "Refused", arrival.reason);
  if (arrival.outcome === "already_here") return say(row, "here", "Already here", arrival.reason);
  if (!card) return say(row, "read", "Taken in");
  if (!card.is_read && batch?.can_wait) {
    return say(row, "reading", "Waiting", "The answer may take up to a day; you may leave this page.");
  }
  if (!card.is_read) return say(row, "reading", "Being read …");
  if (card.is_rejected && card.notice) return say(row, "sent-back", card.status, card.notice);
  if (card.notice) return say(row, "by-hand", "To type by hand", card.notice);
  if (card.doubtful) {
    const fields = card.doubtful === 1 ? "1 doubtful field" : `${card.doubtful} doubtful fields`;
    return say(row, "doubtful", "Read", `${card.text} · ${fields}`);
  }
  return say(row, "read", "Read", card.text);
}

// A ZIP is one row while it travels and one a member afterwards.
function showArrivals(row, arrivals) {
  arrivals.forEach((arrival, index) => {
    const place = index === 0 ? row : newRow(arrival.file);
    place.querySelector(".arrival-name").textContent = arrival.file;
    showArrival(place, arrival);
  });
}

// The price ----------------------------------------------------------------------------------
// A batch that costs money begins only when somebody who has seen its price says so.

const prices = JSON.parse(form.dataset.prices); // US dollars a card; null where nobody knows
const price = document.getElementById("upload-price");
const sendButton = document.getElementById("upload-send");
const { extractor, can_wait: canWait } = form.elements;
const chosen = new Map(); // the rows to pay for, and what kind of file each is

const reader = () => extractor?.value ?? form.dataset.extractor;
const hasHalfPrice = () => canWait?.dataset.extractors.split(" ").includes(reader());
const isHeld = () => !batch && !beginning && (reader() in prices || !sendButton.hidden);

function dollars(amount) {
  const digits = amount < 0.1 ? 3 : 2;
  const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `$${Math.max(amount, 0.001).toLocaleString("en", shown)}`;
}

function showPrice() {
  const kinds = [...chosen.values()];
  const counted = ["picture", "PDF", "ZIP"]
    .map((kind) => [kinds.filter((other) => other === kind).length, kind])
    .filter(([n]) => n)
    .map(([n, kind]) => `${n} ${kind}${n === 1 ? "" : "s"}`);
  const what = new Intl.ListFormat("en-GB").format(counted);
  const one = prices[reader()];
  const isHalf = batch ? batch.can_wait : hasHalfPrice() && canWait.checked;
  const amount = one * (isHalf ? 0.5 : 1);
  const isCounted = !kinds.includes("ZIP"); // what is in one, nobody knows yet
  const total = isCounted ? dollars(amount * chosen.size) : `${dollars(amount)} a card`;
  const words = one === null ? "price not known" : `about ${total}`;
  price.textContent = chosen.size && one !== undefined ? `${what}, ${words}` : "";
}

function hold(row) {
  say(row, "queued", "Chosen");
  const out = element("button", "button button-quiet", "Leave out");
  out.type = "button";
  out.setAttribute("aria-label", `Leave out ${row.querySelector(".arrival-name").textContent}`);
  out.addEventListener("click", () => leaveOut(row));
  row.querySelector(".arrival-state").append(out);
  sendButton.hidden = false;
}

function leaveOut(row) {
  waiting.splice(waiting.findIndex(([, other]) => other === row), 1);
  chosen.delete(row);
  row.remove();
  sendButton.hidden = !waiting.length;
  panel.hidden = !list.children.length;
  form.elements.files.focus();
  summarise();
  showPrice();
}

sendButton.addEventListener("click", () => {
  if (!form.reportValidity()) return;
  sendButton.hidden = true;
  form.elements.files.focus();
  waiting.forEach(([, row]) => say(row, "queued", "Waiting"));
  work();
});

// Sending ------------------------------------------------------------------------------------

function fail(row, file, words) {
  chosen.delete(row);
  showPrice();
  say(row, "failed", "Not sent", words);
  const again = element("button", "button button-quiet", "Try again");
  again.type = "button";
  again.addEventListener("click", () => enqueue(file, row));
  row.querySelector(".arrival-state").append(again);
}

async function beginBatch() {
  const response = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": token() },
    body: withoutFiles(new FormData(form)),
  });
  const answer = await response.json().catch(() => ({}));
  if (!answer.file_url) throw new Error(answer.error || SIGNED_OUT);
  history.replaceState(null, "", answer.page_url);
  form.querySelectorAll(".upload-about :is(input, select)").forEach((input) => {
    input.disabled = true;
  });
  return answer;
}

function withoutFiles(data) {
  data.delete("file");
  return data;
}

function send(file, row) {
  return new Promise((resolve) => {
    const bar = element("progress", "progress");
    bar.max = 1;
    bar.value = 0;
    say(row, "sending", "Sending");
    row.querySelector(".arrival-state").append(bar);
    const request = new XMLHttpRequest();
    request.open("POST", batch.file_url);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
      if (event.loaded === event.total) bar.removeAttribute("value");
    });
    request.addEventListener("load", () => {
      const answer = request.response;
      if (answer?.arrivals) showArrivals(row, answer.arrivals);
      else if (answer?.error) fail(row, file, answer.error);
      else if ([200, 403].includes(request.status)) fail(row, file, SIGNED_OUT);
      else fail(row, file, `The server answered ${request.status}; nothing of this file was kept.`);
      resolve();
    });
    request.addEventListener("error", () => {
      fail(row, file, "The connection was lost; nothing of this file was kept.");
      resolve();
    });
    const data = new FormData();
    data.append("file", file);
    request.send(data);
  });
}

function enqueue(file, row = newRow(file.name)) {
  const isArchive = /\.zip$/i.test(file.name);
  const limit = Number(isArchive ? form.dataset.maxArchiveBytes : form.dataset.maxFileBytes);
  if (file.size > limit) {
    const megabytes = Math.round(limit / 1e6);
    return say(row, "refused", "Refused", `The file is larger than ${megabytes} MB.`);
  }
  chosen.set(row, isArchive ? "ZIP" : /\.pdf$/i.test(file.name) ? "PDF" : "picture");
  waiting.push([file, row]);
  showPrice();
  if (/^image\/(jpeg|png|webp)$/.test(file.type)) showThumb(row, URL.createObjectURL(file));
  if (isHeld()) return hold(row);
  say(row, "queued", "Waiting");
  return work();
}

async function work() {
  if (!waiting.length || running >= AT_ONCE) return;
  running += 1;
  const [file, row] = waiting.shift();
  try {
    if (!batch) batch = await (beginning ??= beginBatch());
    problem.hidden = true;
    work();
    await send(file, row);
    poll();
  } catch (error) {
    beginning = null;
    problem.textContent = error.message;
    problem.hidden = false;
    fail(row, file, error.message);
  } finally {
    running -= 1;
    work();
  }
}

// Reading ------------------------------------------------------------------------------------

const isOpen = () => list.querySelector("[data-state=reading], [data-id]:not([data-state])");

async function poll() {
  if (polling || !batch) return;
  polling = true;
  const usual = batch.can_wait ? POLL_PATIENTLY_MS : POLL_MS;
  let pause = usual;
  while (isOpen()) {
    try {
      const response = await fetch(batch.status_url, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(response.status);
      const { arrivals } = await response.json();
      const rows = new Map([...list.children].map((row) => [row.dataset.id, row]));
      for (const arrival of arrivals) {
        const row = rows.get(String(arrival.id));
        if (row) showArrival(row, arrival);
      }
      pause = usual;
    } catch {
      pause = Math.min(pause * 2, POLL_PATIENTLY_MS);
    }
    if (isOpen()) await new Promise((resolve) => setTimeout(resolve, pause));
  }
  polling = false;
}

// Choosing -----------------------------------------------------------------------------------

for (const input of form.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    [...input.files].forEach((file) => enqueue(file));
    input.value = "";
  });
}
form.addEventListener("submit", (event) => event.preventDefault());

// Half the price is offered while an extractor is chosen that has it.
function offerHalfPrice() {
  if (canWait) canWait.closest(".upload-field").hidden = !hasHalfPrice();
  showPrice();
}
extractor?.addEventListener("change", offerHalfPrice);
canWait?.addEventListener("change", showPrice);
offerHalfPrice();

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    dropzone.classList.add("is-over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) dropzone.classList.remove("is-over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  dropzone.classList.remove("is-over");
  [...event.dataTransfer.files].forEach((file) => enqueue(file));
});
window.addEventListener("beforeunload", (event) => {
  if (running || waiting.length) event.preventDefault();
});

poll();
