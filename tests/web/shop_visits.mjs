// SPDX-License-Identifier: Apache-2.0
// What the tests of the web shop have in common: shops, and people who visit them in a browser.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Of this machine, where nobody listened a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Fills a new database with some records. */
export function fill(dataProgram, database) {
  execFileSync(dataProgram, ["generate", "--tracks", "300", "--database", database], { stdio: "ignore" });
}

/** A process of the shop; resolves when it takes requests. It has a `port` and a promise `gone`. */
export async function started(shopProgram, ready, words) {
  rmSync(ready, { force: true });
  const process = spawn(shopProgram, [...words, "--ready-file", ready], { stdio: ["ignore", "ignore", "inherit"] });
  process.gone = new Promise((resolve) => process.on("exit", resolve));
  for (const end = Date.now() + 60_000; !existsSync(ready);) {
    if (process.exitCode !== null || Date.now() > end) {
      process.kill("SIGKILL");
      throw new Error(`the shop did not start: ${words.join(" ")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  process.port = Number(readFileSync(ready, "utf8"));
  return process;
}

/** A shop of its own with some records. */
export class Shop {
  #folder = mkdtempSync(join(tmpdir(), "banyan-shop-"));

  constructor(shopProgram, dataProgram) {
    Object.assign(this, { shopProgram, dataProgram });
  }

  async start(...options) {
    const database = join(this.#folder, "shop.db");
    if (!existsSync(database)) fill(this.dataProgram, database);
    const port = options.includes("--port") ? [] : ["--port", "0"];
    this.process = await started(this.shopProgram, join(this.#folder, "ready"),
      [...port, "--database", database, ...options]);
    this.origin = `http://127.0.0.1:${this.process.port}`;
  }

  async stop() {
    this.process?.kill("SIGTERM");
    await this.process?.gone;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Somebody who uses the shop by mouse and keyboard. */
export class Visitor {
  /** `tools`: the text of axe, and a folder for screenshots or nothing. */
  constructor(page, origin, { name, scripts, width }, tools) {
    Object.assign(this, { page, origin, name, scripts, width, tools });
  }

  /** Waits for a page whose h1 says that, looks at it, and finds nothing wrong with it. */
  async sees(heading, picture) {
    await this.page.until(`document.querySelector("h1")?.innerText.includes(${JSON.stringify(heading)})`);
    await this.fits();
    if (this.scripts) await this.isAccessible();
    if (picture) await this.takePicture(`${picture}-${this.name.replaceAll(" ", "-")}`);
  }

  async takePicture(name) {
    if (!this.tools.pictures) return;
    const { data } = await this.page.send("Page.captureScreenshot", { format: "png" });
    writeFileSync(join(this.tools.pictures, `${name}.png`), Buffer.from(data, "base64"));
  }

  async fits() {
    const wide = await this.page.read(`[...document.querySelectorAll("body *")]
      .filter((each) => !each.closest(".scroll, .hidden, .skip") && each.getBoundingClientRect().right > document.documentElement.clientWidth + 1
        && getComputedStyle(each).clipPath === "none")
      .map((each) => each.tagName + "." + each.className)`);
    assert.deepEqual(wide, [], "nothing sticks out of the window");
    assert.ok(await this.page.read("document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
  }

  async isAccessible() {
    const problems = await this.page.read(`(async () => {
      if (!window.axe) { ${this.tools.axe} }
      const { violations } = await window.axe.run(document);
      return violations.map((each) => each.id + ": " + each.help + " " + each.nodes.map((node) => node.html).slice(0, 3).join(" "));
    })()`);
    assert.deepEqual(problems, [], `axe about ${await this.page.read("location.pathname")}`);
  }

  /** Clicks in the middle of the first such element whose text matches. */
  async click(selector, text = "") {
    const find = `[...document.querySelectorAll(${JSON.stringify(selector)})]
      .find((each) => each.innerText.includes(${JSON.stringify(text)}))`;
    await this.page.until(find);
    const { x, y } = await this.page.read(`(() => { const each = ${find};
      each.scrollIntoView({block: "center", behavior: "instant"});
      const box = each.getBoundingClientRect();
      return {x: box.x + box.width / 2, y: box.y + box.height / 2}; })()`);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.page.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
    }
  }

  async press(key, code = key, text = undefined) {
    await this.page.send("Input.dispatchKeyEvent", { type: "keyDown", key, code, text,
      windowsVirtualKeyCode: { Enter: 13, Tab: 9 }[key] });
    await this.page.send("Input.dispatchKeyEvent", { type: "keyUp", key, code });
  }

  async type(selector, text) {
    await this.page.ask(`document.querySelector(${JSON.stringify(selector)}).select()`);
    await this.page.ask(`document.querySelector(${JSON.stringify(selector)}).focus()`);
    await this.page.send("Input.insertText", { text });
  }

  count() {
    return this.page.ask(`Number(document.getElementById("basket-count").innerText)`);
  }

  async hasInBasket(copies) {
    await this.page.until(`document.getElementById("basket-count")?.innerText === "${copies}"`);
  }
}

/** Runs tests, each with a window of its own, and counts those that fail. */
export class Visits {
  failed = 0;

  constructor(browser, tools) {
    Object.assign(this, { browser, tools });
  }

  async test(name, kind, body, shop) {
    const page = await this.browser.page(kind.width, kind.width < 700 ? 844 : 900);
    await page.send("Emulation.setEmulatedMedia",
      { features: [{ name: "prefers-color-scheme", value: kind.scheme }] });
    await page.send("Emulation.setScriptExecutionDisabled", { value: !kind.scripts });
    const visitor = new Visitor(page, shop.origin, kind, this.tools);
    try {
      await body(visitor, page);
      assert.deepEqual(page.complaints, []);
      console.log(`ok   ${name} ${kind.name}`);
    } catch (fault) {
      ++this.failed;
      console.error(`FAIL ${name} ${kind.name}, at ${await page.ask("location.href").catch(() => "?")}\n${fault.stack}`);
      await visitor.takePicture(`failed-${this.failed}`);
    }
  }
}

/** On the page for signing in. A name for each account that one visitor opens. */
export async function openAccount(visitor, name = "zoe") {
  await visitor.sees("Sign in", "sign-in");
  const email = `${name}.${visitor.name.replaceAll(" ", ".")}@example.org`;
  for (const [field, text] of [["new-name", "Zoë Bergström"], ["new-email", email], ["new-password", "records and more"],
    ["street", "Harbour Road 7"], ["postal-code", "20457"], ["city", "Hamburg"]]) {
    await visitor.type(`#${field}`, text);
  }
  await visitor.click("main button", "Open an account");
}
