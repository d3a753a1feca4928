// Undo and redo across the fields of a card. The browser's own goes no further than one field.

const SAME_TYPING_MS = 800;

export function startUndo(page) {
  const { form, signal } = page;
  const values = new WeakMap();
  const done = []; // steps, each a list of changes: what is put in one go is undone in one go
  const undone = [];
  let typing = null; // the last step while it still grows: { input, at }
  let script = null; // the step that a script is putting together
  let isReplaying = false;

  for (const input of form.querySelectorAll(".ws-row :is(input, textarea, select)")) {
    values.set(input, input.value);
  }

  form.addEventListener("focusin", ({ target }) => {
    if (target.closest(".ws-row") && !values.has(target)) values.set(target, target.value);
  }, { signal });

  form.addEventListener("input", (event) => {
    const { target: input } = event;
    if (!input.closest(".ws-row") || isReplaying) return;
    const change = { input, before: values.get(input) ?? "", after: input.value };
    values.set(input, input.value);
    undone.length = 0;
    if (event.isTrusted) keepTyping(change);
    else keepPut(change);
  }, { signal, capture: true });

  function keepTyping(change) {
    const now = performance.now();
    if (typing?.input === change.input && now - typing.at < SAME_TYPING_MS) {
      done.at(-1)[0].after = change.after;
    } else {
      done.push([change]);
    }
    typing = { input: change.input, at: now };
  }

  function keepPut(change) {
    typing = null;
    if (script) {
      script.push(change);
      return;
    }
    script = [change];
    done.push(script);
    queueMicrotask(() => { script = null; });
  }

  // Puts the texts of a step back, the last change first, and goes to where they were.
  function replay(step, which) {
    isReplaying = true;
    const changes = which === "before" ? [...step].reverse() : step;
    for (const { input, [which]: text } of changes) {
      values.set(input, text);
      input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    isReplaying = false;
    const { input } = step[0];
    input.closest("details")?.setAttribute("open", "");
    input.focus();
  }

  function move(from, to, which) {
    const step = from.pop();
    if (!step) return;
    to.push(step);
    typing = null;
    replay(step, which);
  }

  return {
    undo: () => move(done, undone, "before"),
    redo: () => move(undone, done, "after"),
  };
}
