// SPDX-License-Identifier: Apache-2.0
// figures_test.mjs FOLDER: what the dashboard's own modules say, without a browser.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reading, bounds } from "./live/documents.mjs";

// The pages import by absolute paths of the server.
const folder = mkdtempSync(join(tmpdir(), "banyan-figures-"));
for (const name of readdirSync(process.argv[2]).filter((each) => each.endsWith(".js"))) {
  const text = readFileSync(join(process.argv[2], name), "utf8").replaceAll("'/_banyan/", "'./");
  writeFileSync(join(folder, name), text);
}
writeFileSync(join(folder, "package.json"), '{"type":"module"}');
const { age, count, duration, listed, rate, share } = await import(join(folder, "figures.js"));
const { byWay, difference, quantile, sum } = await import(join(folder, "statistics.js"));
const { Window } = await import(join(folder, "window.js"));

for (const [seconds, text] of [
  [null, "–"], [2e-6, "2 µs"], [0.00042, "420 µs"], [0.000999, "999 µs"], [0.001, "1 ms"], [0.0042, "4.2 ms"],
  [0.0099, "9.9 ms"], [0.00999, "10 ms"], [0.13, "130 ms"], [0.131072, "131 ms"], [0.9994, "999 ms"],
  [0.9996, "1.0 s"], [2.1, "2.1 s"], [33.5, "34 s"], [200, "3 min"]]) {
  assert.equal(duration(seconds), text, `duration(${seconds})`);
}
for (const [seconds, text] of [[0, "0 s"], [59.4, "59 s"], [60, "1 min"], [7270, "2 h 1 min"], [7200, "2 h"], [273600, "3 d 4 h"]]) {
  assert.equal(age(seconds), text, `age(${seconds})`);
}
for (const [perSecond, text] of [[0, "0"], [0.001, "< 0.01"], [0.05, "0.05"], [0.5, "0.5"], [1, "1"], [9.94, "9.9"], [123.4, "123"], [1234.5, "1.2k"]]) {
  assert.equal(rate(perSecond), text, `rate(${perSecond})`);
}
for (const [number, text] of [[0, "0"], [7, "7"], [999, "999"], [1234, "1.2k"], [7654321, "7.7M"]]) {
  assert.equal(count(number), text, `count(${number})`);
}
for (const [part, text] of [[0, "0"], [0.0004, "< 0.1 %"], [0.0123, "1.2 %"], [0.5, "50 %"], [1, "100 %"]]) {
  assert.equal(share(part), text, `share(${part})`);
}
assert.equal(listed(["a", "b", "c"]), "a, b and c");
assert.equal(listed(["a"]), "a");

// Counters only grow; a process that begins anew begins at zero.
const before = reading("local", 5, 0.001), now = reading("local", 8, 0.001);
assert.equal(difference(now, before).count, 3);
assert.equal(difference(before, now).count, 5);
assert.equal(quantile(sum([now], bounds.length), bounds, 0.99) >= 0.001, true);
assert.equal(quantile(sum([], bounds.length), bounds, 0.99), null);
assert.equal(byWay([now], [before]).get("local").count, 3);

// When something last happened is seen also where it was one single order.
const live = (orders, process = 1) => ({ process, uptime_seconds: 100, modules: [{ name: "orders", operations: [
  { name: "place_order", requests: orders ? [reading("local", orders, 0.1)] : [], calls: [] }] }] });
const readings = new Window();
readings.add(live(0), 1_000);
assert.equal(readings.lastEvent("orders", "place_order"), undefined);
readings.add(live(1), 2_000);
readings.add(live(1), 63_000);
assert.equal(readings.lastEvent("orders", "place_order"), 2_000);
assert.equal(readings.since("orders").minute.seconds, 61);
assert.equal(readings.since("orders").look.seconds, 61);
readings.add(live(1, 2), 64_000);
assert.equal(readings.lastEvent("orders", "place_order"), undefined, "another process");

// Events come whole, however they were cut on their way.
const { EventStream } = await import(join(folder, "event_stream.js"));
const whole = 'event: hello\ndata: {"a":1}\n\n: still here\n\nevent: live\ndata: {\ndata:  "b": "x: y"\ndata: }\n\n';
for (let size = 1; size <= whole.length; ++size) {
  const stream = new EventStream();
  const events = [];
  for (let at = 0; at < whole.length; at += size) events.push(...stream.take(whole.slice(at, at + size)));
  assert.deepEqual(events, [{ name: "hello", text: '{"a":1}' }, { name: "live", text: '{\n "b": "x: y"\n}' }], `in pieces of ${size}`);
}

// Who calls whom is what was counted between two looks, and nothing else.
const { Pace, arrowsOf, quietArrows, trouble } = await import(join(folder, "arrows.js"));
const calls = (count, seconds, failures = 0) => { const { way, ...rest } = reading("", count, seconds, failures); return { from: "orders", operation: "get", ...rest }; };
const shop = (count, seconds, failures) => ({ process: 1, uptime_seconds: 100, bounds, slow_ms: 500, modules: [
  { name: "catalog", runs: "in_process", needs: [], callers: [calls(count, seconds, failures)], operations: [] },
  { name: "orders", runs: "in_process", needs: ["catalog", "payments"], callers: [], operations: [] },
  { name: "payments", runs: "in_process", needs: [], callers: [], operations: [] }] });
const watched = new Window();
watched.add(shop(100, 0.001), 0);
watched.add(shop(140, 0.001), 10_000);
const [arrow] = arrowsOf(shop(140, 0.001), watched, undefined, new Pace(), 10_000);
assert.deepEqual([arrow.from, arrow.to, arrow.kind, arrow.rate, arrow.slow, arrow.failing], ["orders", "catalog", "call", 4, false, false]);
assert.deepEqual(quietArrows(shop(140, 0.001), [arrow]).map(({ from, to, rate }) => [from, to, rate]), [["orders", "payments", null]]);
watched.add(shop(180, 0.9, 4), 20_000);
const [ill] = arrowsOf(shop(180, 0.9, 4), watched, undefined, new Pace(), 20_000);
assert.equal(ill.failing && ill.slow, true);
assert.equal(trouble(ill, { duration, share, age }), "5.0 % fail");
const pace = new Pace();
assert.equal(pace.rate("a", 10, 0), 0);
assert.equal(pace.rate("a", 20, 5000), 2);
assert.equal(pace.rate("a", 0, 6000), 0, "a log that begins anew");

// The picture stays where it is while its figures change, and nothing lies on anything else.
const { boxesOf, layoutOf, shapeOf } = await import(join(folder, "map_layout.js"));
const { live: busyLive } = await import("./live/busy.mjs");
const boxes = boxesOf(busyLive(1));
const lines = arrowsOf(busyLive(1), (() => { const one = new Window(); one.add(busyLive(1), 0); return one; })(), undefined, new Pace(), 0);
assert.equal(shapeOf(boxes, lines), shapeOf(boxesOf(busyLive(9)), lines));
const drawn = layoutOf(boxes, lines);
assert.equal(drawn.lines.length, lines.length);
assert.ok(drawn.boxes.get("orders").y < drawn.boxes.get("warehouse").y && drawn.boxes.get("warehouse").y < drawn.boxes.get("catalog").y, "callers stand above");
assert.ok(drawn.boxes.get("shipping").x > drawn.frame.x + drawn.frame.width, "what is elsewhere stands beside the process");
// Two that call each other are drawn, too.
const ring = [{ from: "a", to: "b", kind: "call" }, { from: "b", to: "a", kind: "call" }];
const two = ["a", "b"].map((name) => ({ id: name, name, place: "here", module: { name } }));
assert.ok(layoutOf(two, ring).lines.every(({ path }) => !/NaN|undefined/.test(path)));
assert.equal(layoutOf([], []).lines.length, 0);

// A refusal is told apart from what is possible instead.
const { leftBehind, refusalOf, wordsPast } = await import(join(folder, "change_dialog.js"));
assert.deepEqual(refusalOf("It may not be. Legal now: legacy, canary."), { sentence: "It may not be.", legal: ["legacy", "canary"] });
assert.deepEqual(refusalOf("the plan of a is paused. Possible now: resume, abort"), { sentence: "the plan of a is paused.", legal: ["resume", "abort"] });
assert.deepEqual(refusalOf("no"), { sentence: "no", legal: [] });

// Each refusal is passed over by the words that it names, and by no other.
const unfit = { where: "/force", problem: "nobody answers there" };
const differing = { where: "/despite_differences", problem: "40 of the last 40" };
assert.deepEqual(wordsPast({ rule: "banyan.new_side_unhealthy", details: [unfit] }), ["force"]);
assert.deepEqual(wordsPast({ rule: "banyan.answers_differ", details: [differing] }), ["despite_differences"]);
assert.deepEqual(wordsPast({ rule: "banyan.new_side_unhealthy", details: [unfit, differing] }), ["force", "despite_differences"]);
assert.deepEqual(wordsPast({ rule: "banyan.invalid_request", details: [unfit] }), [], "that is a mistake in the order");
assert.deepEqual(wordsPast({ rule: "banyan.illegal_stage" }), []);

// What brings writes home says before the deed what may stay behind, where nobody knows the data.
const moved = { name: "moved", writes: "remote" };
for (const verb of ["back", "shift", "rollback"]) assert.match(leftBehind(verb, moved, "unknown"), /may be missing on the old one/);
assert.equal(leftBehind("back", moved, "shared"), "");
assert.equal(leftBehind("next", moved, "unknown"), "");
assert.equal(leftBehind("back", { name: "canary", writes: "local" }, "unknown"), "");
assert.equal(leftBehind("back", { name: "retired", writes: "remote" }, "unknown"), "", "it leads to moved");
console.log("figures are for people");
