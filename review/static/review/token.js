// The token that goes with what a form sends. Signing in again in another tab changes it, so the
// cookie goes before the page.
export function token(form) {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
}
