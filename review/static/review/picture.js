// The picture of a card: fit, zoom at the pointer, pan, turn, and its sides.

import { startBoxes } from "./boxes.js";
import { startSpots } from "./spots.js";

const CLICK_PX = 4; // a press that moves less is a click
const STEP_PX = 60; // how far an arrow key moves the picture
const LINE_PX = 30; // what browsers that count lines mean by one turn of the wheel
const [SMALLEST, LARGEST] = [0.4, 6]; // of the fitted picture, and of its own pixels
const HARDLY_LARGER = 0.75;

export function startPicture(page, say) {
  const { form, canvas, signal } = page;
  const sides = [...canvas.querySelectorAll(".ws-side")];
  const key = `card-desk/view/${form.dataset.card}`;
  const views = sides.map(() => ({ scale: 0, x: 0, y: 0, turn: 0, isFitted: true }));
  let number = 0;
  const shown = () => sides[number];
  const view = () => views[number];

  const remembered = JSON.parse(sessionStorage.getItem(key) ?? "null");
  // What the page focuses by itself while it starts leaves a remembered picture where it was.
  let isStarting = remembered?.views?.length === views.length && views.length > 0;
  if (isStarting) {
    remembered.views.forEach((one, index) => Object.assign(views[index], one));
    number = Math.min(remembered.number, sides.length - 1);
  }
  queueMicrotask(() => { isStarting = false; });
  const remember = () => sessionStorage.setItem(key, JSON.stringify({ number, views }));

  // Geometry ------------------------------------------------------------------------------------

  const sizeOf = (side) => [Number(side.dataset.width), Number(side.dataset.height)];

  function draw() {
    for (const [index, side] of sides.entries()) side.hidden = index !== number;
    const side = shown();
    if (!side) return;
    const [width, height] = sizeOf(side);
    const { x, y, turn, scale } = view();
    side.style.width = `${width}px`;
    side.style.height = `${height}px`;
    side.style.transform = `translate(${x}px, ${y}px) rotate(${turn}deg) scale(${scale})`;
    for (const button of form.querySelectorAll("[data-show-side]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.showSide) === number));
    }
  }

  function change(changed) {
    Object.assign(view(), changed);
    draw();
    remember();
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

  // How large a part of the side can be shown, upright or turned.
  function largest([left, top, right, bottom]) {
    const across = view().turn % 180;
    const room = canvas.getBoundingClientRect();
    const [width, height] = across ? [bottom - top, right - left] : [right - left, bottom - top];
    return Math.min(room.width / width, room.height / height) * 0.94;
  }

  // Shows all of a side, or only the part with text where that makes it a good deal larger.
  function fit() {
    const side = shown();
    if (!side) return;
    const [width, height] = sizeOf(side);
    const all = [0, 0, width, height];
    const part = largest(all) > HARDLY_LARGER * largest(written(side)) ? all : written(side);
    const [left, top, right, bottom] = part;
    const scale = largest(part);
    const [x, y] = turned((width - left - right) / 2, (height - top - bottom) / 2);
    change({ scale, x: scale * x, y: scale * y, isFitted: true });
  }

  function turned(x, y, back = 1) {
    const angle = (back * view().turn * Math.PI) / 180;
    return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
  }

  // Where a point of the window lies, counted from the middle of the canvas.
  function onCanvas({ clientX, clientY }) {
    const room = canvas.getBoundingClientRect();
    return [clientX - room.left - room.width / 2, clientY - room.top - room.height / 2];
  }

  // Where it lies on the picture, in the picture's pixels.
  function onPicture(point) {
    const [width, height] = sizeOf(shown());
    const [x, y] = onCanvas(point);
    const { scale } = view();
    const [right, down] = turned((x - view().x) / scale, (y - view().y) / scale, -1);
    return [right + width / 2, down + height / 2];
  }

  // Zooms so that the point of the canvas at (x, y), counted from its middle, stays where it is.
  function zoom(wanted, x = 0, y = 0) {
    if (!shown()) return;
    const now = view();
    const fitted = largest([0, 0, ...sizeOf(shown())]);
    const scale = Math.min(Math.max(now.scale * wanted, fitted * SMALLEST), Math.max(LARGEST, fitted));
    const factor = scale / now.scale;
    change({ scale, x: x - (x - now.x) * factor, y: y - (y - now.y) * factor, isFitted: false });
  }

  function pan(x, y) {
    if (shown()) change({ x: view().x + x, y: view().y + y, isFitted: false });
  }

  function showSide(index) {
    if (index === number || !sides[index]) return;
    number = index;
    if (!view().scale) fit();
    draw();
    remember();
  }

  // Moves the picture as little as brings boxes into view.
  function bringIntoView(polygons) {
    const room = canvas.getBoundingClientRect();
    const boxes = polygons.map((polygon) => polygon.getBoundingClientRect());
    const edge = 12;
    const move = (low, high, from, to) => (
      low < from + edge ? from + edge - low
        : high > to - edge ? Math.max(to - edge - high, from + edge - low) : 0
    );
    const ends = (low, high) => [
      Math.min(...boxes.map((box) => box[low])), Math.max(...boxes.map((box) => box[high])),
    ];
    const x = move(...ends("left", "right"), room.left, room.right);
    const y = move(...ends("top", "bottom"), room.top, room.bottom);
    if (x || y) pan(x, y);
  }

  function show(boxes, polygons) {
    if (isStarting) return;
    const { side } = boxes[0];
    showSide(side);
    bringIntoView(polygons.filter((_, index) => boxes[index].side === side));
  }

  const boxes = startBoxes(page, say, show);
  const spots = startSpots(page, say, { focused: boxes.focused, onPicture, shown, side: () => number });

  const tools = {
    fit,
    in: () => zoom(1.25),
    out: () => zoom(0.8),
    turn: () => {
      if (!shown()) return;
      view().turn = (view().turn + 90) % 360;
      fit();
    },
    boxes: boxes.toggle,
    spot: spots.toggle,
    side: () => showSide((number + 1) % sides.length),
  };
  for (const button of form.querySelectorAll("[data-picture], [data-show-side]")) {
    // The field that has the focus keeps it; the keyboard still reaches the buttons.
    button.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    button.addEventListener("click", () => {
      if (button.dataset.picture) tools[button.dataset.picture]();
      else showSide(Number(button.dataset.showSide));
    }, { signal });
  }

  // Hands ---------------------------------------------------------------------------------------

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const turns = event.deltaY * (event.deltaMode ? LINE_PX : 1);
    zoom(Math.exp(-turns * 0.0015), ...onCanvas(event));
  }, { passive: false, signal });

  // One finger or the mouse moves the picture, or draws a rectangle; two fingers zoom it.
  const fingers = new Map();
  let start = null;
  let isMoving = false;
  const between = () => {
    const [a, b] = [...fingers.values()].map(onCanvas);
    return { wide: Math.hypot(a[0] - b[0], a[1] - b[1]), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 };
  };

  canvas.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
  canvas.addEventListener("pointerdown", (event) => {
    if (!shown() || event.button !== 0) return;
    fingers.set(event.pointerId, event);
    if (fingers.size === 1) {
      start = event;
      isMoving = false;
      if (spots.isWanted(event)) {
        take(event);
        spots.begin(event);
      }
    } else {
      spots.cancel();
      take(event);
    }
  }, { signal });

  // From now on this finger is the canvas's, wherever it goes, and its press is no click.
  function take(event) {
    isMoving = true;
    canvas.setPointerCapture(event.pointerId);
  }

  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const far = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY);
    if (!isMoving && far < CLICK_PX) return;
    if (!isMoving) take(event);
    const was = fingers.size === 2 ? between() : null;
    fingers.set(event.pointerId, event);
    if (spots.isDrawing()) spots.draw(event);
    else if (was) pinch(was, between());
    else pan(event.clientX - before.clientX, event.clientY - before.clientY);
  }, { signal });

  function pinch(was, now) {
    pan(now.x - was.x, now.y - was.y);
    if (was.wide) zoom(now.wide / was.wide, now.x, now.y);
  }

  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (!fingers.delete(event.pointerId) || !spots.isDrawing()) return;
      if (name === "pointerup") spots.end(event);
      else spots.cancel();
    }, { signal });
  }
  canvas.addEventListener("click", (event) => {
    if (isMoving) event.stopPropagation();
    isMoving = false;
  }, { capture: true, signal });

  const keys = {
    ArrowLeft: () => pan(STEP_PX, 0),
    ArrowRight: () => pan(-STEP_PX, 0),
    ArrowUp: () => pan(0, STEP_PX),
    ArrowDown: () => pan(0, -STEP_PX),
    "+": tools.in,
    "-": tools.out,
  };
  canvas.tabIndex = sides.length ? 0 : -1;
  canvas.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
  }, { signal });

  const watch = new ResizeObserver(() => (view()?.isFitted ? fit() : draw()));
  watch.observe(canvas);
  signal.addEventListener("abort", () => watch.disconnect());
  if (view()?.isFitted) fit();
  else draw();
  return tools;
}
