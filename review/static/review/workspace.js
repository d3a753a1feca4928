// The review workspace: puts its parts together for one card, and again for the next.

import { startClaim } from "./claims.js";
import { startDecisions } from "./decide.js";
import { startDrafts } from "./drafts.js";
import { startFields } from "./fields.js";
import { startKeys } from "./keys.js";
import { focusRow, openPage, words } from "./page.js";
import { startPicture } from "./picture.js";
import { startUndo } from "./undo.js";

const SWAPPED = ["workspace", "keys", "move"];
let page = null;

// A sentence for whoever reviews, read out by screen readers.
function say(sentence, undo = "") {
  const place = document.getElementById("said");
  place.replaceChildren(sentence);
  if (undo) {
    const button = document.createElement("button");
    Object.assign(button, { type: "submit", id: "undo-decision", className: "button" });
    button.textContent = words("undo");
    button.setAttribute("formaction", undo);
    button.setAttribute("formmethod", "post");
    place.append(" ", button);
  }
}

// Puts the page of another card, or this one anew, in the place of this one; false when it is none.
// A page that was fetched beforehand is `told` what has changed since.
function replace(html, told = {}) {
  const next = new DOMParser().parseFromString(html, "text/html");
  if (!next.getElementById("workspace")) return false;
  page.end();
  for (const id of SWAPPED) {
    document.getElementById(id).replaceWith(document.adoptNode(next.getElementById(id)));
  }
  document.title = next.title;
  start();
  if (told.said) say(told.said, told.undo);
  if (told.pace) document.getElementById("pace").textContent = told.pace;
  if (told.decided != null) {
    document.getElementById("decided").textContent = told.decided;
    document.getElementById("progress").value = told.decided;
  }
  return true;
}

// Shows this card as it stands now, unless something is typed while it is fetched.
async function loadAnew(sentence, isTyped) {
  const { form, signal } = page;
  const answer = await fetch(form.dataset.here, { signal }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const html = await answer.text();
  if (signal.aborted || isTyped()) return;
  const said = [...document.getElementById("said").childNodes];
  const canUndo = document.getElementById("undo-decision");
  if (!replace(html)) return;
  if (canUndo) document.getElementById("said").replaceChildren(...said);
  else say(sentence);
}

function start() {
  page = openPage(document.getElementById("workspace"));
  const picture = startPicture(page, say);
  const fields = startFields(page, say);
  const history = startUndo(page);
  const drafts = startDrafts(page, fields, () => claim.renew());
  const { isTyped } = drafts;
  const claim = startClaim(page, { say, isTyped, loadAnew: (sentence) => loadAnew(sentence, isTyped) });
  const decisions = startDecisions(page, { drafts, fields, say, replace });
  startKeys(page, { ...picture, ...fields, ...history, ...decisions });
  const first = fields.doubtful()[0] ?? page.rows[0];
  if (first && page.isOpen && matchMedia("(min-width: 801px)").matches) focusRow(first);
}

addEventListener("popstate", () => location.reload());
start();
