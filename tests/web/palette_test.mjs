// SPDX-License-Identifier: Apache-2.0
// palette_test.mjs FOLDER: the colours of the operators' pages can be read by everybody, in light and
// in dark.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ciede2000, contrast, distance, eyes } from "./colours.mjs";

const folder = process.argv[2];

// The measure is the one of its authors: three pairs of their test data (Sharma, Wu and Dalal 2005).
for (const [one, other, expected] of [
  [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
  [[50, 2.5, 0], [73, 25, -18], 27.1492],
  [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644]]) {
  assert.ok(Math.abs(ciede2000(one, other) - expected) < 1e-3, `${one} and ${other}`);
}
assert.equal(contrast("#000", "#fff"), 21);

const colours = { light: {}, dark: {} };
for (const [, name, light, dark] of readFileSync(join(folder, "palette.css"), "utf8")
  .matchAll(/--([a-z]+): light-dark\((#\w+), (#\w+)\)/g)) {
  Object.assign(colours.light, { [name]: light });
  Object.assign(colours.dark, { [name]: dark });
}

const problems = [];
const wants = (condition, text) => { if (!condition) problems.push(text); };
for (const [theme, of] of Object.entries(colours)) {
  for (const ground of ["paper", "card", "raised"]) {
    for (const text of ["ink", "quiet", "old", "bad"]) {
      const found = contrast(of[text], of[ground]);
      wants(found >= 4.5, `${theme}: ${text} on ${ground} has ${found.toFixed(2)}:1, text needs 4.5`);
    }
  }
  for (const ground of ["paper", "card"]) {
    for (const graphic of ["old", "new", "bad", "idle", "edge", "leaf"]) {
      const found = contrast(of[graphic], of[ground]);
      wants(found >= 3, `${theme}: ${graphic} on ${ground} has ${found.toFixed(2)}:1, graphics need 3`);
    }
  }
  const meanings = ["old", "new", "bad", "idle"];
  for (const [who, matrix] of Object.entries(eyes)) {
    for (const [i, one] of meanings.entries()) {
      for (const other of meanings.slice(i + 1)) {
        const found = distance(of[one], of[other], matrix);
        wants(found >= 18, `${theme}, ${who}: ${one} and ${other} are ${found.toFixed(1)} apart, 18 can be told`);
      }
    }
  }
}

// One place has the colours; the pages' own sheets name meanings.
for (const name of readdirSync(folder).filter((each) => each.endsWith(".css") && each !== "palette.css")) {
  const own = readFileSync(join(folder, name), "utf8").match(/#[0-9a-f]{3,8}\b/gi)?.filter((each) => !/^#[a-f-]*$/i.test(each)) ?? [];
  wants(own.length === 0, `${name} has colours of its own: ${own}`);
  const used = [...readFileSync(join(folder, name), "utf8").matchAll(/var\(--([a-z]+)\)/g)].map((each) => each[1]);
  const unknown = [...new Set(used)].filter((each) => !(each in colours.light));
  wants(unknown.length === 0, `${name} names colours that there are not: ${unknown}`);
}
assert.deepEqual(problems, []);
console.log("the colours can be told apart by everybody");
