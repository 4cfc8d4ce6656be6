// j and k move through a list with data-keys, o opens. Off until somebody turns it on, and only outside fields (WCAG 2.1.4).
"use strict";
const list = document.querySelector("[data-keys]");
const place = document.querySelector("[data-keys-switch]");
if (list && place) {
  const box = place.querySelector("input");
  const remembered = { get: () => { try { return localStorage.getItem("portal-keys") === "on"; } catch { return false; } }, set: (on) => { try { localStorage.setItem("portal-keys", on ? "on" : "off"); } catch { /* no storage, no memory */ } } };
  place.hidden = false;
  box.checked = remembered.get();
  box.addEventListener("change", () => remembered.set(box.checked));
  const rows = [...list.querySelectorAll("tbody tr, :scope > li")].filter((row) => row.querySelector("a[href]"));
  let at = -1;
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, textarea, input:not([type=checkbox])")) return;
    if (event.key === "o" && at >= 0) rows[at].querySelector("a[href]").click();
    const step = { j: 1, k: -1 }[event.key];
    if (!step || !rows.length) return;
    event.preventDefault();
    rows[at]?.classList.remove("is-chosen");
    at = Math.min(Math.max(at + step, 0), rows.length - 1);
    rows[at].classList.add("is-chosen");
    rows[at].querySelector("a[href]").focus();
    rows[at].scrollIntoView({ block: "nearest" });
  });
}
