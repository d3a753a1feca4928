// The keys of the workspace. Enter and Ctrl+Enter always work; the others can be turned off.

const STORED = "card-desk/keys";
const areOn = () => localStorage.getItem(STORED) !== "off";

export function startKeys(page, does) {
  const { form, signal } = page;
  const help = document.getElementById("keys");
  const choice = document.getElementById("keys-on");
  const show = () => form.classList.toggle("keys-are-off", !areOn());
  choice.checked = areOn();
  choice.addEventListener("change", () => {
    localStorage.setItem(STORED, choice.checked ? "on" : "off");
    show();
  }, { signal });
  form.querySelector("#show-keys").addEventListener("click", () => help.showModal(), { signal });
  show();

  const rowOf = (element) => element?.closest?.(".ws-row[data-field]");
  const letters = {
    "?": () => help.showModal(),
    r: (row) => row && does.revert(row),
    m: (row) => row && does.move(row),
    a: () => page.isOpen && does.addField().querySelector("input").focus(),
    n: does.skip,
    x: does.openReject,
    u: does.undoDecision,
    f: does.fit,
    t: does.turn,
    s: does.side,
    b: does.boxes,
    p: does.spot,
    "+": does.in,
    "-": does.out,
  };

  let lastRow = null;
  form.addEventListener("focusin", (event) => { lastRow = rowOf(event.target) ?? lastRow; }, { signal });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const isTyping = event.target.matches?.("input, textarea, select");
    const isCommand = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && isCommand) {
      event.preventDefault();
      if (!event.repeat) does.approve(); // one press decides one card, however long it is held
    } else if (isCommand && !event.altKey && ["z", "y"].includes(event.key.toLowerCase())) {
      if (!areOn() || (isTyping && !event.target.closest(".ws-row"))) return;
      event.preventDefault();
      if (event.key.toLowerCase() === "y" || event.shiftKey) does.redo();
      else does.undo();
    } else if (event.key === "Enter") {
      enter(event);
    } else if (event.key === "Escape" && isTyping) {
      event.target.blur();
    } else if (!isCommand && areOn() && (event.altKey || !isTyping)) {
      letter(event);
    }
  }, { signal });

  function enter(event) {
    // A key that is held would run through all fields, and then through the cards.
    if (event.repeat && !event.target.matches?.("textarea")) event.preventDefault();
    const row = event.target.closest(".ws-row");
    if (!row || event.repeat || event.target.matches?.("textarea, button")) return;
    event.preventDefault();
    if (event.target.name === "extra_name") row.querySelector("[name=extra_value]").focus();
    else does.accept(row);
  }

  function letter(event) {
    const key = keyOf(event);
    if (/^[1-9]$/.test(key)) does.goTo(Number(key));
    else if (letters[key]) letters[key](rowOf(event.target) ?? lastRow);
    else return;
    event.preventDefault();
  }

  // With Alt some keyboards write other signs: then the place of the key counts.
  function keyOf(event) {
    const key = event.key.toLowerCase();
    if (!event.altKey || /^[a-z1-9?+-]$/.test(key)) return key;
    return event.code.replace(/^(Key|Digit)/, "").toLowerCase();
  }
}
