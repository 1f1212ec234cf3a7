// SPDX-License-Identifier: Apache-2.0
// shop_test.mjs BROWSER SHOP DATA CARRIER AXE [PICTURES]: people in the web shop, with and without scripts,
// at a desk and on a phone, by day and by night. PICTURES is a folder for screenshots.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser } from "./browser.mjs";

const [program, shopProgram, dataProgram, carrierProgram, axeFile, pictures] = process.argv.slice(2);
const axe = readFileSync(axeFile, "utf8");
if (pictures) mkdirSync(pictures, { recursive: true });

/** Of this machine, where nobody listened a moment ago. */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

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

/** A shop of its own with some records. */
class Shop {
  #folder = mkdtempSync(join(tmpdir(), "banyan-shop-"));

  async start(...options) {
    const database = join(this.#folder, "shop.db");
    if (!existsSync(database)) {
      execFileSync(dataProgram, ["generate", "--tracks", "300", "--database", database], { stdio: "ignore" });
    }
    const ready = join(this.#folder, "ready");
    rmSync(ready, { force: true });
    const port = options.includes("--port") ? [] : ["--port", "0"];
    this.process = spawn(shopProgram, [...port, "--database", database, "--ready-file", ready, ...options],
      { stdio: ["ignore", "ignore", "inherit"] });
    this.gone = new Promise((resolve) => this.process.on("exit", resolve));
    for (const end = Date.now() + 60_000; !existsSync(ready);) {
      if (this.process.exitCode !== null || Date.now() > end) throw new Error("the shop did not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.origin = `http://127.0.0.1:${Number(readFileSync(ready, "utf8"))}`;
  }

  async stop() {
    this.process?.kill("SIGTERM");
    await this.gone;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Somebody who uses the shop by mouse and keyboard. */
class Visitor {
  constructor(page, origin, { name, scripts, width }) {
    Object.assign(this, { page, origin, name, scripts, width });
  }

  /** Waits for a page whose h1 says that, looks at it, and finds nothing wrong with it. */
  async sees(heading, picture) {
    await this.page.until(`document.querySelector("h1")?.innerText.includes(${JSON.stringify(heading)})`);
    await this.fits();
    if (this.scripts) await this.isAccessible();
    if (pictures && picture) {
      const { data } = await this.page.send("Page.captureScreenshot", { format: "png" });
      writeFileSync(join(pictures, `${picture}-${this.name.replaceAll(" ", "-")}.png`), Buffer.from(data, "base64"));
    }
  }

  async fits() {
    const wide = await this.page.read(`[...document.querySelectorAll("body *")]
      .filter((each) => !each.closest(".scroll, .hidden, .skip") && each.getBoundingClientRect().right > document.documentElement.clientWidth + 1
        && getComputedStyle(each).clipPath === "none")
      .map((each) => each.tagName + "." + each.className)`);
    assert.deepEqual(wide, [], "nothing sticks out of the window");
    assert.ok(await this.page.read("document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
  }

  async isAccessible() {
    const problems = await this.page.read(`(async () => {
      if (!window.axe) { ${axe} }
      const { violations } = await window.axe.run(document);
      return violations.map((each) => each.id + ": " + each.help + " " + each.nodes.map((node) => node.html).slice(0, 3).join(" "));
    })()`);
    assert.deepEqual(problems, [], `axe about ${await this.page.read("location.pathname")}`);
  }

  /** Clicks in the middle of the first such element whose text matches. */
  async click(selector, text = "") {
    const find = `[...document.querySelectorAll(${JSON.stringify(selector)})]
      .find((each) => each.innerText.includes(${JSON.stringify(text)}))`;
    await this.page.until(find);
    const { x, y } = await this.page.read(`(() => { const each = ${find};
      each.scrollIntoView({block: "center", behavior: "instant"});
      const box = each.getBoundingClientRect();
      return {x: box.x + box.width / 2, y: box.y + box.height / 2}; })()`);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.page.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
    }
  }

  async press(key, code = key, text = undefined) {
    await this.page.send("Input.dispatchKeyEvent", { type: "keyDown", key, code, text,
      windowsVirtualKeyCode: { Enter: 13, Tab: 9 }[key] });
    await this.page.send("Input.dispatchKeyEvent", { type: "keyUp", key, code });
  }

  async type(selector, text) {
    await this.page.ask(`document.querySelector(${JSON.stringify(selector)}).select()`);
    await this.page.ask(`document.querySelector(${JSON.stringify(selector)}).focus()`);
    await this.page.send("Input.insertText", { text });
  }

  count() {
    return this.page.ask(`Number(document.getElementById("basket-count").innerText)`);
  }

  async hasInBasket(copies) {
    await this.page.until(`document.getElementById("basket-count")?.innerText === "${copies}"`);
  }
}

const kinds = [
  { name: "with scripts at a desk by day", scripts: true, width: 1280, scheme: "light" },
  { name: "without scripts on a phone by day", scripts: false, width: 390, scheme: "light" },
  { name: "with scripts on a phone by night", scripts: true, width: 390, scheme: "dark" },
  { name: "without scripts at a desk by night", scripts: false, width: 1280, scheme: "dark" },
];

const browser = new Browser(program);
const shop = new Shop();
const carrier = new Carrier();
const deliveringShop = new Shop();
let failed = 0;

async function test(name, kind, body, at = shop) {
  const page = await browser.page(kind.width, kind.width < 700 ? 844 : 900);
  await page.send("Emulation.setEmulatedMedia",
    { features: [{ name: "prefers-color-scheme", value: kind.scheme }] });
  await page.send("Emulation.setScriptExecutionDisabled", { value: !kind.scripts });
  const visitor = new Visitor(page, at.origin, kind);
  try {
    await body(visitor, page);
    assert.deepEqual(page.complaints, []);
    console.log(`ok   ${name} ${kind.name}`);
  } catch (fault) {
    ++failed;
    console.error(`FAIL ${name} ${kind.name}, at ${await page.ask("location.href").catch(() => "?")}\n${fault.stack}`);
    if (pictures) {
      const { data } = await page.send("Page.captureScreenshot", { format: "png" });
      writeFileSync(join(pictures, `failed-${failed}.png`), Buffer.from(data, "base64"));
    }
  }
}

async function openAccount(visitor) {
  await visitor.sees("Sign in", "sign-in");
  const email = `zoe.${visitor.name.replaceAll(" ", ".")}@example.org`;
  for (const [field, text] of [["new-name", "Zoë Bergström"], ["new-email", email], ["new-password", "records and more"],
    ["street", "Harbour Road 7"], ["postal-code", "20457"], ["city", "Hamburg"]]) {
    await visitor.type(`#${field}`, text);
  }
  await visitor.click("main button", "Open an account");
}

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
    if (!visitor.scripts) await page.send("Page.reload");
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
if (failed > 0) {
  console.error(`${failed} failed`);
  process.exit(1);
}
