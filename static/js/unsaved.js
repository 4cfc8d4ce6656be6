// Asks before leaving a form with data-unsaved that holds changes. Saving, by button or by itself, ends the asking.
"use strict";
for (const form of document.querySelectorAll("form[data-unsaved]")) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  for (const end of ["submit", "portal:saved"]) form.addEventListener(end, () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
