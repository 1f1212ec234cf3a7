// SPDX-License-Identifier: Apache-2.0
// replay_test.mjs BROWSER BANYAN AXE [PICTURES]: an example of which something is hidden is asked again from
// the page of a real proxy, between two sides that answer otherwise.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser } from "./browser.mjs";
import { fits, focused, isAccessible, picture, press, scheme, type } from "./look.mjs";
import { freePort } from "./shop_visits.mjs";

const [program, banyan, axe, pictures] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "banyan-replay-"));
const log = join(folder, "log.json");
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

/** A server that says its price to whoever has Ada's session, and remembers what it was asked. */
async function sideOf(price) {
  const side = { price, asked: [] };
  const server = createServer((request, response) => {
    side.asked.push({ target: request.url, fields: request.headers });
    const known = /session=of-ada/.test(request.headers.cookie ?? "") || !request.url.includes("lovelace");
    response.writeHead(known ? 200 : 401, { "Content-Type": "application/json" });
    response.end(known ? JSON.stringify({ price: side.price }) : "{}");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  side.port = server.address().port;
  side.close = () => { server.closeAllConnections?.(); server.close(); };
  return side;
}

const oldSide = await sideOf(100);
const newSide = await sideOf(101);
const port = await freePort();
const origin = `http://127.0.0.1:${port}`;
writeFileSync(join(folder, "banyan.toml"), `[proxy]
listen = ["127.0.0.1:${port}"]
[upstreams.legacy]
instances = ["127.0.0.1:${oldSide.port}"]
[upstreams.legacy.retries]
per_second = 1000
[upstreams.catalog]
instances = ["127.0.0.1:${newSide.port}"]
[rollouts.catalog.shadow]
share = "100%"
noise = "0%"
credentials = "pass"
[[routes]]
name = "catalog.read"
path = "/albums/{id}"
methods = ["GET"]
effect = "read"
legacy = "legacy"
successor = "catalog"
rollout = "catalog"
[[routes]]
name = "catalog.list"
path = "/albums"
methods = ["GET"]
effect = "read"
legacy = "legacy"
successor = "catalog"
rollout = "catalog"
`);
const proxy = spawn(banyan, ["proxy", "--config", join(folder, "banyan.toml"), "--log-file", log, "--loops", "1"],
  { stdio: ["ignore", "ignore", "inherit"] });
proxy.gone = new Promise((resolve) => proxy.on("exit", resolve));
const browser = new Browser(program);

async function until(what, holds) {
  for (const end = Date.now() + 30_000; !await holds();) {
    if (proxy.exitCode !== null || Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause();
  }
}

const api = (path, order) => fetch(`${origin}/_banyan/api${path}`, order &&
  { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order) });

/** As clients do; ends when the two answers were compared. */
async function read(target, headers) {
  const compared = async () => (await (await api("/differences?module=catalog")).json()).modules[0].copies.compared;
  const before = await compared();
  await new Promise((resolve, reject) => get(`${origin}${target}`, { headers: { Host: `127.0.0.1:${port}`, ...headers } }, (answer) => {
    answer.resume();
    answer.on("end", resolve);
  }).on("error", reject));
  await until("the comparison", async () => await compared() > before);
}

let failed = 0;

async function test(name, check) {
  const page = await browser.page(1280, 1000);
  try {
    await page.open(`${origin}/_banyan/`);
    await page.until("document.querySelectorAll('#differences [data-example]').length > 0");
    await page.ask("document.querySelectorAll('#differences details').forEach((each) => { each.open = true; })");
    await check(page);
    console.log(`ok   ${name}`);
  } catch (fault) {
    ++failed;
    console.error(`FAIL ${name}\n${fault.stack}`);
  }
  await page.send("Page.close");
}

const isOpen = "document.getElementById('again').open";
const at = (place) => `document.querySelector('#again [data-place="${place}"]')`;
const beside = (place) => `document.getElementById(${at(place)}.id + '-problem').textContent`;
const refusal = "document.querySelector('#again [data-at=refusal]').textContent";
const said = (example) => `document.querySelector('#differences [data-example="catalog:${example}"]').parentElement.querySelector('.said').textContent`;

/** By keyboard. */
async function openForm(page, example, button = "Ask both again…") {
  await page.ask(`[...document.querySelectorAll('#differences [data-example="catalog:${example}"]')].find((each) => each.textContent === ${JSON.stringify(button)}).focus()`);
  await press(page, "Enter");
  await page.until(isOpen);
}

/** Into what has the focus, in place of what is there. */
async function write(page, text) {
  await page.ask("document.activeElement.select()");
  await type(page, text);
}

/** Ada's request in the form, from its first field on. */
async function sayAll(page, [id, q, cookie]) {
  await write(page, id);
  await press(page, "Tab");
  assert.equal(await focused(page), "q of the query");
  await write(page, q);
  await press(page, "Tab");
  assert.equal(await focused(page), "field cookie");
  await write(page, cookie);
}

const ofAda = ["ada_lovelace", "blue%20moon", "session=of-ada"];

try {
  await until("the proxy", async () => (await fetch(`${origin}/health/ready`).catch(() => ({ ok: false }))).ok);
  const order = { percent: "0.01%", force: true, who: "ann", why: "a test" };
  assert.equal((await api("/rollouts/catalog/shift", order)).status, 200);
  await read("/albums/ada_lovelace?q=blue%20moon", { Cookie: "session=of-ada", "User-Agent": "Browser" });

  await test("the form has a field for each hidden part, and says what is hidden and why", async (page) => {
    await openForm(page, 1);
    assert.equal(await focused(page), "{id} of the path");
    assert.deepEqual(await page.ask("[...document.querySelectorAll('#again [data-place]')].map((each) => [each.dataset.place, each.labels[0].textContent, each.required, each.autocomplete])"), [
      ["/parts/0", "{id} of the path", true, "off"], ["/parts/1", "q of the query", true, "off"], ["/headers/cookie", "field cookie", true, "off"],
      ["/headers/host", "field host", false, "off"], ["/headers/user-agent", "field user-agent", false, "off"]]);
    const words = await page.text("#again");
    assert.match(words, /Hidden of this request: \{id\} of the path, q of the query and field cookie\./);
    assert.match(words, /only the form is kept: a for a small letter/);
    assert.match(words, /Credentials are never kept\./);
    assert.match(words, /Kept as aaa_aaaaaaaa\./);
    assert.match(words, /banyan replay catalog:1 --target '\/albums\/…\?q=…' --header 'cookie: …' --url http:\S+/);
  });

  await test("what does not fit is refused beside its field, and nobody is asked", async (page) => {
    const before = oldSide.asked.length + newSide.asked.length;
    await openForm(page, 1);
    await sayAll(page, ["ada", "blue moon", ofAda[2]]);
    await press(page, "Enter");
    await page.until(`${beside("/parts/0")} !== ""`);
    assert.match(await page.ask(beside("/parts/0")), /^what is said for \{id\} of the path has another form than aaa_aaaaaaaa, which is kept of it/);
    assert.match(await page.ask(beside("/parts/1")), /^what is said for q of the query has another form than aaaa%99aaaa, .* a blank as %20$/);
    assert.equal(await page.ask(beside("/headers/cookie")), "");
    assert.equal(await page.ask(refusal), "Nobody was asked yet. Look at {id} of the path and q of the query.");
    assert.equal(await page.ask("document.querySelector('#again [data-at=refusal]').getAttribute('aria-live')"), "polite");
    assert.deepEqual(await page.ask("[...document.querySelectorAll('#again [aria-invalid=true]')].map((each) => each.dataset.place)"), ["/parts/0", "/parts/1"]);
    assert.ok((await page.ask(`${at("/parts/0")}.getAttribute('aria-describedby')`)).includes(await page.ask(`${at("/parts/0")}.id + '-problem'`)));
    assert.equal(await focused(page), "{id} of the path", "the first that is wrong");
    assert.equal(await page.ask("document.activeElement.value"), "ada", "and what was typed is still there");
    assert.equal(oldSide.asked.length + newSide.asked.length, before);
    await isAccessible(page, axe, "the form with refusals");
    await picture(page, pictures, "refused");
  });

  await test("what is lacking is told of each place at once", async (page) => {
    await openForm(page, 1);
    await press(page, "Enter");
    await page.until(`${beside("/headers/cookie")} !== ""`);
    for (const place of ["/parts/0", "/parts/1", "/headers/cookie"]) assert.equal(await page.ask(beside(place)), "say what stood there");
    assert.equal(await page.ask(refusal), "Nobody was asked yet. Look at {id} of the path, q of the query and field cookie.");
  });

  await test("with a masked part an example is asked again, and nothing that was typed is anywhere afterwards", async (page) => {
    await openForm(page, 1);
    await sayAll(page, ofAda);
    await page.ask("document.querySelector('#again [name=who]').value = 'ann@shop'");
    await press(page, "Enter");
    await page.until(`!${isOpen}`);
    await page.until(`${said(1)} === "They still differ: /price 100 and 101."`);
    assert.equal(await focused(page), "Ask both again…", "back where it began");
    for (const side of [oldSide, newSide]) {
      const { target, fields } = side.asked.at(-1);
      assert.equal(target, "/albums/ada_lovelace?q=blue%20moon");
      assert.equal(fields.cookie, "session=of-ada");
      assert.equal(fields["banyan-shadow"], "1");
    }
    assert.equal(await page.ask("document.querySelectorAll('#again [data-place]').length"), 0);
    const left = await page.ask(`JSON.stringify([document.documentElement.outerHTML, [...document.querySelectorAll('input, textarea')].map((each) => each.value),
      location.href, document.cookie, {...sessionStorage}, {...localStorage}, performance.getEntries().map((each) => each.name)])`);
    const report = await (await api("/differences")).text();
    const lines = () => readFileSync(log, "utf8");
    await until("its line in the log", () => lines().includes("example_asked_again"));
    for (const text of [left, report, lines()]) {
      for (const typed of ["lovelace", "of-ada", "moon"]) assert.ok(!text.includes(typed), typed);
    }
    assert.match(lines(), /"said":"target, cookie"/);
    assert.match(lines(), /"who":"ann@shop"/);
  });

  await test("a session that is over is told from an answer", async (page) => {
    await openForm(page, 1);
    await sayAll(page, [ofAda[0], ofAda[1], "session=of-eve"]);
    await press(page, "Enter");
    await page.until(`${said(1)} === "The old side answered 200 then and 401 now: this is not what was asked then."`);
  });

  await test("Escape gives it up, and what was typed is gone", async (page) => {
    await openForm(page, 1);
    await sayAll(page, ofAda);
    await press(page, "Escape");
    await page.until(`!${isOpen} && document.querySelectorAll('#again [data-place]').length === 0`);
    assert.equal(await focused(page), "Ask both again…");
    await openForm(page, 1);
    assert.deepEqual(await page.ask("[...document.querySelectorAll('#again [data-place]')].map((each) => each.value).join('')"), "");
  });

  await test("the form is for everybody, by day and by night, at a desk and on a phone, without a net", async (page) => {
    assert.deepEqual(page.complaints, []);
    await openForm(page, 1);
    for (const theme of ["light", "dark"]) {
      for (const width of [1280, 390]) {
        await page.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 700 });
        await scheme(page, theme, "reduce");
        await fits(page, width);
        await isAccessible(page, axe, `the form, ${theme}, ${width} px`);
        await picture(page, pictures, `form-${theme}-${width}`);
      }
    }
    assert.deepEqual(await page.ask("performance.getEntriesByType('resource').map((each) => each.name).filter((each) => !each.startsWith(location.origin))"), []);
  });

  await read("/albums?page=7", { "User-Agent": "Browser" });
  await test("of one that is kept as it was asked, what it may depend on can be said besides", async (page) => {
    await page.until("document.querySelector('#differences [data-example=\"catalog:2\"]')");
    await page.ask("document.querySelectorAll('#differences details').forEach((each) => { each.open = true; })");
    await openForm(page, 2, "Say more…");
    assert.match(await page.text("#again"), /kept as it was asked/);
    assert.equal(await focused(page), "field host");
    await write(page, "tenant.example");
    await press(page, "Enter");
    await page.until(`${said(2)} === "They still differ: /price 100 and 101."`);
    assert.equal(oldSide.asked.at(-1).fields["x-forwarded-host"], "tenant.example");
    assert.equal(oldSide.asked.at(-1).target, "/albums?page=7");
  });

  await test("when the new side is mended the two answer alike", async (page) => {
    newSide.price = 100;
    await openForm(page, 1);
    await sayAll(page, ofAda);
    await press(page, "Enter");
    await page.until(`${said(1)} === "They answer alike now."`);
  });
} finally {
  await browser.close();
  proxy.kill("SIGTERM");
  await proxy.gone;
  oldSide.close();
  newSide.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
