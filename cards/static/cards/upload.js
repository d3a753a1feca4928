// The upload page: one row a file, with its own progress, live until its card is read.

const AT_ONCE = 3;
const POLL_MS = 1500;
const POLL_PATIENTLY_MS = 60000;

const form = document.getElementById("upload");
const dropzone = document.getElementById("dropzone");
const panel = document.getElementById("arrivals-panel");
const list = document.getElementById("arrivals");
const summary = document.getElementById("upload-summary");
const problem = document.getElementById("upload-error");
const words = document.getElementById("upload-words").dataset;
const locale = document.documentElement.lang.replace(/^(en.*)?$/, "en-GB");
const SIGNED_OUT = words.signedOut;

// The page's words called `name`, with what belongs in their {blanks}.
function fill(name, blanks) {
  return words[name].replace(/\{(\w+)\}/g, (whole, blank) => blanks[blank] ?? whole);
}

// The same where one thing is called otherwise than several.
function count(name, number, blanks = {}) {
  return fill(number === 1 ? `${name}One` : `${name}Many`, { ...blanks, number });
}

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

function say(row, state, told, title = "") {
  row.dataset.state = state;
  const place = row.querySelector(".arrival-state");
  place.replaceChildren(element("span", `badge badge-${badges[state]}`, told));
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
  const inState = (...states) => rows.filter((row) => states.includes(row.dataset.state)).length;
  const parts = [
    [inState("queued", "sending"), "countToSend"],
    [inState("reading"), "countBeingRead"],
    [inState("read", "doubtful"), "countRead"],
    [inState("by-hand"), "countByHand"],
    [inState("here"), "countHere"],
    [inState("refused"), "countRefused"],
    [inState("failed"), "countNotSent"],
  ];
  summary.textContent = parts
    .filter(([number]) => number)
    .map(([number, name]) => fill(name, { number }))
    .join(" · ");
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
  if (arrival.outcome === "refused") return say(row, "refused", words.refused, arrival.reason);
  if (arrival.outcome === "already_here") return say(row, "here", words.here, arrival.reason);
  if (!card) return say(row, "read", words.takenIn);
  if (!card.is_read && batch?.can_wait) {
    return say(row, "reading", words.waiting, words.patience);
  }
  if (!card.is_read) return say(row, "reading", words.reading);
  if (card.is_rejected && card.notice) return say(row, "sent-back", card.status, card.notice);
  if (card.notice) return say(row, "by-hand", words.byHand, card.notice);
  if (card.doubtful) {
    return say(row, "doubtful", words.read, count("doubtful", card.doubtful, { card: card.text }));
  }
  return say(row, "read", words.read, card.text);
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
  return Math.max(amount, 0.001).toLocaleString(locale, {
    style: "currency", currency: "USD", currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  });
}

function showPrice() {
  const kinds = [...chosen.values()];
  const counted = ["picture", "pdf", "zip"]
    .map((kind) => [kinds.filter((other) => other === kind).length, kind])
    .filter(([number]) => number)
    .map(([number, kind]) => count(kind, number));
  const what = new Intl.ListFormat(locale).format(counted);
  const one = prices[reader()];
  const isHalf = batch ? batch.can_wait : hasHalfPrice() && canWait.checked;
  const each = one * (isHalf ? 0.5 : 1);
  const isCounted = !kinds.includes("zip"); // what is in one, nobody knows yet
  const amount = dollars(isCounted ? each * chosen.size : each);
  const known = isCounted ? "priceInAll" : "priceEach";
  const told = fill(one === null ? "priceUnknown" : known, { what, amount });
  price.textContent = chosen.size && one !== undefined ? told : "";
}

function hold(row) {
  say(row, "queued", words.chosen);
  const out = element("button", "button button-quiet", words.leaveOut);
  out.type = "button";
  const file = row.querySelector(".arrival-name").textContent;
  out.setAttribute("aria-label", fill("leaveOutFile", { file }));
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
  waiting.forEach(([, row]) => say(row, "queued", words.waiting));
  work();
});

// Sending ------------------------------------------------------------------------------------

function fail(row, file, why) {
  chosen.delete(row);
  showPrice();
  say(row, "failed", words.notSent, why);
  const again = element("button", "button button-quiet", words.again);
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
    say(row, "sending", words.sending);
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
      else fail(row, file, fill("broken", { status: request.status }));
      resolve();
    });
    request.addEventListener("error", () => {
      fail(row, file, words.offline);
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
    return say(row, "refused", words.refused, fill("tooLarge", { megabytes }));
  }
  chosen.set(row, isArchive ? "zip" : /\.pdf$/i.test(file.name) ? "pdf" : "picture");
  waiting.push([file, row]);
  showPrice();
  if (/^image\/(jpeg|png|webp)$/.test(file.type)) showThumb(row, URL.createObjectURL(file));
  if (isHeld()) return hold(row);
  say(row, "queued", words.waiting);
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
