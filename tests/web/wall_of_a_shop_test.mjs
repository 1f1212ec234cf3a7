// SPDX-License-Identifier: Apache-2.0
// wall_of_a_shop_test.mjs BROWSER SHOP DATA AXE [PICTURES]: the page under /_banyan/ of a real record
// shop: what people do in it is seen as it happens, and a restart is survived.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser } from "./browser.mjs";
import { fits, isAccessible, picture, press, scheme } from "./look.mjs";

const [program, shopProgram, dataProgram, axe, pictures] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "banyan-wall-"));
const database = join(folder, "shop.db");
execFileSync(dataProgram, ["generate", "--tracks", "300", "--database", database], { stdio: "ignore" });

/** The shop at a port, 0 for any; resolves when it is ready. */
async function open(port, ...options) {
  const ready = join(folder, "ready");
  rmSync(ready, { force: true });
  const shop = spawn(shopProgram, ["--port", String(port), "--database", database, "--ready-file", ready, ...options],
    { stdio: ["ignore", "ignore", "inherit"] });
  shop.gone = new Promise((resolve) => shop.on("exit", resolve));
  for (const end = Date.now() + 60_000; !existsSync(ready);) {
    if (shop.exitCode !== null || Date.now() > end) throw new Error("the shop did not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  shop.port = Number(readFileSync(ready, "utf8"));
  return shop;
}

async function close(shop) {
  const begun = Date.now();
  shop.kill("SIGTERM");
  await shop.gone;
  return Date.now() - begun;
}

const browser = new Browser(program);
let failed = 0;
let shop = await open(0, "--rehearse", "warehouse");
const origin = `http://127.0.0.1:${shop.port}`;
const page = await browser.page(1600, 1000);

async function test(name, check) {
  try {
    await check();
    console.log(`ok   ${name}`);
  } catch (fault) {
    ++failed;
    console.error(`FAIL ${name}\n${fault.stack}`);
  }
}

const words = "document.getElementById('freshness-words').innerText";
const arrow = (from, to, kind = "call") => `document.querySelector('#live-map [data-key="line ${from}>${to}>${kind}"]')`;

await page.open(`${origin}/_banyan/`);
await test("the page of a real process is live, by its stream", async () => {
  await page.until("document.querySelectorAll('.module').length > 4");
  await page.until(`${words} === "live"`);
  const answer = await fetch(`${origin}/_banyan/api/stream`);
  assert.match(answer.headers.get("content-type"), /^text\/event-stream/);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await reader.read()).value, /^event: hello\ndata: \{"feeds":\["live",/);
  await reader.cancel();
});

await test("requests are seen within moments, and the arrows between modules with them", async () => {
  const shopping = setInterval(() => {
    for (const path of ["/albums", "/tracks", "/"]) fetch(origin + path).then((answer) => answer.text()).catch(() => {});
  }, 100);
  await page.until(`${arrow("", "catalog", "outside")}?.classList.contains("busy")`);
  const { body } = await page.ask(`fetch("/_banyan/api/live").then((answer) => answer.text()).then((body) => ({body}))`);
  const callers = JSON.parse(body).modules.flatMap((module) => module.callers.map((row) => [row.from, module.name]));
  for (const [from, to] of callers) await page.until(arrow(from, to));
  clearInterval(shopping);
});

await test("where tables, events and sagas are is shown", async () => {
  await page.until("/shop\\.db, shared with /.test(document.querySelector('[data-module=catalog] dl').innerText)");
  await page.until("document.querySelector('#events-section').hidden === false");
  await page.until("document.querySelector('#sagas-section').hidden === false");
  assert.match(await page.text("[data-module=warehouse] dl"), /over the wire \(rehearsal\)/);
});

await test("it is for everybody, by day and by night, at a desk and on a phone", async () => {
  // Before axe looks: that tries styles of its own, which the page's policy refuses with a complaint.
  assert.deepEqual(page.complaints, []);
  for (const theme of ["light", "dark"]) {
    for (const width of [1600, 390]) {
      await page.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 700 });
      await scheme(page, theme, "reduce");
      await fits(page, width);
      await isAccessible(page, axe, `the shop's page, ${theme}, ${width} px`);
      await picture(page, pictures, `shop-${theme}-${width}`);
    }
  }
});

const catalogue = await browser.page(1280, 900);
const shownModule = "document.getElementById('one')?.hidden === false && document.getElementById('title').innerText";
await test("the card of a module leads to its canvas, which says what the program says of itself", async () => {
  await catalogue.open(`${origin}/_banyan/`);
  const link = "document.querySelector('[data-module=orders] a[href=\"/_banyan/catalogue#orders\"]')";
  await catalogue.until(link);
  await catalogue.ask(`${link}.focus()`);
  await press(catalogue, "Enter");
  await catalogue.until(`${shownModule} === "orders"`);
  const said = JSON.parse(execFileSync(shopProgram, ["--describe"], { encoding: "utf8" }));
  const orders = said.modules.find(({ name }) => name === "orders");
  const shown = await catalogue.text("#canvas");
  for (const operation of orders.operations) {
    const text = await catalogue.text(`#canvas [data-key=${operation.name}]`);
    for (const part of [operation.summary, operation.precondition, operation.postcondition, ...operation.rules]) {
      assert.ok(text.includes(part), `${operation.name}: ${part}`);
    }
  }
  for (const table of orders.tables) assert.ok(shown.includes(table), table);
  for (const event of orders.follows) assert.ok(shown.includes(event.split(".")[1]), event);
});

await test("the context map leads there too, and the catalogue has all modules and who has called them", async () => {
  await catalogue.open(`${origin}/_banyan/`);
  await catalogue.until("document.querySelectorAll('#canvases a').length > 4");
  await catalogue.ask("document.getElementById('context-map').open = true");
  await catalogue.until("document.querySelectorAll('#map rect').length > 4");
  await catalogue.ask("document.querySelector('#canvases a:last-child').focus()");
  await press(catalogue, "Enter");
  await catalogue.until("document.querySelectorAll('#operations tbody tr').length > 20");
  const live = await (await fetch(`${origin}/_banyan/api/live`)).json();
  const { modules } = await (await fetch(`${origin}/_banyan/api/description`)).json();
  const all = modules.flatMap((module) => module.operations.map(({ name }) => `${module.name}/${name}`));
  assert.deepEqual(await catalogue.ask("[...document.querySelectorAll('#operations tbody tr')].map((each) => each.dataset.key)"), all);
  const counted = live.modules.flatMap((module) => module.callers.filter(({ count }) => count > 0)
    .map(({ from, operation }) => `${from} ${module.name}.${operation}`));
  const told = modules.flatMap((module) => module.operations.flatMap(({ name, callers }) => callers.map((from) => `${from} ${module.name}.${name}`)));
  assert.ok(counted.length > 0, "the start page asks catalog");
  for (const call of counted) assert.ok(told.includes(call), call);
});

await test("canvas and catalogue are for everybody", async () => {
  assert.deepEqual(catalogue.complaints, []);
  for (const theme of ["light", "dark"]) {
    for (const width of [1600, 390]) {
      await catalogue.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 700 });
      await scheme(catalogue, theme, "reduce");
      for (const place of ["", "orders", "catalog"]) {
        await catalogue.ask(`location.hash = "${place}"`);
        await catalogue.until(place ? `${shownModule} === "${place}"` : "document.getElementById('list').hidden === false");
        await fits(catalogue, width);
        await isAccessible(catalogue, axe, `the ${place || "catalogue"}, ${theme}, ${width} px`);
        await picture(catalogue, pictures, `shop-${place || "catalogue"}-${theme}-${width}`);
      }
    }
  }
});

const beside = await browser.page(1280, 900);
await test("sagas and traces are for everybody, too", async () => {
  for (const place of ["sagas", "traces"]) {
    const before = beside.complaints.length;  // axe has left some on the other page
    await beside.open(`${origin}/_banyan/${place}`);
    await beside.until("!/^(asking|no answer)/.test(document.getElementById('summary').innerText)");
    assert.deepEqual(beside.complaints.slice(before), []);
    for (const theme of ["light", "dark"]) {
      for (const width of [1600, 390]) {
        await beside.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 700 });
        await scheme(beside, theme, "reduce");
        await isAccessible(beside, axe, `${place}, ${theme}, ${width} px`);
        await picture(beside, pictures, `shop-${place}-${theme}-${width}`);
      }
    }
  }
});

await test("each document that the reference names is there", async () => {
  const reference = readFileSync(new URL("../../docs/reference/operators-api.md", import.meta.url), "utf8");
  const names = [...reference.split("\n## Changes")[0].matchAll(/^\| `GET ([a-z/-]+)`/gm)].map((found) => found[1]);
  assert.ok(names.includes("description") && names.length > 10, names.join(", "));
  for (const name of names) {
    const answer = await fetch(`${origin}/_banyan/api/${name}`);
    assert.equal(answer.status, 200, name);
    if (name === "stream") await answer.body.cancel(); else await answer.json();
  }
});

await test("an open page does not keep the process from ending, and finds the next one", async () => {
  const took = await close(shop);
  assert.ok(took < 8000, `it took ${took} ms`);
  await page.until(`/^no answer for/.test(${words})`);
  shop = await open(new URL(origin).port);
  await page.until(`${words} === "live"`);
});

await browser.close();
await close(shop);
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
