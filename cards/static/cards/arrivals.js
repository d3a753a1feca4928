// The rows of the upload page, one a file or a card, and the words that they say.

const panel = document.getElementById("arrivals-panel");
const list = document.getElementById("arrivals");
const summary = document.getElementById("upload-summary");

export const words = document.getElementById("upload-words").dataset;

// The page's words called `name`, with what belongs in their {blanks}.
export function fill(name, blanks) {
  return words[name].replace(/\{(\w+)\}/g, (whole, blank) => blanks[blank] ?? whole);
}

// The same where one thing is called otherwise than several.
export function count(name, number, blanks = {}) {
  return fill(number === 1 ? `${name}One` : `${name}Many`, { ...blanks, number });
}

export function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

export function newRow(name) {
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

export function removeRow(row) {
  row.remove();
  panel.hidden = !list.children.length;
  summarise();
}

const badges = {
  queued: "quiet", sending: "accent", reading: "accent", read: "ok", doubtful: "doubt",
  "by-hand": "doubt", here: "quiet", refused: "bad", failed: "bad",
  "sent-back": "bad",
};

export function say(row, state, told, title = "") {
  row.dataset.state = state;
  const place = row.querySelector(".arrival-state");
  place.replaceChildren(element("span", `badge badge-${badges[state]}`, told));
  if (title) place.append(element("span", "arrival-reason", title));
  summarise();
}

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

export function showThumb(row, url) {
  const place = row.querySelector(".arrival-picture");
  if (place.dataset.url === url) return;
  place.dataset.url = url;
  const picture = element("img", "thumb");
  picture.alt = "";
  picture.src = url;
  picture.addEventListener("error", () => picture.remove());
  place.replaceChildren(picture);
}

function showArrival(row, arrival, canWait) {
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
  if (!card.is_read && canWait) return say(row, "reading", words.waiting, words.patience);
  if (!card.is_read) return say(row, "reading", words.reading);
  if (card.is_rejected && card.notice) return say(row, "sent-back", card.status, card.notice);
  if (card.notice) return say(row, "by-hand", words.byHand, card.notice);
  if (card.doubtful) {
    return say(row, "doubtful", words.read, count("doubtful", card.doubtful, { card: card.text }));
  }
  return say(row, "read", words.read, card.text);
}

// What became of the file of a row; a ZIP is one row while it travels and one a member afterwards.
// In a batch that `canWait`, reading takes long.
export function showArrivals(row, arrivals, canWait) {
  arrivals.forEach((arrival, index) => {
    const place = index === 0 ? row : newRow(arrival.file);
    place.querySelector(".arrival-name").textContent = arrival.file;
    showArrival(place, arrival, canWait);
  });
}

// The same arrivals as they stand by now, in the rows that they have.
export function followArrivals(arrivals, canWait) {
  const rows = new Map([...list.children].map((row) => [row.dataset.id, row]));
  for (const arrival of arrivals) {
    const row = rows.get(String(arrival.id));
    if (row) showArrival(row, arrival, canWait);
  }
}

// Whether any row still waits to be read.
export function isOpen() {
  return Boolean(list.querySelector("[data-state=reading], [data-id]:not([data-state])"));
}
