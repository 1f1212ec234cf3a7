// SPDX-License-Identifier: Apache-2.0
// shop_gaps_test.mjs BROWSER SHOP DATA AXE [PICTURES]: the pages that a visitor sees when something is not as
// it should be, each by day and by night, at a desk and on a phone: refusals on the account's page, a form of
// somebody else, and what is left of the shop when the process of a module was killed.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser } from "./browser.mjs";
import { fill, freePort, openAccount, started, Visits } from "./shop_visits.mjs";

const [program, shopProgram, dataProgram, axeFile, pictures] = process.argv.slice(2);
if (pictures) mkdirSync(pictures, { recursive: true });

const looks = [
  { name: "at a desk by day", scripts: true, width: 1280, scheme: "light" },
  { name: "at a desk by night", scripts: true, width: 1280, scheme: "dark" },
  { name: "on a phone by day", scripts: true, width: 390, scheme: "light" },
  { name: "on a phone by night", scripts: true, width: 390, scheme: "dark" },
];

/** The shop with two of its modules in processes of their own: the warehouse, and orders. */
class SplitShop {
  #folder = mkdtempSync(join(tmpdir(), "banyan-split-"));
  #processes = new Map();

  async start() {
    fill(dataProgram, this.#database);
    this.inside = `unix:${join(this.#folder, "inside.sock")}`;
    this.ports = { warehouse: await freePort(), orders: await freePort() };
    const shop = await this.#open("shop", ["--modules", "catalog,customers,payments,shipping", "--port", "0",
      "--internal-address", this.inside, ...this.#at("warehouse"), ...this.#at("orders")]);
    this.origin = `http://127.0.0.1:${shop.port}`;
    await this.open("warehouse");
    await this.open("orders");
  }

  /** A module's process, where the others look for it. */
  open(module) {
    const needs = { warehouse: ["catalog"], orders: ["catalog", "customers", "payments", "shipping", "warehouse"] };
    return this.#open(module, ["--modules", module, "--internal", "--port", `${this.ports[module]}`,
      ...needs[module].flatMap((need) => this.#at(need))]);
  }

  /** As a machine does that loses its power. */
  async kill(name) {
    this.#processes.get(name).kill("SIGKILL");
    await this.#processes.get(name).gone;
  }

  async stop() {
    for (const each of this.#processes.values()) each.kill("SIGTERM");
    for (const each of this.#processes.values()) await each.gone;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #database() {
    return join(this.#folder, "shop.db");
  }

  #at(module) {
    return ["--at", `${module}=${this.ports[module] ? `127.0.0.1:${this.ports[module]}` : this.inside}`];
  }

  async #open(name, words) {
    const opened = await started(shopProgram, join(this.#folder, `${name}.ready`), ["serve", ...words,
      "--database", this.#database, "--control", join(this.#folder, "control.db"), "--log-level", "error"]);
    this.#processes.set(name, opened);
    return opened;
  }
}

const browser = new Browser(program);
const visits = new Visits(browser, { axe: readFileSync(axeFile, "utf8"), pictures });
const shop = new SplitShop();

/** The page came with that status, and the browser has told of nothing else. */
function cameWith(page, status) {
  assert.ok(page.complaints.some((each) => each.includes(`${status}`)), `a page with status ${status}`);
  page.complaints = page.complaints.filter((each) => !each.includes(`${status}`));
}

async function signIn(visitor, page, name) {
  await page.open(`${visitor.origin}/shop/account`);
  await openAccount(visitor, name);
  await page.until(`[...document.querySelectorAll("nav a")].some((each) => each.innerText.includes("Zoë"))`);
}

async function changeTheAccount(visitor, page) {
  await signIn(visitor, page, "changing");
  await visitor.click("nav a", "Zoë");
  await visitor.sees("You are Zoë Bergström", "account");
  await visitor.type("#city", "Bremen");
  await visitor.click("main button", "Change the address");
  await page.until("/Your address is changed/.test(document.querySelector('#flash')?.innerText)");
  await visitor.sees("You are Zoë Bergström", "address-changed");
  assert.match(await page.text("address"), /20457 Bremen/);

  const changePassword = async (current) => {
    await visitor.type("#current", current);
    await visitor.type("#new-password", "other records");
    await visitor.click("main button", "Change the password");
  };
  await changePassword("not my password");
  await page.until("/That is not your password/.test(document.querySelector('.trouble')?.innerText)");
  await visitor.sees("You are Zoë Bergström", "wrong-password");
  cameWith(page, 403);
  await changePassword("records and more");
  await page.until("/Your password is changed/.test(document.querySelector('#flash')?.innerText)");
  await visitor.sees("You are Zoë Bergström");
}

async function sendAFormOfSomebodyElse(visitor, page) {
  await page.open(`${visitor.origin}/shop/account`);
  await visitor.sees("Sign in");
  await visitor.type("#email", "zoe@example.org");
  await visitor.type("#password", "records and more");
  await page.ask(`document.querySelector("form[action='/shop/account'] [name=token]").value = "of another visitor"`);
  await visitor.click("main button", "Sign in");
  await visitor.sees("This form is out of date", "foreign-form");
  cameWith(page, 403);
}

async function lookAtAnAlbum(visitor, page) {
  await page.open(`${visitor.origin}/shop/albums`);
  await visitor.sees("All albums");
  await visitor.click(".card a");
  await page.until("document.querySelector('.album h1')");
}

async function seeTheGapOfTheWarehouse(visitor, page) {
  await lookAtAnAlbum(visitor, page);
  await page.until("document.querySelector('.gap')");
  await visitor.sees("", "gap");
  assert.match(await page.text(".gap"), /How many copies there are cannot be shown just now/);
  assert.equal(await page.ask("document.querySelectorAll('.stock').length"), 0, "nothing is made up");
  assert.match(await page.text(".track .price"), /\d/, "the rest of the page is there");
  await visitor.click(".track .add button");
  await visitor.hasInBasket(1);
}

async function seeThatOrdersAreAway(visitor, page) {
  await signIn(visitor, page, "waiting");
  await visitor.click("nav a", "Orders");
  await visitor.sees("Your orders", "orders-away");
  assert.match(await page.text(".gap"), /Your orders cannot be shown just now/);
  cameWith(page, 503);
  await visitor.click("nav a", "Albums");
  await visitor.sees("All albums");
}

try {
  await shop.start();
  for (const look of looks) await visits.test("somebody changes the account", look, changeTheAccount, shop);
  for (const look of looks) await visits.test("a form of somebody else is refused", look, sendAFormOfSomebodyElse, shop);

  await shop.kill("warehouse");
  for (const look of looks) await visits.test("a killed warehouse leaves a gap", look, seeTheGapOfTheWarehouse, shop);
  await shop.kill("orders");
  for (const look of looks) await visits.test("killed orders leave a page that says so", look, seeThatOrdersAreAway, shop);

  await shop.open("warehouse");
  await visits.test("the gap closes when the warehouse is back", looks[0], async (visitor, page) => {
    await lookAtAnAlbum(visitor, page);
    for (const end = Date.now() + 60_000; await page.read("document.querySelector('.gap') !== null");) {
      assert.ok(Date.now() < end, "the gap stays");
      await new Promise((resolve) => setTimeout(resolve, 200));
      await page.reload();
      await page.until("document.querySelector('.album h1')");
    }
    assert.ok(await page.read("document.querySelectorAll('.stock').length") > 0);
  }, shop);
} finally {
  await browser.close();
  await shop.stop();
}
if (visits.failed > 0) {
  console.error(`${visits.failed} failed`);
  process.exit(1);
}
