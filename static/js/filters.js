// A list's filters (form with data-filters) take effect a moment after a tick or a choice; the button stays for everybody else.
"use strict";
const KEY = "portal-filter";
for (const form of document.querySelectorAll("form[data-filters]")) {
  let timer;
  form.addEventListener("change", (event) => {
    if (!event.target.matches("select, [type=checkbox]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      try { sessionStorage.setItem(KEY, JSON.stringify([location.pathname, document.activeElement.id, scrollY])); } catch { /* no storage, no memory */ }
      form.requestSubmit();
    }, 700);
  });
}
try {
  const [path, id, top] = JSON.parse(sessionStorage.getItem(KEY) || "[]");
  sessionStorage.removeItem(KEY);
  if (path === location.pathname && id) {
    document.getElementById(id)?.focus({ preventScroll: true });
    scrollTo(0, top);
  }
} catch { /* as above */ }
