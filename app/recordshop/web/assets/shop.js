// SPDX-License-Identifier: Apache-2.0
// What makes the pages nicer where scripts run. Each works without: forms post, links lead on. What
// is put into the page are parts of other pages of the shop, as its server has made them.

const parse = (text) => new DOMParser().parseFromString(text, "text/html");

async function fetchPage(address, options = {}) {
  const response = await fetch(address, { credentials: "same-origin", ...options });
  if (!response.headers.get("Content-Type")?.startsWith("text/html")) throw new Error("no page");
  return { page: parse(await response.text()), response };
}

/** Takes over a part that both pages have, when it has changed. */
function takeOver(page, id) {
  const here = document.getElementById(id);
  const there = page.getElementById(id);
  if (!here || !there || here.isEqualNode(there)) return;
  const chosen = [...here.querySelectorAll("input[type=radio]:checked")].map((each) => each.id);
  const focused = here.contains(document.activeElement) && document.activeElement.id;
  here.replaceChildren(...there.childNodes);
  for (const { name, value } of there.attributes) here.setAttribute(name, value);
  for (const { name } of [...here.attributes]) if (!there.hasAttribute(name)) here.removeAttribute(name);
  for (const id of chosen) {
    const same = document.getElementById(id);
    if (same && !same.disabled) same.checked = true;
  }
  if (focused) document.getElementById(focused)?.focus();
}

/** Screen readers hear only of what changes after it is there. */
function announce(page) {
  const flash = document.getElementById("flash");
  flash.textContent = "";
  const text = page.getElementById("flash")?.textContent ?? "";
  setTimeout(() => { flash.textContent = text; }, 50);
}

// Into the basket without leaving the page. One form after the other: each takes along the basket
// that the answer before has left in the cookies.
let sent = Promise.resolve();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form.quiet")) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form));
  const button = event.submitter;
  // Without an answer it may have been taken, and sent again it would count twice: the basket tells.
  sent = sent.then(() => send(form.action, fields, button)).catch(() => location.assign("/shop/basket"));
});

async function send(address, fields, button) {
  const { page, response } = await fetchPage(address, { method: "POST", body: fields });
  if (!response.ok && response.redirected) {
    location.assign(response.url);  // taken, and only what lies behind it cannot be shown
    return;
  }
  if (!response.ok) {
    takeOver(page, "main");  // refused, and why
    document.getElementById("main").focus();
    return;
  }
  takeOver(page, "basket-count");
  if (location.pathname === "/shop/basket") takeOver(page, "basket");
  announce(page);
  if (!button || !document.contains(button)) document.getElementById("main").focus();
  else {
    button.dataset.did = "";
    setTimeout(() => { delete button.dataset.did; }, 900);
  }
}

// Search as one types.
const field = document.getElementById("search-text");
if (field && location.pathname === "/shop/search") {
  let asked = 0;
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const mine = ++asked;
      const address = `/shop/search?text=${encodeURIComponent(field.value)}`;
      try {
        const { page } = await fetchPage(address);
        if (mine !== asked) return;  // a later one is on its way
        takeOver(page, "results");
        document.querySelector("h1").textContent = page.querySelector("h1").textContent;
        document.title = page.title;
        history.replaceState(null, "", address);
      } catch { /* the button still works */ }
    }, 200);
  });
}
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  field?.focus();
});

// An order on its way.
const state = document.getElementById("state");
async function follow(pause) {
  if (!state?.hasAttribute("data-moving")) return;
  await new Promise((resolve) => setTimeout(resolve, pause));
  if (!document.hidden) {
    try {
      const { page, response } = await fetchPage(location.pathname);
      if (response.ok) takeOver(page, "state");
    } catch { /* the next time */ }
  }
  follow(Math.min(pause * 1.3, 10_000));
}
follow(800);
