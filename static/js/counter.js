// Counts down under a text area. Without script the line says how much there is room for.
"use strict";
for (const line of document.querySelectorAll("[data-counter-for]")) {
  const box = document.getElementById(line.dataset.counterFor);
  const limit = Number(line.dataset.limit);
  const heard = document.createElement("span");
  heard.className = "ds-sr-only";
  heard.setAttribute("role", "status");
  line.after(heard);
  let timer;
  const count = () => {
    // the server counts a line break as two characters, as browsers send it
    const left = limit - box.value.replace(/\r?\n/g, "\r\n").length;
    const text = (left < 0 ? line.dataset.over : line.dataset.left).replace("{n}", Math.abs(left));
    line.textContent = text;
    line.dataset.state = left < 0 ? "over" : "within";
    clearTimeout(timer);
    if (left < limit / 5) timer = setTimeout(() => { heard.textContent = text; }, 1000);
  };
  if (!box) continue;
  box.addEventListener("input", count);
  if (box.value) count();
}
