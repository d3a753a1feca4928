// Requests that change something on the site, and why one of them brought nothing.

// Why: "offline", "signed-out", or a sentence of the site. `status` is that of its answer, 0
// without one.
export class Failed extends Error {
  constructor(why, status = 0) {
    super(why);
    this.status = status;
  }
}

// The token that goes with what a form sends. Signing in again in another tab changes it, so the
// cookie goes before the page.
export function token(form) {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
}

// Sends a POST as `options()` describes it, and gives the answer: once more after a refusal for
// which `renew()` found a new token. Throws Failed.
export async function request(url, options, renew = () => false) {
  let answer = await fetched(url, { ...options(), method: "POST" });
  if (answer.status === 403 && await renew()) {
    answer = await fetched(url, { ...options(), method: "POST" });
  }
  const isSentToSignIn = answer.redirected || answer.type === "opaqueredirect";
  if (isSentToSignIn || answer.status === 403) throw new Failed("signed-out", answer.status);
  return answer;
}

export async function fetched(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    throw new Failed("offline");
  }
}

// What an answer holds, unless the network goes before it is here. Throws Failed.
export async function readOf(body) {
  try {
    return await body;
  } catch {
    throw new Failed("offline");
  }
}

// The JSON that an answer holds, null for anything else. Throws Failed.
export async function jsonOf(answer) {
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  return isJson ? readOf(answer.json()) : null;
}
