// The review workspace: boxes on the picture follow the fields, and the picture can be moved.

const SVG = "http://www.w3.org/2000/svg";
const form = document.getElementById("workspace");
const canvas = document.getElementById("canvas");
const sides = [...canvas.querySelectorAll(".ws-side")];
const rows = [...form.querySelectorAll(".ws-row")];
for (const row of rows) row.boxes = JSON.parse(row.dataset.boxes);
const inputOf = (row) => row.querySelector("input:not([type=hidden]), textarea, select");

// Picture ------------------------------------------------------------------------------------

const view = { side: 0, scale: 1, x: 0, y: 0, turn: 0 };
const shown = () => sides[view.side];

function sizeOf(side) {
  return [Number(side.dataset.width), Number(side.dataset.height)];
}

function draw() {
  for (const [index, side] of sides.entries()) side.hidden = index !== view.side;
  const side = shown();
  if (!side) return;
  const [width, height] = sizeOf(side);
  side.style.width = `${width}px`;
  side.style.height = `${height}px`;
  side.style.transform =
    `translate(${view.x}px, ${view.y}px) rotate(${view.turn}deg) scale(${view.scale})`;
  for (const button of form.querySelectorAll("[data-show-side]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.showSide) === view.side));
  }
}

// The part of a side with text on it, and a margin.
function written(side) {
  const [width, height] = sizeOf(side);
  const [left, top, right, bottom] = JSON.parse(side.dataset.written);
  const margin = 0.12 * Math.max(right - left, bottom - top);
  return [
    Math.max(0, left - margin), Math.max(0, top - margin),
    Math.min(width, right + margin), Math.min(height, bottom + margin),
  ];
}

// Shows that part as large as it fits, upright or turned.
function fit() {
  const side = shown();
  if (!side) return;
  const [width, height] = sizeOf(side);
  const [left, top, right, bottom] = written(side);
  const size = view.turn % 180 ? [bottom - top, right - left] : [right - left, bottom - top];
  const room = canvas.getBoundingClientRect();
  view.scale = Math.min(room.width / size[0], room.height / size[1]) * 0.94;
  const [x, y] = [(width - left - right) / 2, (height - top - bottom) / 2];
  const angle = (view.turn * Math.PI) / 180;
  view.x = view.scale * (x * Math.cos(angle) - y * Math.sin(angle));
  view.y = view.scale * (x * Math.sin(angle) + y * Math.cos(angle));
  draw();
}

// Zooms so that the point of the canvas at (x, y), counted from its middle, stays where it is.
function zoom(factor, x = 0, y = 0) {
  view.x = x - (x - view.x) * factor;
  view.y = y - (y - view.y) * factor;
  view.scale *= factor;
  draw();
}

function showSide(index) {
  if (index === view.side || !sides[index]) return;
  view.side = index;
  fit();
}

const tools = {
  fit,
  in: () => zoom(1.25),
  out: () => zoom(0.8),
  turn: () => {
    view.turn = (view.turn + 90) % 360;
    fit();
  },
  boxes: (button) => {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOn));
    canvas.querySelectorAll(".ws-boxes").forEach((boxes) => boxes.classList.toggle("is-on", isOn));
  },
};

for (const button of form.querySelectorAll("[data-picture]")) {
  button.addEventListener("click", () => tools[button.dataset.picture](button));
}
for (const button of form.querySelectorAll("[data-show-side]")) {
  button.addEventListener("click", () => showSide(Number(button.dataset.showSide)));
}

canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const room = canvas.getBoundingClientRect();
  const x = event.clientX - room.left - room.width / 2;
  const y = event.clientY - room.top - room.height / 2;
  zoom(Math.exp(-event.deltaY * 0.0015), x, y);
}, { passive: false });

// One finger or the mouse moves the picture, two fingers zoom it.
const fingers = new Map();
const spread = () => {
  const [a, b] = [...fingers.values()];
  return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
};
canvas.addEventListener("pointerdown", (event) => {
  if (event.target.closest("polygon")) return;
  fingers.set(event.pointerId, event);
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const wide = fingers.size === 2 ? spread() : 0;
  fingers.set(event.pointerId, event);
  if (wide) return zoom(spread() / wide);
  view.x += event.clientX - before.clientX;
  view.y += event.clientY - before.clientY;
  draw();
});
for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, (event) => fingers.delete(event.pointerId));
}
new ResizeObserver(fit).observe(canvas);

// Boxes --------------------------------------------------------------------------------------

for (const row of rows) {
  row.polygons = row.boxes.flatMap((box) => {
    const layer = sides[box.side]?.querySelector(".ws-boxes");
    if (!layer) return [];
    const polygon = document.createElementNS(SVG, "polygon");
    polygon.setAttribute("points", box.corners.map((point) => point.join(",")).join(" "));
    polygon.classList.toggle("is-doubtful", row.classList.contains("is-doubtful"));
    polygon.addEventListener("click", () => focusField(row));
    layer.append(polygon);
    return [polygon];
  });
}
canvas.querySelectorAll(".ws-boxes").forEach((layer) => layer.classList.add("is-on"));

function focusField(row) {
  row.closest("details")?.setAttribute("open", "");
  inputOf(row).focus();
}

form.addEventListener("focusin", (event) => {
  const row = event.target.closest(".ws-row");
  for (const other of rows) {
    for (const polygon of other.polygons) polygon.classList.toggle("is-focused", other === row);
  }
  if (row?.boxes.length) showSide(row.boxes[0].side);
});

// Fields -------------------------------------------------------------------------------------

function mark(row) {
  const isEdited = inputOf(row).value.trim() !== row.dataset.machine.trim();
  row.classList.toggle("is-edited", isEdited);
  row.querySelector(".ws-revert").hidden = !isEdited;
}

for (const row of rows) {
  const input = inputOf(row);
  mark(row);
  input.addEventListener("input", () => mark(row));
  row.querySelector(".ws-revert").addEventListener("click", () => {
    input.value = row.dataset.machine;
    mark(row);
    input.focus();
  });
  row.querySelector(".ws-take")?.addEventListener("click", (event) => {
    input.value = event.currentTarget.dataset.value;
    mark(row);
  });
}

// Decisions ----------------------------------------------------------------------------------

const typed = () => JSON.stringify(rows.map((row) => inputOf(row).value));
const atFirst = typed();
let isSending = false;

const KEEPS_NOTHING = ["skip", "take_over"];

form.addEventListener("submit", (event) => {
  const drops = KEEPS_NOTHING.includes(event.submitter?.value) && typed() !== atFirst;
  // A second press must not send the decision twice.
  if (isSending || (drops && !confirm("Drop what you typed on this card?"))) {
    event.preventDefault();
    return;
  }
  isSending = true;
});
window.addEventListener("pageshow", () => { isSending = false; });
window.addEventListener("beforeunload", (event) => {
  if (!isSending && typed() !== atFirst) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    // One press decides one card, however long the keys are held.
    if (!event.repeat) document.getElementById("approve")?.click();
  }
});
// Enter in a field goes to the next one; it must not decide anything.
form.addEventListener("keydown", (event) => {
  const row = event.target.closest(".ws-row");
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !row) return;
  if (event.target.tagName === "TEXTAREA") return;
  event.preventDefault();
  const open = rows.filter((other) => inputOf(other).offsetParent);
  inputOf(open[open.indexOf(row) + 1] ?? open[0]).focus();
});
document.getElementById("reason")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  form.querySelector("[value=reject]").click();
});
document.getElementById("reject")?.addEventListener("toggle", (event) => {
  if (event.currentTarget.open) document.getElementById("reason").focus();
});

const first = rows.find((row) => row.classList.contains("is-doubtful")) ?? rows[0];
if (first && matchMedia("(min-width: 801px)").matches) focusField(first);
