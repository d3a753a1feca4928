// The list of waiting cards: each row is saved by itself, and nothing typed is left behind.

import { startColumns } from "./list-columns.js";
import { Row, form } from "./list-row.js";

const rows = [];
const rowOf = new Map(); // by its table row
const labels = new Map(); // of the columns, by field
for (const tr of form.querySelectorAll("#result_list tbody tr")) {
  const input = tr.querySelector("input[name^=form-]:not([type=hidden])");
  if (!input) continue;
  const row = new Row(tr, input.name.split("-")[1]);
  rows.push(row);
  rowOf.set(tr, row);
}
for (const head of form.querySelectorAll("#result_list thead th[class*=column-]")) {
  const field = head.className.match(/column-(\w+)/)[1];
  labels.set(field, head.querySelector(".text").textContent.trim());
}
for (const row of rows) {
  for (const [field, input] of row.cells) {
    input.closest("td").dataset.label = labels.get(field);
  }
}
const rowAt = (element) => rowOf.get(element?.closest?.("tr"));
const unsaved = () => rows.filter((row) => row.isTouched || row.sending);

function sendWaiting() {
  for (const row of rows) if (row.needs === "network") row.send();
}

// Everything typed on its way, then what it had to wait for. What is refused stays: the browser
// asks before the page is left.
async function afterSaving(goOn) {
  for (const row of rows) if (row.needs !== "person") row.send();
  while (rows.some((row) => row.sending)) await Promise.all(rows.map((row) => row.sending));
  goOn();
}

// Keys and leaving a row ---------------------------------------------------------------------

function move(row, field, by) {
  const input = rows[rows.indexOf(row) + by]?.cells.get(field);
  input?.focus();
  input?.select();
}

form.addEventListener("keydown", (event) => {
  const row = rowAt(event.target);
  const field = [...(row?.cells ?? [])].find(([, input]) => input === event.target)?.[0];
  if (!field || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") {
    row.send();
    move(row, field, 1);
  } else if (event.key === "ArrowDown") move(row, field, 1);
  else if (event.key === "ArrowUp") move(row, field, -1);
  else if (event.key === "Escape") row.putBack([field]);
  else return;
  // Enter would otherwise press the first button of the form, which runs an action.
  event.preventDefault();
});

form.addEventListener("focusout", (event) => {
  const row = rowAt(event.target);
  const isInside = row && (row.tr.contains(event.relatedTarget) || row.note?.contains(event.relatedTarget));
  // What was refused is sent again only by a deliberate Enter, or it would undo a colleague's.
  if (!row || isInside || row.needs === "person") return;
  if (row.sending) row.sending.then(() => { if (!row.needs && row.isNews) row.send(); });
  else row.send();
});

for (const row of rows) {
  // The list's own script would go on to warn of changes that are saved.
  row.tr.addEventListener("change", (event) => {
    if (!event.target.matches(".action-select")) event.stopPropagation();
  });
}
window.addEventListener("online", sendWaiting);

// Leaving the page ---------------------------------------------------------------------------

let isGoingOn = false;

document.addEventListener("submit", (event) => {
  if (isGoingOn || !unsaved().length) return;
  event.preventDefault();
  afterSaving(() => {
    isGoingOn = true;
    event.target.requestSubmit(event.submitter);
    isGoingOn = false;
  });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const isHere = link?.getAttribute("href").startsWith("#") || link?.target;
  if (!link || isHere || !isPlain || event.defaultPrevented || !unsaved().length) return;
  event.preventDefault();
  afterSaving(() => location.assign(link.href));
});

window.addEventListener("beforeunload", (event) => {
  if (unsaved().length) event.preventDefault();
});

form.setAttribute("autocomplete", "off");
document.getElementById("changelist").classList.add("saves-rows");
if (rows.length) startColumns(rows.flatMap((row) => [...row.cells.values()]));
