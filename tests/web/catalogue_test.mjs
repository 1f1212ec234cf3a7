// SPDX-License-Identifier: Apache-2.0
// catalogue_test.mjs BROWSER FOLDER AXE [PICTURES]: the page under /_banyan/catalogue in a real browser,
// over a description that is planted: all operations, and the canvas of each module.
import assert from "node:assert/strict";
import { Browser } from "./browser.mjs";
import { policyOf, serveDashboard } from "./dashboard_server.mjs";
import { description } from "./live/description.mjs";
import { fits, focused, isAccessible, picture, press, scheme, type } from "./look.mjs";

const [program, folder, axe, pictures] = process.argv.slice(2);
const policy = policyOf(folder);  // as it gets it from a process
const browser = new Browser(program);
let failed = 0;

/** The page at `place` ("#orders") of a process that answers `said()`. */
async function test(name, { place = "", width = 1280, said = () => description(), ready = place ? canvas : list }, check) {
  const server = await serveDashboard(folder, policy, () => ({}), "", (method, path) => (path === "/description" ? said() : undefined));
  const page = await browser.page(width);
  try {
    await page.open(`${server.origin}/_banyan/catalogue${place}`);
    await page.until(ready);
    await check(page, server);
    console.log(`ok   ${name}`);
  } catch (fault) {
    ++failed;
    console.error(`FAIL ${name}\n${fault.stack}`);
  }
  await page.send("Page.close");
  server.close();
}

const list = "document.querySelectorAll('#operations tbody tr').length > 0";
const canvas = "document.querySelectorAll('#canvas .offer').length > 0";
const offer = (name) => `#canvas [data-key=${name}]`;
const listedOperations = "[...document.querySelectorAll('#operations tbody a')].map((each) => each.textContent)";
const heading = "document.activeElement.id";

await test("the catalogue has every operation, with its kind, its place and who has called it", {}, async (page) => {
  assert.deepEqual(await page.ask(listedOperations), ["list_tracks", "change_price", "authorise", "place_order"]);
  const rows = await page.ask("[...document.querySelectorAll('#operations tbody tr')].map((each) => each.innerText.replace(/\\s+/g, ' '))");
  assert.match(rows[0], /^list_tracks ?catalog query public GET \/tracks Tracks with their prices, a page at a time\. orders and the application’s own pages$/);
  assert.match(rows[2], /^authorise ?payments command internal POST \/payments .* orders$/);
  assert.match(await page.text("#modules"), /catalog 1\.2: What catalog is for\./);
  assert.equal(await page.text("#found"), "4 operations");
});

await test("it is filtered by module and by words, wherever they stand", {}, async (page) => {
  await page.ask("document.getElementById('word').focus()");
  await type(page, "TRACK price");
  assert.deepEqual(await page.ask(listedOperations), ["list_tracks", "change_price"]);
  assert.equal(await page.text("#found"), "2 of 4 operations");
  await page.ask("document.activeElement.select()");
  await type(page, "out_of_stock");
  assert.deepEqual(await page.ask(listedOperations), ["place_order"], "by a rule that it refuses by");
  await page.ask("document.activeElement.select()");
  await type(page, "nothing says this");
  assert.equal(await page.ask("document.getElementById('operations').hidden"), true);
  assert.equal(await page.text("#found"), "0 of 4 operations");
  await page.ask("document.activeElement.select()");
  await type(page, "command");
  await page.ask(`(() => { const select = document.getElementById("module");
    select.value = "catalog"; select.dispatchEvent(new Event("input", { bubbles: true })); })()`);
  assert.deepEqual(await page.ask(listedOperations), ["change_price"]);
  assert.equal(await page.ask("document.querySelectorAll('#modules li').length"), 1);
  await press(page, "Enter");
  assert.equal(await page.ask("location.search"), "", "nothing is sent");
});

await test("an operation leads to its place on the canvas, by keyboard, and the focus goes there", {}, async (page) => {
  await page.ask("[...document.querySelectorAll('#operations a')].find((each) => each.textContent === 'place_order').focus()");
  await press(page, "Enter");
  await page.until(canvas);
  await page.until(`${heading} === "orders/place_order"`);
  assert.equal(await page.ask("document.title"), "orders – Banyan");
  assert.equal(await page.ask("document.getElementById('list').hidden"), true);
  await page.ask("history.back()");
  await page.until("document.getElementById('one').hidden");
  assert.equal(await focused(page), "place_order", "back where it began");
  await page.ask("location.hash = 'orders'");
  await page.until(`${heading} === "title"`);
});

await test("a canvas says what an operation wants, promises and refuses", { place: "#orders" }, async (page) => {
  const said = (await page.text(offer("place_order"))).replace(/\s+/g, " ");
  assert.match(said, /^place_order What place_order does\. kind command, public; once under an idempotency key/);
  assert.match(said, /at POST \/orders takes customer, lines, payment_method answers id, total/);
  assert.match(said, /before every track exists after one order exists for the key/);
  assert.match(said, /refuses by orders\.out_of_stock, orders\.payment_declined called by nobody inside, since this process began/);
  assert.equal(await page.ask(heading), "title", "who comes by a link to it is there");
});

await test("a canvas says whom the module needs, who needs it, whose events it follows, and its tables", { place: "#orders" }, async (page) => {
  const facts = () => page.text("#canvas dl").then((text) => text.replace(/\s+/g, " "));
  assert.match(await facts(), /needs catalog \(list_tracks\), payments \(authorise\) needed by nobody follows events of catalog \(track_retitled\) tables orders, order_lines/);
  assert.match((await page.text("#canvas")).replace(/\s+/g, " "), /Boundaries that are not kept yet .*tracks catalog order_lines names tracks .*activity nobody’s the shared diary/);
  await page.ask("document.querySelector('#canvas dl a[href=\"/_banyan/catalogue#catalog\"]').click()");
  await page.until("document.getElementById('title').innerText === 'catalog'");
  assert.match(await facts(), /needs nobody needed by orders \(list_tracks\)/);
  assert.match((await page.text("#canvas table")).replace(/\s+/g, " "), /track_retitled v2 track track, title orders A track has another <b>title<\/b>\./);
  assert.match((await page.text(offer("list_tracks"))).replace(/\s+/g, " "), /called by orders, the application’s own pages/);
  await page.ask("location.hash = 'payments'");
  await page.until("document.getElementById('title').innerText === 'payments'");
  assert.match(await facts(), /outside parties provider/);
  assert.match(await page.text(offer("authorise")), /for other modules only/);
});

await test("everything that the process says is text", { place: "#catalog/change_price" }, async (page) => {
  assert.match(await page.text(offer("change_price")), /<script>document\.title/);
  assert.equal(await page.ask("document.querySelectorAll('script:not([src]), #canvas b').length"), 0);
  assert.equal(await page.ask(heading), "catalog/change_price");
  assert.deepEqual(page.complaints, []);
});

let placed = false;
await test("who calls is kept up to date, and a refresh takes no focus and no words away", { said: () => description(placed) }, async (page) => {
  await page.ask("document.getElementById('word').focus()");
  await type(page, "post");
  assert.deepEqual(await page.ask(listedOperations), ["authorise", "place_order"]);
  await page.ask("window.kept = document.activeElement");
  placed = true;
  await page.until(`document.querySelector('#operations [data-key="payments/authorise"]').innerText.includes("orders")`);
  assert.equal(await page.ask("document.activeElement === window.kept && window.kept.value"), "post");
  await page.ask("document.querySelector('#operations a').focus()");
  await page.ask("window.kept = document.activeElement");
  placed = false;
  await page.until(`!document.querySelector('#operations [data-key="payments/authorise"]').innerText.includes("orders")`);
  assert.equal(await page.ask("document.activeElement === window.kept && document.contains(window.kept)"), true);
  assert.equal(await focused(page), "authorise");
});

let away = false;
await test("a process that is gone is said so, and what it said stays", { said: () => (away ? [503, { detail: "it ends" }] : description()) }, async (page) => {
  away = true;
  await page.until("document.body.classList.contains('away')");
  assert.match(await page.text("#summary"), /^no answer, so this may be old: it ends$/);
  assert.equal(await page.ask(`${listedOperations}.length`), 4);
  await page.ask("location.hash = 'orders'");
  await page.until(canvas);
  away = false;
  await page.until("!document.body.classList.contains('away')");
  assert.match(await page.text("#summary"), /^Record shop 0\.9\.0, as it describes itself/);
});

const refused = "document.body.classList.contains('away')";
await test("a proxy has none, and says who has", { said: () => undefined, ready: refused }, async (page) => {
  assert.match(await page.text("#summary"), /^this process has no modules of its own/);
});

await test("who is nobody is told where to say who", { said: () => [401, {}], ready: refused }, async (page) => {
  assert.match(await page.text("#summary"), /give the token at \/_banyan\/ first/);
});

await test("a link to a module that there is not leads to all, and is told", { place: "#stores/%E0%A4%A", ready: list }, async (page) => {
  assert.match(await page.text("#summary"), /^there is no module stores; these are all$/);
});

for (const theme of ["light", "dark"]) {
  for (const width of [320, 390, 1280, 1600]) {
    await test(`it is for everybody at ${width} px in ${theme}`, { width }, async (page) => {
      await scheme(page, theme, "reduce");
      for (const [place, ready] of [["", list], ["orders", canvas], ["catalog", "document.getElementById('title').innerText === 'catalog'"]]) {
        await page.ask(`location.hash = "${place}"`);
        await page.until(ready);
        await fits(page, width);
        assert.deepEqual(page.complaints, []);
      }
      await picture(page, pictures, `canvas-${theme}-${width}`);
      if (width === 320 || width === 1280) return;
      await isAccessible(page, axe, `a canvas in ${theme} at ${width} px`);
      await page.ask(`location.hash = ""`);
      await page.until("document.getElementById('list').hidden === false");
      await isAccessible(page, axe, `the catalogue in ${theme} at ${width} px`);
      await picture(page, pictures, `catalogue-${theme}-${width}`);
    });
  }
}

await browser.close();
if (failed > 0) {
  console.error(`${failed} failed`);
  process.exit(1);
}
