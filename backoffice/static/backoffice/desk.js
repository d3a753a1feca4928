// Keys: a link with data-key="n" is followed when N is pressed outside a field.
"use strict";

document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
        return;
    }
    const key = CSS.escape(event.key.toLowerCase());
    const link = document.querySelector(`a[data-key="${key}"]`);
    if (link) {
        event.preventDefault();
        link.click();
    }
});

// The admin's own list filters have a name on a span that has no role.
window.addEventListener("load", () => {
    document.querySelectorAll(".search-label-icon").forEach((icon) => icon.setAttribute("role", "img"));
});
