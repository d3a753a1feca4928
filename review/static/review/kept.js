// What this browser keeps of a page under a name of its own: it survives a reload, a crash and
// signing out.

const DAY_MS = 86_400_000;

// What is kept under `key`, or null.
export function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null")?.what ?? null;
  } catch {
    return null; // nothing of ours, or this browser keeps nothing
  }
}

// Keeps `what` under `key`; false when this browser keeps nothing.
export function keep(key, what) {
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), what }));
    return true;
  } catch {
    return false;
  }
}

export function drop(key) {
  try {
    localStorage.removeItem(key);
  } catch { /* this browser keeps nothing */ }
}

// Drops what has lain for more than so many `days` under a key that begins with `prefix`.
export function dropOld(prefix, days) {
  try {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(prefix))) {
      const age = Date.now() - JSON.parse(localStorage.getItem(key)).at;
      if (!(age < days * DAY_MS)) localStorage.removeItem(key);
    }
  } catch { /* this browser keeps nothing */ }
}
