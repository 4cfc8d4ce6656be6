// Saves a form with data-autosave to its own address a moment after the last change. The view sees autosave=1 and answers
// {"saved": "Saved at 14.05", "version": 3}, or {"message": "…"} with an error status. Files are left to the button.
"use strict";
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const status = form.querySelector("[data-autosave-status]");
  const say = (text) => { if (status && text) status.textContent = text; };
  let timer, running = false, again = false;

  const content = () => {
    const sent = new FormData(form);
    for (const [name, value] of [...sent]) if (value instanceof File) sent.delete(name);
    sent.set("autosave", "1");
    return new URLSearchParams(sent).toString();
  };
  const unversioned = () => content().replace(/(^|&)\w*version=\d*/g, "");
  let last = unversioned();

  const save = async () => {
    if (running) { again = true; return; }
    const now = unversioned();
    if (now === last) return;
    running = true;
    say(status?.dataset.saving);
    try {
      const answer = await fetch(form.action || location.href, { method: "POST", body: content(), headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" }, redirect: "error" });
      const told = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(told.message || "");
      last = now;
      const version = form.querySelector("input[name$=version]");
      if (version && told.version !== undefined) version.value = told.version;
      say(told.saved || status?.dataset.saved);
      if (unversioned() === now) form.dispatchEvent(new Event("portal:saved"));
    } catch (error) {
      say((error.name === "Error" && error.message) || status?.dataset.failed);
    }
    running = false;
    if (again) { again = false; save(); }
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(save, 1500); };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", () => clearTimeout(timer));
  document.addEventListener("visibilitychange", () => { if (document.hidden) { clearTimeout(timer); save(); } });
}
