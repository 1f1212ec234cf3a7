// SPDX-License-Identifier: Apache-2.0
// sagas_test.mjs BROWSER FOLDER: the page under /_banyan/sagas in a real browser, with documents that are
// planted.
import assert from "node:assert/strict";
import { Browser } from "./browser.mjs";
import { policyOf, serveDashboard } from "./dashboard_server.mjs";

const [program, folder] = process.argv.slice(2);
const policy = policyOf(folder);  // as it gets it from a process
const browser = new Browser(program);
let failed = 0;

const id = "sag_00000000000070008000000000000001";
const none = { calls: 0 };
const step = (name, dependency, kind, state, more = {}) =>
  ({ name, undo: "", kind, dependency, state, doing: none, undoing: none, ...more });

/** Stuck at taking the money; what was done before it cannot be undone any more. */
const stuck = {
  id, name: "place_order", version: 2, subject: "ord_1 <b>", status: "stuck", phase: "forward", step: 1,
  at: "payments.capture",
  attempts: 60, outages: 0, blocked_on: "", holder: "", began: "2026-11-29T12:00:00.000000Z",
  problem: "given up after 60 attempts", correlation_id: "c-1", possible: ["retry", "mark"],
  steps: [
    step("confirm_reservation", "warehouse", "pivot", "done",
      { doing: { calls: 1, began: "2026-11-29T12:00:00.000000Z", ended: "2026-11-29T12:00:01.000000Z" } }),
    step("capture", "payments", "retriable", "to_come",
      { doing: { calls: 60, began: "2026-11-29T12:00:01.000000Z", ended: "2026-11-29T12:08:00.000000Z",
        problem: "payments.capture: banyan.fault: <script>" } }),
    step("book", "shipping", "retriable", "to_come")],
};
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 716 214" width="716" height="214" role="img"
  aria-labelledby="t"><title id="t">orders.place_order</title><rect class="box stuck" x="0" y="0" width="100"
  height="50"/></svg>`;

/** A process with that saga; `orders` are what was posted. */
function api(orders, answer = () => ({ module: "orders", saga: stuck })) {
  return (method, path, body) => {
    if (path === "/sagas") return { modules: [{ module: "orders", sagas: [stuck] }] };
    if (path === `/sagas/${id}`) return { module: "orders", saga: stuck };
    if (path === `/sagas/${id}/picture`) return { svg };
    if (method !== "POST") return undefined;
    orders.push([path, body]);
    return answer();
  };
}

async function test(name, width, planted, check) {
  const server = await serveDashboard(folder, policy, () => ({}), "", planted);
  const page = await browser.page(width);
  try {
    await check(page, server.origin);
    assert.deepEqual(page.complaints.filter((each) => !each.includes("422")), []);
    console.log(`ok   ${name}`);
  } catch (fault) {
    ++failed;
    console.error(`FAIL ${name}\n${fault.stack}`);
  }
  server.close();
}

const shown = "document.getElementById('one')?.hidden === false && document.querySelector('#picture svg') !== null";

await test("the list leads to the one, and everything from outside is text", 1280, api([]), async (page, origin) => {
  await page.open(`${origin}/_banyan/sagas`);
  await page.until("document.querySelectorAll('#sagas tbody tr').length === 1");
  assert.match(await page.text("#sagas"), /orders\.place_order.*ord_1 <b>.*stuck.*capture/s);
  assert.match(await page.text("#summary"), /1 stuck/);
  await page.ask("document.querySelector('#sagas a').click()");
  await page.until(shown);
  assert.match(await page.text("#facts"), /given up after 60 attempts/);
  assert.equal(await page.ask("document.querySelectorAll('script:not([src])').length"), 0);
});

await test("what the picture shows is in the table below it", 1280, api([]), async (page, origin) => {
  await page.open(`${origin}/_banyan/sagas#${id}`);
  await page.until(shown);
  const rows = await page.ask("[...document.querySelectorAll('#steps tbody tr')].map((each) => each.innerText)");
  assert.equal(rows.length, 3);
  assert.match(rows[0], /confirm_reservation.*warehouse.*pivot.*done/s);
  assert.match(rows[1], /capture.*payments.*to come: stuck here.*60, .*banyan\.fault: <script>/s);
  assert.match(rows[2], /book.*shipping.*to come/s);
  assert.equal(await page.ask("document.getElementById('steps').getAttribute('aria-labelledby')"), "steps-title");
});

const overdue = { ...stuck, status: "active", overdue: true, deadline: "2026-11-29T13:00:00.000000Z" };
const planted = (method, path) => path === "/sagas" ? { modules: [{ module: "orders", sagas: [overdue] }] } :
  path.endsWith("/picture") ? { svg } : { module: "orders", saga: overdue };
await test("what is not over past its deadline is called overdue, and wants attention", 1280, planted, async (page, origin) => {
  await page.open(`${origin}/_banyan/sagas`);
  await page.until("document.querySelectorAll('#sagas tbody tr').length === 1");
  assert.match(await page.text("#sagas"), /active, overdue/);
  assert.match(await page.text("#summary"), /0 stuck, 1 overdue/);
  assert.equal(await page.ask("document.querySelectorAll('#sagas td.bad').length"), 1);
  const told = await page.ask(`import('/_banyan/attention.js').then(({attention}) => attention({live: {}, arrows: [],
    sagas: {modules: [{module: 'orders', sagas: [{status: 'active', overdue: true}, {status: 'active', overdue: false},
      {status: 'stuck', overdue: true}]}]}}).map(({text}) => text))`);
  assert.deepEqual(told, ["1 saga is stuck.", "1 saga is overdue: not over, and past the deadline."], "each once");
  await page.ask("document.querySelector('#sagas a').click()");
  await page.until(shown);
  assert.match(await page.text("#facts"), /active, overdue, forward/);
});

const orders = [];
await test("an order goes with who and why, and only what is possible is offered", 1280, api(orders), async (page, origin) => {
  await page.open(`${origin}/_banyan/sagas#${id}`);
  await page.until(shown);
  assert.deepEqual(await page.ask("[...document.querySelectorAll('#verbs button')].map((each) => each.value)"),
    ["retry", "mark"]);
  await page.ask("document.querySelector('#verbs button[value=mark]').click()");
  assert.deepEqual(orders, [], "without who and why nothing is sent");
  await page.ask("(document.getElementById('who').value = 'ann', document.getElementById('why').value = 'by hand')");
  assert.equal(await page.text("#verbs button[value=mark]"), "Mark payments.capture");
  await page.ask("[1, 2].forEach(() => document.querySelector('#verbs button[value=mark]').click())");
  await page.until("document.getElementById('why').value === ''");
  assert.deepEqual(orders, [[`/sagas/${id}/mark`, { who: "ann", why: "by hand", at: "payments.capture" }]],
    "once, also after a double click, and for the step that the button names");
});

const refusal = () => [422, { rule: "banyan.saga_not_possible", detail: "no retry. Possible now: mark" }];
await test("a refusal is said where it was asked for", 1280, api([], refusal), async (page, origin) => {
  await page.open(`${origin}/_banyan/sagas#${id}`);
  await page.until(shown);
  await page.ask("(document.getElementById('who').value = 'ann', document.getElementById('why').value = 'x')");
  await page.ask("document.querySelector('#verbs button[value=retry]').click()");
  await page.until("document.getElementById('order-problem').textContent !== ''");
  assert.equal(await page.text("#order-problem"), "no retry. Possible now: mark");
});

for (const width of [390, 320]) {
  await test(`at ${width} px only the picture is scrolled sideways`, width, api([]), async (page, origin) => {
    for (const place of ["", `#${id}`]) {
      await page.open(`${origin}/_banyan/sagas${place}`);
      await page.until(place ? shown : "document.querySelectorAll('#sagas tbody tr').length === 1");
      const wide = await page.ask(`document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
        [...document.querySelectorAll("body *")].filter((each) => !each.closest("#picture")
          && each.getBoundingClientRect().right > ${width} + 0.5).map((each) => each.outerHTML.slice(0, 80))`);
      assert.deepEqual(wide, []);
    }
  });
}

await browser.close();
process.exit(failed ? 1 : 0);
