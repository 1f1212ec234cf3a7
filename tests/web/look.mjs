// SPDX-License-Identifier: Apache-2.0
// What the tests of the pages look at a page with: axe, the keyboard, screenshots, and whether
// everything has its place.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const keys = { Tab: 9, Enter: 13, Escape: 27, " ": 32 };

/** Presses a key as a person does. */
export async function press(page, key, modifiers = 0) {
  const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
  const what = { key, code: key === " " ? "Space" : key, windowsVirtualKeyCode: keys[key] ?? key.toUpperCase().charCodeAt(0), modifiers };
  await page.send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", text, ...what });
  await page.send("Input.dispatchKeyEvent", { type: "keyUp", ...what });
}

/** Types a text into what has the focus. */
export const type = (page, text) => page.send("Input.insertText", { text });

/** What has the focus, as people would name it. */
export const focused = (page) => page.ask(`(() => { const at = document.activeElement;
  return at === document.body ? "" : (at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? at.innerText ?? at.id).trim().split("\\n")[0]; })()`);

export const scheme = (page, value, motion = "no-preference") => page.send("Emulation.setEmulatedMedia",
  { features: [{ name: "prefers-color-scheme", value }, { name: "prefers-reduced-motion", value: motion }] });

/** Nobody is kept out: what axe finds. `file` is axe.min.js. */
export async function isAccessible(page, file, what) {
  const axe = readFileSync(file, "utf8");
  const problems = await page.ask(`(async () => {
    if (!window.axe) { ${axe} }
    const { violations } = await window.axe.run(document);
    return violations.map((each) => each.id + ": " + each.help + " " + each.nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(" | "));
  })()`);
  assert.deepEqual(problems, [], `axe about ${what}`);
}

/** Nothing sticks out of the window, and nothing has to be scrolled sideways. */
export async function fits(page, width) {
  const wide = await page.ask(`[...document.querySelectorAll("body *")]
      .filter((each) => !each.closest("svg, .only-heard") && (each.getBoundingClientRect().right > ${width} + 0.5
        || each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX === "auto") && getComputedStyle(each).clipPath === "none"
        && !each.closest("thead"))
      .map((each) => each.tagName + "." + each.className + " " + each.textContent.slice(0, 40))`);
  assert.deepEqual(wide, []);
  assert.equal(await page.ask("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), true);
}

/** Of the whole page, for people who want to see it; nothing without a folder. */
export async function picture(page, folder, name) {
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const { cssContentSize } = await page.send("Page.getLayoutMetrics");
  const { data } = await page.send("Page.captureScreenshot", { format: "png", captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: cssContentSize.width, height: Math.min(cssContentSize.height, 4000), scale: 1 } });
  writeFileSync(join(folder, `${name}.png`), Buffer.from(data, "base64"));
}
