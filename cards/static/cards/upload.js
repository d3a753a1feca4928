// The upload page: one row a file, with its own progress, live until its card is read.

import {
  element, fill, followArrivals, isOpen, newRow, removeRow, say, showArrivals, showThumb, words,
} from "./arrivals.js";
import { isPaid, offerHalfPrice, showPrice } from "./price.js";

const AT_ONCE = 3;
const POLL_MS = 1500;
const POLL_PATIENTLY_MS = 60000;

const form = document.getElementById("upload");
const dropzone = document.getElementById("dropzone");
const problem = document.getElementById("upload-error");
const sendButton = document.getElementById("upload-send");
const SIGNED_OUT = words.signedOut;

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

// Holding ------------------------------------------------------------------------------------
// A batch that costs money begins only when somebody who has seen its price says so.

const chosen = new Map(); // the rows to pay for, and what kind of file each is
const isHeld = () => !batch && !beginning && (isPaid() || !sendButton.hidden);
const tellPrice = () => showPrice([...chosen.values()], batch);

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
  removeRow(row);
  sendButton.hidden = !waiting.length;
  form.elements.files.focus();
  tellPrice();
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
  tellPrice();
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
      if (answer?.arrivals) showArrivals(row, answer.arrivals, batch.can_wait);
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
  tellPrice();
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
      followArrivals(arrivals, batch.can_wait);
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

offerHalfPrice(tellPrice);

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
