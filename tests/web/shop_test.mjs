// SPDX-License-Identifier: Apache-2.0
// shop_test.mjs BROWSER SHOP DATA CARRIER AXE [PICTURES]: people in the web shop, with and without scripts,
// at a desk and on a phone, by day and by night. PICTURES is a folder for screenshots.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { Browser } from "./browser.mjs";
import { freePort, openAccount, Shop, Visits } from "./shop_visits.mjs";

const [program, shopProgram, dataProgram, carrierProgram, axeFile, pictures] = process.argv.slice(2);
if (pictures) mkdirSync(pictures, { recursive: true });

/** Brings parcels within seconds, and fetches them as soon. It tells the shop at that port. */
class Carrier {
  async start(shopPort) {
    const port = await freePort();
    this.process = spawn(carrierProgram, ["--port", `${port}`, "--uplift-after", "1", "--deliver-after", "1",
      "--push", `http://127.0.0.1:${shopPort}/callbacks/shipping`], { stdio: ["ignore", "ignore", "inherit"] });
    this.gone = new Promise((resolve) => this.process.on("exit", resolve));
    this.url = `http://127.0.0.1:${port}/ws/CargoConnect`;
    for (const end = Date.now() + 30_000; ;) {
      if (await fetch(`http://127.0.0.1:${port}/books`).then((answer) => answer.ok, () => false)) return;
      if (this.process.exitCode !== null || Date.now() > end) throw new Error("the carrier did not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop() {
    this.process?.kill("SIGTERM");
    await this.gone;
  }
}

const kinds = [
  { name: "with scripts at a desk by day", scripts: true, width: 1280, scheme: "light" },
  { name: "without scripts on a phone by day", scripts: false, width: 390, scheme: "light" },
  { name: "with scripts on a phone by night", scripts: true, width: 390, scheme: "dark" },
  { name: "without scripts at a desk by night", scripts: false, width: 1280, scheme: "dark" },
];

const browser = new Browser(program);
const visits = new Visits(browser, { axe: readFileSync(axeFile, "utf8"), pictures });
const shop = new Shop(shopProgram, dataProgram);
const carrier = new Carrier();
const deliveringShop = new Shop(shopProgram, dataProgram);

const test = (name, kind, body, at = shop) => visits.test(name, kind, body, at);

async function buy(visitor, page) {
  await page.open(`${visitor.origin}/`);
  await visitor.sees("Records worth keeping", "start");
  await visitor.click("a", "Browse all albums");
  await visitor.sees("All albums", "albums");
  await visitor.click(".card a");
  await page.until("document.querySelector('.album h1')");
  await visitor.sees("", "album");
  // Others buy as well: of that one there are more than a few.
  const title = await page.ask(`(() => {
    const row = [...document.querySelectorAll(".track")].find((each) => each.innerText.includes("In stock"));
    row.querySelector("button").dataset.chosen = "";
    return row.querySelector(".title").innerText; })()`);
  await visitor.click("[data-chosen]");
  await visitor.hasInBasket(1);
  await page.until("/in your basket/.test(document.querySelector('#flash')?.innerText)");
  await visitor.sees("");

  // By the beginning of a word of it.
  const word = title.split(/[^\p{L}]+/u).sort((a, b) => b.length - a.length)[0];
  await visitor.type("#search-text", word.slice(0, -1));
  await visitor.press("Enter", "Enter", "\r");
  await visitor.sees("Search for", "search");
  await page.until(`document.querySelector("#results")?.innerText.includes(${JSON.stringify(title)})`);
  await page.ask(`[...document.querySelectorAll(".hit")].find((each) => each.innerText.includes(${JSON.stringify(title)}) && each.querySelector("button"))
    .querySelector("button").dataset.chosen = ""`);
  await visitor.click("[data-chosen]");
  await visitor.hasInBasket(2);

  await visitor.click("nav a", "Basket");
  await visitor.sees("Your basket", "basket");
  const lines = await page.ask("document.querySelectorAll('.line').length");
  await visitor.type("input[name=copies]", "3");
  await visitor.click(".copies button");
  await visitor.hasInBasket(lines === 1 ? 3 : 4);
  // The news of it moves what is to be clicked.
  if (visitor.scripts) await page.until("document.body.innerText.includes('Your basket is changed')");
  await visitor.click("a", "Sign in to order");
  await openAccount(visitor);
  await visitor.sees("Your basket");
  await visitor.click("button", "Order now");
  await visitor.sees("Order ", "order");
  assert.equal(await visitor.count(), 0);
  await becomes(visitor, page, /paid|on its way|delivered/i);
  const order = await page.ask("location.pathname");
  await visitor.click("nav a", "Orders");
  await visitor.sees("Your orders", "orders");
  assert.match(await page.text("main"), /Names and titles (as of|are still)/);
  await visitor.click(`a[href="${order}"]`);
  await visitor.sees("Order ");
  await visitor.click("#state button", "Cancel this order");
  await becomes(visitor, page, /given this order up/);
  await visitor.sees("Order ", "cancelled");
}

/** Waits until the order's state says that; where no script asks again, asks again. */
async function becomes(visitor, page, words) {
  for (const end = Date.now() + 60_000; !words.test(await page.text("#state").catch(() => ""));) {
    assert.ok(Date.now() < end, `${words} of ${await page.text("#state").catch(() => "?")}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (!visitor.scripts) await page.reload();
    await page.until("document.querySelector('#state')");
  }
}

/** On invoice, at a price that changes before the form is sent; then all of it goes back. */
async function sendBack(visitor, page) {
  await page.open(`${visitor.origin}/shop/albums`);
  await visitor.click(".card a");
  await page.until("document.querySelector('.album h1')");
  await page.ask(`[...document.querySelectorAll(".track")].find((each) => each.innerText.includes("In stock"))
    .querySelector("button").dataset.chosen = ""`);
  await visitor.click("[data-chosen]");
  await visitor.hasInBasket(1);
  await visitor.click("nav a", "Basket");
  await visitor.click("a", "Sign in to order");
  await openAccount(visitor);
  await visitor.sees("Your basket", "ways-to-pay");
  await visitor.click("label", "On invoice");
  assert.equal(await page.ask("document.querySelector('[name=method]:checked').value"), "invoice");

  const seen = await page.ask(`(({ name, value }) => ({ name, value }))(document.querySelector("[name^=seen-]"))`);
  const [cents, currency] = seen.value.split(" ");
  const dearer = Number(cents) + 50;
  const changed = await fetch(`${visitor.origin}/tracks/${seen.name.slice("seen-".length)}/price`, { method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ price: { minor_units: dearer, currency } }) });
  assert.equal(changed.status, 200);
  await visitor.click("button", "Order now");
  await page.until("/Prices have changed since you looked/.test(document.querySelector('.trouble')?.innerText)");
  await visitor.sees("Your basket", "price-changed");
  assert.match(await page.text(".was"), new RegExp(`now .*${(dearer / 100).toFixed(2)} each, not .*${(cents / 100).toFixed(2)}`));
  assert.equal(await page.ask("document.querySelector('[name=method]:checked').value"), "invoice", "the choice stays");
  page.complaints = page.complaints.filter((each) => !each.includes("409"));

  await visitor.click("button", "Order now");
  await visitor.sees("Order ");
  await becomes(visitor, page, /parcel has been delivered/i);
  assert.match(await page.text("#state"), /On invoice/);
  await visitor.sees("Order ", "delivered");
  await visitor.click("#state button", "Send it all back");
  await visitor.sees("Order ", "going-back");
  await becomes(visitor, page, /have your money back/);
  await becomes(visitor, page, /All of your money was given back/);
  await visitor.sees("Order ", "returned");
  assert.match(await page.text("#state"), /Given back:/);
  assert.match(await page.text("#state"), /The parcel is back with us/);
  assert.doesNotMatch(await page.text("#state"), /Send it all back|Cancel this order/);
}

try {
  await shop.start();
  for (const kind of kinds) await test("somebody buys something", kind, buy);

  const shopPort = await freePort();
  await carrier.start(shopPort);
  await deliveringShop.start("--port", `${shopPort}`, "--carrier", carrier.url);
  for (const kind of kinds.slice(0, 2)) await test("somebody sends it all back", kind, sendBack, deliveringShop);

  await test("the keyboard is enough", kinds[0], async (visitor, page) => {
    await page.open(`${visitor.origin}/`);
    await visitor.sees("Records");
    await visitor.press("Tab");
    assert.equal(await page.ask("document.activeElement.innerText"), "Skip to the content");
    await visitor.press("/", "Slash", "/");
    assert.equal(await page.ask("document.activeElement.id"), "search-text");
    await page.send("Input.insertText", { text: "the" });
    await visitor.press("Enter", "Enter", "\r");
    await visitor.sees("Search for “the”");
    await page.ask("document.querySelector('.add button').focus()");
    await visitor.press("Enter", "Enter", "\r");
    await visitor.hasInBasket(1);
    assert.equal(await page.ask("document.activeElement.matches('.add button')"), true, "focus stays where it was");
  });

  await test("what was taken is not sent again when the page behind it is away", kinds[0], async (visitor, page) => {
    await page.open(`${visitor.origin}/shop/albums`);
    await visitor.click(".card a");
    await page.until("document.querySelector('.album h1') && document.querySelector('.add button')");
    // The page that the answer leads to is answered as when the catalogue is away.
    await page.ask(`(() => {
      const real = window.fetch;
      window.fetch = async (address, options) => {
        const answer = await real(address, options);
        if (options?.method !== "POST") return answer;
        return { ok: false, redirected: true, url: "/shop/basket", headers: answer.headers, text: () => answer.text() };
      };
    })()`);
    await visitor.click(".add button");
    await visitor.sees("Your basket");
    await visitor.hasInBasket(1);
  });

  await test("two clicks put two records into the basket", kinds[0], async (visitor, page) => {
    await page.open(`${visitor.origin}/shop/search?text=the`);
    await page.until("document.querySelectorAll('#results .add button').length > 1");
    await page.ask("[...document.querySelectorAll('#results .add button')].slice(0, 2).forEach((each) => each.click())");
    await visitor.hasInBasket(2);
    await visitor.click("nav a", "Basket");
    await visitor.sees("Your basket");
    assert.equal(await page.ask("document.querySelectorAll('.line').length"), 2);
  });

  await test("results follow as one types", kinds[0], async (visitor, page) => {
    await page.open(`${visitor.origin}/shop/search?text=zzzzzz`);
    await visitor.sees("Search for “zzzzzz”");
    assert.match(await page.text("#results"), /Nothing matches/);
    await visitor.type("#search-text", "the");
    await page.until("document.querySelectorAll('#results .hit').length > 0");
    assert.equal(await page.ask("location.search"), "?text=the");
    assert.equal(await page.text("h1"), "Search for “the”");
    await visitor.isAccessible();
  });

  await test("nothing that is typed becomes markup", kinds[0], async (visitor, page) => {
    await page.open(`${visitor.origin}/shop/search?text=${encodeURIComponent('"><img src=x onerror=alert(1)>')}`);
    await visitor.sees("Search for");
    assert.equal(await page.ask("document.querySelectorAll('main img[src=x]').length"), 0);
    assert.match(await page.text("h1"), /<img src=x/);
  });

  await test("a page that is not there says so", kinds[0], async (visitor, page) => {
    await page.open(`${visitor.origin}/shop/albums/nonsense`);
    await visitor.sees("There is no such page", "missing");
    page.complaints = page.complaints.filter((each) => !each.includes("404"));
  });
} finally {
  await browser.close();
  await shop.stop();
  await deliveringShop.stop();
  await carrier.stop();
}
if (visits.failed > 0) {
  console.error(`${visits.failed} failed`);
  process.exit(1);
}
