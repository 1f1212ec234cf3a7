// SPDX-License-Identifier: Apache-2.0
// dashboard_test.mjs BROWSER FOLDER: the page under /_banyan/ in a real browser, with documents that
// are planted.
import assert from "node:assert/strict";
import { Browser } from "./browser.mjs";
import { policyOf, serveDashboard } from "./dashboard_server.mjs";
import { monolith, proxy, service } from "./live/documents.mjs";
import { fits } from "./look.mjs";

const [program, folder] = process.argv.slice(2);
const policy = policyOf(folder);  // as it gets it from a process
const browser = new Browser(program);
let failed = 0;

/** One test: a page over a document. `check` gets the page and what the server saw. */
async function test(name, width, live, check, token = "") {
  const server = await serveDashboard(folder, policy, live, token);
  const page = await browser.page(width);
  try {
    await page.open(`${server.origin}/_banyan/`);
    await check(page, server);
    console.log(`ok   ${name}`);
  } catch (fault) {
    ++failed;
    console.error(`FAIL ${name}\n${fault.stack}`);
  }
  await page.send("Page.close");
  server.close();
}

const drawn = "document.querySelectorAll('.module').length > 0";

const row = (name) => `[...document.querySelectorAll(".operations tr")].find((each) => each.textContent.includes("${name}"))`;

for (const width of [390, 320, 1280]) {
  for (const [name, live] of Object.entries({ monolith, service, proxy })) {
    await test(`the ${name} fits ${width} px and nobody complains`, width, live, async (page) => {
      await page.until(drawn);
      await page.until("document.querySelectorAll('.module').length > 0 && performance.now() > 2500");
      await fits(page, width);
      assert.deepEqual(page.complaints, []);
    });
  }
}

await test("on a phone every figure is there beside its name", 390, monolith, async (page) => {
  await page.until(drawn);
  const cells = await page.ask(`[...${row("PUT /tracks")}.cells].filter((each) => each.innerText).map((each) => {
    const box = each.getBoundingClientRect();
    return {label: each.dataset.label, text: each.innerText, seen: box.width > 0 && box.right <= innerWidth,
            before: getComputedStyle(each, "::before").content};
  })`);
  assert.deepEqual(cells.map((each) => each.label), [undefined, "requests", "per second", "p50", "p99", "errors", "last"]);
  assert.ok(cells.every((each) => each.seen), JSON.stringify(cells));
  assert.ok(cells.slice(1).every((each) => each.before !== "none"), JSON.stringify(cells));
});

await test("the application says what it is", 1280, monolith, async (page) => {
  await page.until(drawn);
  assert.equal(await page.text("h1 #application"), "recordshop 0.1.0");
  assert.equal(await page.ask("document.title"), "(1) recordshop · Banyan", "one thing needs attention");
  assert.match(await page.text("#summary"), /^application with the modules catalog and orders · process 4711 · up 2 h 1 min/);
  assert.match(await page.text("[data-module=orders] dl"), /needs\s+catalog and warehouse/);
  assert.deepEqual(await page.ask("[...document.querySelectorAll('#links a')].map((each) => each.getAttribute('href'))"),
    ["/", "/openapi.json", "/_banyan/catalogue", "/_banyan/sagas", "/_banyan/traces", "/metrics", "/health/ready"]);
});

await test("the context map of the code is drawn, with the page's own colours", 1280, monolith, async (page) => {
  await page.until(drawn);
  await page.ask("document.querySelector('#context-map').open = true");
  await page.until("document.querySelectorAll('#map rect').length > 0");
  assert.equal(await page.ask("document.querySelectorAll('#map rect').length"), 6);
  assert.equal(await page.ask("document.querySelectorAll('#map style').length"), 0);
  const drawnWith = (what, of) => page.ask(`getComputedStyle(document.querySelector("#map ${of}")).${what}`);
  assert.notEqual(await drawnWith("stroke", "rect.box"), "none");
  assert.equal(await drawnWith("fill", "path.call"), "none");
  assert.deepEqual(await page.ask("[...document.querySelectorAll('#canvases a')].map((each) => each.getAttribute('href'))"),
    ["/_banyan/catalogue#catalog", "/_banyan/catalogue#orders", "/_banyan/catalogue"], "from its boxes to their canvases");
  assert.deepEqual(page.complaints, []);
});

await test("a service of one module does too", 1280, service, async (page) => {
  await page.until(drawn);
  assert.equal(await page.text("h1 #application"), "recordshop-catalog 0.1.0");
  assert.match(await page.text("#summary"), /^service of the module catalog/);
  assert.equal(await page.text("#log-hint"), "No traffic can be moved here.");
});

await test("a proxy speaks of what it knows and links to what it has", 1280, proxy, async (page, server) => {
  await page.until(drawn);
  assert.match(await page.text("#summary"), /^proxy for catalog .* routes read 2 times$/);
  const card = await page.text("[data-module=catalog]");
  assert.match(card, /goes to\s+shop → catalog-service/);
  assert.doesNotMatch(card, /needs|nobody|tables|canvas/, "what it is in front of describes itself, or nobody does");
  assert.deepEqual(await page.ask("[...document.querySelectorAll('#links a')].map((each) => each.getAttribute('href'))"),
    ["/_banyan/traces", "/metrics", "/health/ready"]);
  assert.match(await page.text("#log-hint"), new RegExp(`banyan shift catalog 1% --url ${server.origin}`));
  assert.match(await page.text("#upstreams"), /ejected/);
});

await test("figures are for people", 1280, monolith, async (page) => {
  await page.until(drawn);
  assert.match(await page.ask(`${row("PUT /tracks")}.innerText`), /131 ms|262 ms/);
  assert.doesNotMatch(await page.text(), /e[+-]\d/);
});

await test("one single order is seen", 1280, monolith, async (page) => {
  await page.until(drawn);
  await page.until(`${row("POST /orders")}.querySelector("td[data-label=requests]").textContent === "1"`);
  assert.match(await page.ask(`${row("POST /orders")}.querySelector("td[data-label=last]").textContent`), /^(now|\d s ago)$/);
  assert.equal(await page.ask(`${row("POST /orders")}.classList.contains("fresh")`), true);
  await page.until(`/^\\d s ago$/.test(${row("POST /orders")}.querySelector("td[data-label=last]").textContent)`);
});

await test("old is beside new during a canary", 1280, monolith, async (page) => {
  await page.until(drawn);
  const sides = await page.ask(`[...document.querySelectorAll("[data-module=catalog] .comparison tbody tr")].map((each) => each.innerText)`);
  assert.equal(sides.length, 2);
  assert.match(sides[0], /^old side/);
  assert.match(sides[1], /^new side/);
  await page.until(`document.querySelector("[data-module=catalog] .comparison .remote .bad")`);
  assert.equal(await page.ask(`document.querySelectorAll("[data-module=catalog] .comparison .local .bad").length`), 0);
  assert.match(await page.text("[data-module=catalog] .stage"), /^canary: 25 % of the reads go to the new side, writes to the old one/);
});

await test("nothing of what the server says becomes HTML", 1280, monolith, async (page) => {
  await page.until("document.querySelector('#log tbody tr')");
  assert.equal(await page.ask("document.querySelectorAll('#log b').length"), 0);
  assert.match(await page.text("#log"), /first canary, <b>carefully<\/b>/);
});

await test("off loopback it asks for a token, keeps it for the tab and sends it", 390, monolith, async (page, server) => {
  await page.until("document.getElementById('token-section')?.hidden === false");
  await fits(page, 390);
  assert.equal(await page.ask("document.getElementById('content').checkVisibility()"), false);
  const enter = (token) => page.ask(`(() => { document.getElementById("token").value = ${JSON.stringify(token)};
    document.querySelector("#token-form button").click(); })()`);
  await enter("two words");
  assert.match(await page.text("#token-problem"), /no blanks/);
  await enter("wrong");
  await page.until("document.getElementById('token-problem').innerText === 'That token was refused.'");
  assert.equal(await page.ask("sessionStorage.length"), 0, "a refused token is not kept");
  await enter("s3cret");
  await page.until(drawn);
  assert.equal(await page.ask("document.getElementById('token-section').checkVisibility()"), false);
  assert.deepEqual([...new Set(server.tokens)], ["", "Bearer wrong", "Bearer s3cret"]);
  assert.equal(await page.ask("document.cookie + localStorage.length"), "0");
  await page.reload();
  await page.until(drawn);
}, "s3cret");

await browser.close();
if (failed > 0) {
  console.error(`${failed} failed`);
  process.exit(1);
}
