// The ways to pass a page on that a browser offers; the address itself stands on the page for everybody else.
"use strict";
for (const ways of document.querySelectorAll("[data-share]")) {
  const url = ways.dataset.share;
  const offer = (name, can, act) => {
    const button = ways.querySelector(`[data-share-${name}]`);
    if (!button || !can) return;
    button.hidden = false;
    button.addEventListener("click", act);
  };
  offer("copy", navigator.clipboard, async () => {
    const said = ways.querySelector("[data-share-said]");
    try {
      await navigator.clipboard.writeText(url);
      said.textContent = said.dataset.text;
    } catch { /* refused: the address can be marked and copied by hand */ }
  });
  offer("send", navigator.share, () => navigator.share({ url }).catch(() => { /* changed their mind */ }));
  offer("print", true, () => print());
}
