// Says when the database is back; the page stays as it is until its reader goes on.

const EVERY_MS = 5000;

async function look() {
  try {
    const answer = await fetch("/livez", { cache: "no-store" });
    if (!answer.ok || (await answer.text()).includes("read-only")) return;
  } catch {
    return;
  }
  clearInterval(looking);
  document.getElementById("read-only-now").hidden = true;
  document.getElementById("read-only-over").hidden = false;
  const notice = document.getElementById("read-only");
  notice.classList.replace("message-doubt", "message-ok");
}

const looking = setInterval(look, EVERY_MS);
