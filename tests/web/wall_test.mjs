// SPDX-License-Identifier: Apache-2.0
// wall_test.mjs BROWSER FOLDER AXE [PICTURES]: the page under /_banyan/ as operators have it open all
// day, over documents that are planted. PICTURES is a folder for screenshots.
import assert from "node:assert/strict";
import { Browser } from "./browser.mjs";
import { policyOf, serveDashboard } from "./dashboard_server.mjs";
import { busy, live } from "./live/busy.mjs";
import { monolith, proxy } from "./live/documents.mjs";
import { fits, focused, isAccessible, picture, press, scheme, type } from "./look.mjs";

const [program, folder, axe, pictures] = process.argv.slice(2);
const policy = policyOf(folder);
const browser = new Browser(program);
let failed = 0;

/** A page over a process. `check` gets the page, the server and the orders that were posted. */
async function test(name, { width = 1280, height = 900, document = live, streams = true, path = "/_banyan/", ready = drawn }, check) {
  const orders = [];
  const server = await serveDashboard(folder, policy, document, "", busy(orders), { streams });
  const page = await browser.page(width, height);
  try {
    await page.open(`${server.origin}${path}`);
    if (ready) await page.until(ready);
    await check(page, server, orders);
    console.log(`ok   ${name}`);
  } catch (fault) {
    ++failed;
    console.error(`FAIL ${name}\n${fault.stack}`);
  }
  await page.send("Page.close");
  server.close();
}

const drawn = "document.querySelectorAll('.module').length > 0 && document.querySelector('#differences details') && document.querySelector('.plan')";
const again = (page) => page.ask("performance.now()").then((now) => page.until(`performance.now() > ${now + 2200}`));
const onMap = (what) => (from, to, kind = "call") =>
  `document.querySelector(${JSON.stringify(`#live-map [data-key="${what} ${from}>${to}>${kind}"]`)})`;
const arrow = onMap("line");
const label = onMap("label");

// --- the map -----------------------------------------------------------------------------------

await test("the map shows who calls whom, how often, and where each lives", {}, async (page) => {
  await page.until(`/^[56](\\.\\d)?\\/s/.test(${label("orders", "catalog")}.textContent)`);
  assert.equal(await page.ask("document.querySelectorAll('#live-map .box.here').length"), 6, "five modules, and the application's own pages");
  assert.equal(await page.ask("document.querySelectorAll('#live-map .box.elsewhere').length"), 2, "catalog's new side, and shipping");
  assert.match(await page.ask(`document.querySelector('#live-map [data-key="box shipping"]').textContent`), /its own service.*10\.0\.0\.7:9004/);
  assert.match(await page.ask(`document.querySelector('#live-map [data-key="box warehouse"]').textContent`), /rehearsed/);
  assert.match(await page.ask(`document.querySelector('#live-map [data-key="box payments"]').textContent`), /payments\.db, its own/);
  assert.match(await page.ask(`document.querySelector('#live-map [data-key="box orders"]').textContent`), /shop\.db, shared/);
});

await test("what is slow or fails is told by a sign and a word, not by a colour alone", {}, async (page) => {
  await page.until(`${label("orders", "payments")}?.textContent.includes("◆ slow")`);
  await page.until(`/▲ .* fail/.test(${label("", "catalog'", "outside")}?.textContent)`);
  await page.until(`/▲ 1 key is parked/.test(${label("shipping", "orders", "event")}?.textContent)`);
  assert.notEqual(await page.ask(`getComputedStyle(${arrow("catalog", "catalog'", "new side")}.querySelector('.line')).strokeDasharray`), "none");
  assert.equal(await page.ask(`getComputedStyle(${arrow("orders", "catalog")}.querySelector('.line')).strokeDasharray`), "none");
  assert.match(await page.text("#attention"), /Calls by orders to payments: slow/);
  assert.match(await page.text("#attention"), /1 saga is stuck/);
});

await test("boxes and labels lie beside each other", {}, async (page) => {
  const over = await page.ask(`(() => {
    const boxes = [...document.querySelectorAll('#live-map .body')].map((each) => each.getBoundingClientRect());
    const hits = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    const names = [];
    boxes.forEach((one, i) => boxes.slice(i + 1).forEach((other) => { if (hits(one, other)) names.push("two boxes"); }));
    const labels = [...document.querySelectorAll('#live-map .label text:first-child')];
    labels.forEach((one, i) => {
      labels.slice(i + 1).forEach((other) => { if (hits(one.getBoundingClientRect(), other.getBoundingClientRect())) names.push(one.parentNode.dataset.key + " over " + other.parentNode.dataset.key); });
      if (boxes.some((box) => hits(one.getBoundingClientRect(), box))) names.push(one.parentNode.dataset.key + " over a box");
    });
    return names;
  })()`);
  assert.deepEqual(over, []);
});

await test("the table below the map says the same", {}, async (page) => {
  await page.ask("document.querySelector('#arrow-list').open = true");
  await page.until(`/^[56](\\.\\d)?\\/s/.test(${label("orders", "catalog")}.textContent)`);
  const rows = await page.ask("[...document.querySelectorAll('#arrows tbody tr')].map((each) => each.innerText.replace(/\\s+/g, ' '))");
  assert.ok(rows.some((each) => /^orders catalog calls [\d.]+\/s/.test(each)), rows.join("\n"));
  assert.ok(rows.some((each) => /^shipping orders events .*1 key is parked/.test(each)), rows.join("\n"));
  assert.ok(rows.some((each) => /clients catalog, new side requests/.test(each)), rows.join("\n"));
  assert.equal(await page.ask("document.querySelectorAll('#arrows th[scope=col]').length"), 5);
});

await test("dots move only for those who like it, and can be held", {}, async (page) => {
  await page.until("document.querySelector('#live-map .dot')");
  const shown = "getComputedStyle(document.querySelector('#live-map .dot')).display";
  assert.notEqual(await page.ask(shown), "none");
  await page.ask("document.getElementById('motion').click()");
  assert.equal(await page.ask(shown), "none");
  assert.equal(await page.ask("document.getElementById('motion').getAttribute('aria-pressed')"), "true");
  await page.ask("document.getElementById('motion').click()");
  await scheme(page, "light", "reduce");
  assert.equal(await page.ask(shown), "none");
});

await test("the switch log tells of plans and routes beside stages", {}, async (page) => {
  const rows = await page.ask("[...document.querySelectorAll('#log tbody tr')].map((each) => each.innerText.replaceAll(/\\s+/g, ' '))");
  assert.match(rows[0], /^3\/2 .* routes .*1f0c8e5bd2a7 added route wiki\.read; changed upstream catalog recordshop \(root@desk\)/);
  assert.match(rows[1], /^3\/1 .* plan catalog running, step 3 of 5 paused, step 3 of 5 ada@laptop lunch/);
  assert.match(rows[2], /^3 .* stage catalog canary: reads 5 %, writes local canary: reads 25 %/);
  assert.equal(await page.ask("document.querySelector('#log-hint')"), null, "somebody has moved something");
});

// --- in place ----------------------------------------------------------------------------------

await test("focus, selection, what is open and what is scrolled stay through refreshes", { height: 700 }, async (page) => {
  await page.ask(`(() => {
    document.querySelector('[data-module=catalog] .verdicts').open = true;
    document.querySelector('#differences details').open = true;
    const name = document.querySelector('[data-module=catalog] h3');
    getSelection().selectAllChildren(name);
    document.querySelector('[data-module=catalog] button[data-verb=shift]').focus();
    window.kept = document.activeElement;
    window.kept.scrollIntoView({block: 'center'});
  })()`);
  const place = await page.ask("window.kept.getBoundingClientRect().top");
  const rate = "document.querySelector('[data-module=catalog] .rate').innerText + document.querySelector('#summary').innerText";
  const before = await page.ask(rate);
  await page.until(`(${rate}) !== ${JSON.stringify(before)}`);
  await again(page);
  assert.equal(await page.ask("document.activeElement === window.kept && document.contains(window.kept)"), true);
  assert.equal(await page.ask("getSelection().toString()"), "catalog");
  assert.equal(await page.ask("document.querySelector('[data-module=catalog] .verdicts').open && document.querySelector('#differences details').open"), true);
  assert.ok(Math.abs(await page.ask("window.kept.getBoundingClientRect().top") - place) < 3, "what one looks at stays where it is");
});

await test("who listens is told what matters, and no figures", {}, async (page) => {
  await page.ask(`(() => { window.heard = [];
    new MutationObserver(() => window.heard.push(document.getElementById('announcer').textContent))
      .observe(document.getElementById('announcer'), {childList: true, characterData: true, subtree: true}); })()`);
  await again(page);
  await again(page);
  assert.deepEqual(await page.ask("window.heard"), []);
  assert.deepEqual(await page.ask("[...document.querySelectorAll('[aria-live], [role=status], [role=alert], [role=log]')].map((each) => each.id || each.dataset.at || each.className)"),
    ["announcer", "token-problem", "said", "said", "refusal", "refusal"]);
});

let hasMoved = false;
const moving = (asked) => {
  const document = live(asked);
  if (hasMoved) document.modules[0].stage = { name: "canary", reads: "50%", writes: "local" };
  return document;
};
await test("a stage that changes is announced, and the split slides there", { document: moving }, async (page) => {
  assert.match(await page.text("[data-module=catalog] .shares"), /reads\s+25 % new, 75 % old · seen \d+ % new/);
  hasMoved = true;
  await page.until("document.getElementById('announcer').textContent.includes('catalog is at canary: 50 % of the reads')");
  assert.equal(await page.ask("document.querySelector('[data-module=catalog] .fill').style.width"), "50%");
});

// --- the connection ----------------------------------------------------------------------------

const words = "document.getElementById('freshness-words').innerText";
await test("news come by a stream, which is opened again when it breaks", {}, async (page, server) => {
  await page.until(`${words} === "live"`);
  assert.equal(server.begun, 1);
  server.cut();
  await page.until(`${words} !== "live"`);
  await page.until(`${words} === "live"`);
  assert.ok(server.begun >= 2);
  assert.equal(await page.ask("document.querySelectorAll('.module').length"), 6);
});

await test("without a stream it asks, and says so", { streams: false }, async (page, server) => {
  await page.until(`${words} === "live, asking every second"`);
  const asked = server.asked;
  await page.until("document.querySelector('#sagas-section').hidden === false");
  await again(page);
  assert.ok(server.asked > asked);
});

await test("a process that is gone is not shown as if it were there", {}, async (page, server) => {
  await page.until(`${words} === "live"`);
  server.hold(true);
  await page.until(`/^no answer for \\d+ s; what you see is from /.test(${words})`);
  assert.equal(await page.ask("document.body.classList.contains('away')"), true);
  await page.until("document.getElementById('announcer').textContent.includes('does not answer')");
  server.hold(false);
  await page.until(`${words} === "live"`);
  assert.equal(await page.ask("document.body.classList.contains('away')"), false);
});

// --- what operators do -------------------------------------------------------------------------

await test("traffic is shifted by keyboard, a refusal says what is legal, and nothing typed is lost", {}, async (page, server, orders) => {
  await page.ask("document.querySelector('#log-panel').scrollIntoView()");
  await page.ask("document.querySelector('[data-module=catalog] button[data-verb=shift]').focus()");
  await press(page, "Enter");
  await page.until("document.querySelector('dialog').open");
  assert.equal(await focused(page), "Reads to the new side, in %");
  await page.ask("document.activeElement.select()");
  await type(page, "30");
  await press(page, "Tab");
  assert.match(await focused(page), /^Writes go to/);
  await page.ask("document.activeElement.value = 'remote'");
  await press(page, "Tab");
  assert.equal(await focused(page), "Who");
  await type(page, "ada");
  await press(page, "Tab");
  assert.equal(await focused(page), "Why");
  await type(page, "more of it");
  assert.match(await page.text("dialog [data-at=command]"), /^banyan shift catalog 30% --writes new --url http:\S+ --who "ada" --why "more of it"$/);
  await press(page, "Enter");
  await page.until("document.querySelector('dialog [data-at=refusal]').innerText.includes('Possible now: legacy, shadow, canary, moved.')");
  assert.equal(await page.ask("document.querySelector('dialog').open"), true);
  assert.equal(await page.ask("document.querySelector('dialog [name=why]').value"), "more of it");
  await isAccessible(page, axe, "the dialog with a refusal");
  await picture(page, pictures, "refused");
  assert.equal(await focused(page), "Why", "the focus is where it was");
  await page.ask("document.querySelector('dialog [name=writes]').value = 'local'");
  await press(page, "Enter");
  await page.until("!document.querySelector('dialog').open");
  assert.deepEqual(orders, [
    ["/rollouts/catalog/shift", { percent: "30%", writes: "remote", from_revision: 1, who: "ada", why: "more of it" }],
    ["/rollouts/catalog/shift", { percent: "30%", writes: "local", from_revision: 1, who: "ada", why: "more of it" }]]);
  assert.equal(await focused(page), "Shift…", "back where it began");
  await page.until("document.getElementById('announcer').textContent === 'catalog was moved'");
});

await test("what can be passed over is offered by its own word, and by no other", {}, async (page, server, orders) => {
  await page.ask("document.querySelector('[data-module=catalog] button[data-verb=shift]').click()");
  await page.until("document.querySelector('dialog').open");
  await page.ask("Object.entries({percent: '31', who: 'ada', why: 'known'}).forEach(([name, text]) => { document.querySelector(`dialog [name=${name}]`).value = text; })");
  await page.ask("document.querySelector('dialog [name=writes]').value = 'local'");
  const hidden = (word) => page.ask(`document.querySelector('dialog [data-at=${word}]').hidden`);
  assert.equal(await hidden("despite_differences"), true, "before anybody has refused it");
  await page.ask("document.querySelector('dialog [data-at=do]').click()");
  await page.until("!document.querySelector('dialog [data-at=despite_differences]').hidden");
  assert.equal(await hidden("force"), true);
  await isAccessible(page, axe, "the dialog with a word to pass it over");
  await page.ask("document.querySelector('dialog [name=despite_differences]').click()");
  assert.match(await page.text("dialog [data-at=command]"), /^banyan shift catalog 31% --writes old --despite-differences --url /);
  await page.ask("document.querySelector('dialog [data-at=do]').click()");
  await page.until("!document.querySelector('dialog').open");
  const order = { percent: "31%", writes: "local", from_revision: 1, who: "ada", why: "known" };
  assert.deepEqual(orders, [["/rollouts/catalog/shift", order], ["/rollouts/catalog/shift", { ...order, despite_differences: true }]]);
});

// What was on the page as somebody decided; a plan has no revision, and the way back is right from any.
const seen = (verb) => (verb === "pause" || verb === "rollback" ? {} : { from_revision: 1 });
await test("each other order asks too, and Escape gives it up", {}, async (page, server, orders) => {
  for (const [verb, path, more] of [["next", "next", {}], ["rollback", "shift", { percent: "0%", writes: "local" }], ["pause", "plan", { action: "pause" }], ["back", "back", {}]]) {
    await page.ask(`document.querySelector('[data-module=catalog] button[data-verb=${verb}]').click()`);
    await page.until("document.querySelector('dialog').open");
    await press(page, "Escape");
    await page.until("!document.querySelector('dialog').open");
    assert.deepEqual(orders, [], "nothing is sent");
    await page.ask(`document.querySelector('[data-module=catalog] button[data-verb=${verb}]').click()`);
    await page.ask("(document.querySelector('dialog [name=who]').value = 'ada', document.querySelector('dialog [name=why]').value = 'because')");
    await page.ask("[1, 2].forEach(() => document.querySelector('dialog [data-at=do]').click())");
    await page.until("!document.querySelector('dialog').open");
    assert.deepEqual(orders.splice(0), [[`/rollouts/catalog/${path}`, { ...more, ...seen(verb), who: "ada", why: "because" }]], "once, also after a double click");
  }
  assert.equal(await page.text("[data-module=catalog] button[data-verb=next]"), "Next: canary 50 %");
});

const atLegacy = (asked) => {
  const document = live(asked);
  document.modules[0].stage = { name: "legacy", reads: "0%", writes: "local", copies: "25%" };
  return document;
};
await test("before anybody is served by it the new side can be asked for comparison", { document: atLegacy }, async (page, server, orders) => {
  const button = "[data-module=catalog] button[data-verb=shadow]";
  assert.equal(await page.text(button), "Shadow…");
  await page.ask(`document.querySelector('${button}').click()`);
  await page.until("document.querySelector('dialog').open");
  assert.match(await page.text("dialog [data-at=hint]"), /^25 % of the reads are asked of the new side as well, .* \[rollouts\.catalog\.shadow\] says\.$/);
  assert.equal(await page.ask("document.querySelector('dialog [data-at=where]').hidden"), true, "no traffic moves");
  assert.equal(await focused(page), "Who");
  await type(page, "ada");
  await press(page, "Tab");
  await type(page, "what would it answer?");
  assert.match(await page.text("dialog [data-at=command]"), /^banyan shadow catalog --url http:\S+ --who "ada" --why "what would it answer\?"$/);
  await isAccessible(page, axe, "the dialog that asks for copies");
  await press(page, "Enter");
  await page.until("!document.querySelector('dialog').open");
  assert.deepEqual(orders, [["/rollouts/catalog/shadow", { from_revision: 1, who: "ada", why: "what would it answer?" }]]);
});

await test("a new side that serves users already has no such button", {}, async (page) => {
  assert.equal(await page.ask("document.querySelector('[data-module=catalog] button[data-verb=shadow]')"), null);
});

// --- panels ------------------------------------------------------------------------------------

await test("differences lead from operation to field to example, by keyboard, and stay text", {}, async (page, server, orders) => {
  await page.ask("document.querySelector('#differences summary').focus()");
  assert.match(await focused(page), /catalog\.get_track/);
  await press(page, "Enter");
  await press(page, "Tab");
  assert.match(await focused(page), /\/price\/amount/);
  await press(page, "Enter");
  const example = await page.text("#differences .examples");
  assert.match(example, /GET \/tracks\/trk_1\?currency=EUR/);
  assert.match(example, /old side · status 200\s+129[^]*new side · status 200\s+128/);
  assert.equal(await page.ask("document.querySelectorAll('#differences script').length"), 0);
  assert.match(await page.text("#differences"), /noise, 97 % sure/);
  assert.match(await page.text("#differences"), /catalog 1\.6k of 1\.6k copies compared; not compared: at once 10/);
  await page.ask("document.querySelector('#differences button').click()");
  await page.until("document.querySelector('#differences .said').textContent === 'They still differ: /price/amount 129 and 128.'");
  assert.deepEqual(orders, [["/differences/replay", { example: "catalog:3" }]]);
  assert.deepEqual(await page.ask("[...document.querySelectorAll('#differences button')].map((each) => each.textContent)"),
    ["Ask both again", "Ask both again…"], "of what is not kept as it was asked, it wants to know more");
  await again(page);
  assert.match(await page.text("#differences .examples"), /129/, "still open");
});

for (const theme of ["light", "dark"]) {
  await test(`what is hidden of an example is asked for, by keyboard, in ${theme}`, { width: theme === "light" ? 390 : 1280 }, async (page, server, orders) => {
    await scheme(page, theme, "reduce");
    await page.ask("document.querySelectorAll('#differences details').forEach((each) => { each.open = true; })");
    await page.ask("document.querySelector('#differences [data-example=\"catalog:4\"]').focus()");
    await press(page, "Enter");
    await page.until("document.getElementById('again').open");
    await isAccessible(page, axe, "the form for what is hidden");
    await fits(page, theme === "light" ? 390 : 1280);
    for (const [field, text] of [["{id} of the path", "trk_7"], ["q of the query", "abcd"], ["field cookie", "session=of-ada"]]) {
      assert.equal(await focused(page), field);
      await type(page, text);
      if (field !== "field cookie") await press(page, "Tab");
    }
    await press(page, "Enter");
    await page.until("document.querySelector('#again [aria-invalid]')");
    assert.equal(await focused(page), "q of the query", "which is wrong");
    assert.match(await page.text("#again .hidden-part:nth-child(2)"), /another form than aaa/);
    await again(page);
    assert.equal(await page.ask("document.activeElement.value"), "abcd", "also when the page is drawn anew");
    await isAccessible(page, axe, "the form with a refusal");
    await picture(page, pictures, `hidden-${theme}`);
    await page.ask("document.activeElement.select()");
    await type(page, "abc");
    await press(page, "Enter");
    await page.until("!document.getElementById('again').open");
    const sent = (q) => ["/differences/replay", { example: "catalog:4", parts: ["trk_7", q], headers: { cookie: "session=of-ada" } }];
    assert.deepEqual(orders, [sent("abcd"), sent("abc")]);
    await page.until("[...document.querySelectorAll('#differences .said')][1].textContent === 'They still differ: /price/amount 129 and 128.'");
    assert.equal(await focused(page), "Ask both again…", "back where it began");
  });
}

await test("plan, tables, sagas, events, work, traces and the log's evidence are there", {}, async (page) => {
  const card = await page.text("[data-module=catalog]");
  assert.match(card, /Plan runs/);
  assert.match(card, /get_track needs 380 more samples/);
  assert.equal(await page.ask("document.querySelector('[data-module=catalog] .steps [aria-current=step]').textContent"), "◉ 25 %, now");
  assert.match(card, /shop\.db, shared with customers, warehouse and orders · move: copying/);
  assert.match(await page.text("[data-module=payments]"), /payments\.db, its own · moved once · gate open/);
  assert.match(await page.text("#sagas-panel"), /1 stuck\s*2 under way\s*5 completed/);
  assert.equal(await page.ask("document.querySelector('#sagas-panel td a').getAttribute('href')"), `/_banyan/sagas#sag_${"1".repeat(32)}`);
  assert.match(await page.text("#events-panel"), /payments\s+shipping\s+http push\s+4\s+behind by 8 s/);
  assert.match(await page.text("#work-panel"), /orders\.sagas\s+here\s+1\.2k\s+3\s+0\s+100 ms/);
  assert.match(await page.text("#work-panel"), /orders\.sagas\s+service\s+310\s+62\s+4\s+2\.1 s\s+worse/);
  assert.match(await page.text("#traces-panel"), /orders\.place_order\s+slow\s+812 ms/);
  await page.ask("document.querySelector('#log details').open = true");
  assert.match(await page.text("#log"), /"samples": 4120/);
  assert.equal(await page.ask("document.querySelectorAll('#log b').length"), 0);
});

// --- for everybody -----------------------------------------------------------------------------

for (const theme of ["light", "dark"]) {
  for (const [name, document] of Object.entries({ busy: live, monolith, proxy })) {
    for (const width of name === "busy" ? [390, 1280, 1600] : [theme === "light" ? 390 : 1600]) {
      await test(`${name} at ${width} px in ${theme} is for everybody`, { width, document }, async (page) => {
        await scheme(page, theme, "reduce");
        await page.until("performance.now() > 2500");
        await picture(page, pictures, `${name}-${theme}-${width}`);
        await fits(page, width);
        await page.ask("document.querySelectorAll('details:not(#context-map)').forEach((each) => { each.open = true; })");
        await fits(page, width);
        assert.deepEqual(page.complaints, []);
        if (width !== 1280) await isAccessible(page, axe, `${name} in ${theme} at ${width} px`);
      });
    }
  }
}

await test("the keyboard goes through the page from top to bottom", {}, async (page) => {
  const seen = [];
  await page.send("Page.bringToFront");
  await page.until("document.hasFocus()");
  for (let i = 0; i < 60; ++i) {
    await press(page, "Tab");
    const at = await page.ask("document.activeElement === document.body ? null : [document.activeElement.getBoundingClientRect().top + scrollY, document.activeElement.closest('section')?.id ?? 'links']");
    if (at === null) break;
    seen.push(at[1] || "modules");
  }
  const order = seen.filter((each, index) => each !== seen[index - 1]);
  assert.deepEqual(order.slice(0, 5), ["attention", "map-section", "sagas-section", "traces-section", "modules"], order.join(", "));
});

await browser.close();
if (failed > 0) {
  console.error(`${failed} failed`);
  process.exit(1);
}
