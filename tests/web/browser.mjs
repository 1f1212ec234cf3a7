// SPDX-License-Identifier: Apache-2.0
// A headless Chromium, spoken to over a pipe in the DevTools protocol: as much of it as the tests
// of the pages need, and nothing from npm.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class Browser {
  #process;
  #waiting = new Map();
  #listeners = [];
  #next = 1;
  #rest = "";
  #folder = mkdtempSync(join(tmpdir(), "banyan-browser-"));

  /** `program` is chromium-headless-shell, or chromium. */
  constructor(program) {
    this.#process = spawn(program, [
      "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--no-first-run", "--disable-background-networking", `--user-data-dir=${this.#folder}`, "about:blank",
    ], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.#process.stdio[4].setEncoding("utf8");
    this.#process.stdio[4].on("data", (text) => this.#take(text));
    this.gone = new Promise((resolve) => this.#process.on("exit", resolve));
    this.gone.then(() => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the browser is gone"));
    });
  }

  #take(text) {
    const parts = (this.#rest + text).split("\0");
    this.#rest = parts.pop();
    for (const part of parts) {
      const message = JSON.parse(part);
      const asked = this.#waiting.get(message.id);
      if (asked === undefined) {
        for (const listener of this.#listeners) listener(message);
        continue;
      }
      this.#waiting.delete(message.id);
      if (message.error) asked.reject(new Error(`${asked.method}: ${message.error.message}`));
      else asked.resolve(message.result);
    }
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, method });
      this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  listen(listener) {
    this.#listeners.push(listener);
  }

  /** A page of its own, as a window of that size shows it. */
  async page(width, height = 844) {
    const { browserContextId } = await this.send("Target.createBrowserContext");
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId);
    await Promise.all(["Page", "Runtime", "Log", "Network"].map((domain) => page.send(`${domain}.enable`)));
    await page.send("Emulation.setDeviceMetricsOverride",
      { width, height, deviceScaleFactor: 1, mobile: width < 700 });
    return page;
  }

  async close() {
    await this.send("Browser.close").catch(() => {});
    await this.gone;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

class Page {
  #browser;
  #session;
  /** What the console said that is no mere information, and exceptions. */
  complaints = [];

  constructor(browser, session) {
    this.#browser = browser;
    this.#session = session;
    browser.listen(({ method, params, sessionId }) => {
      if (sessionId !== session) return;
      if (method === "Runtime.exceptionThrown") this.complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
      if (method === "Runtime.consoleAPICalled" && params.type !== "log") this.complaints.push(`console.${params.type}`);
      if (method === "Log.entryAdded" && ["error", "warning"].includes(params.entry.level)) this.complaints.push(`${params.entry.text} ${params.entry.url ?? ""}`);
    });
  }

  send(method, params) {
    return this.#browser.send(method, params, this.#session);
  }

  async open(url) {
    const { errorText } = await this.send("Page.navigate", { url });
    if (errorText) throw new Error(`${url}: ${errorText}`);
  }

  /** Once more the page that is there; while one goes and another comes there is none, so it waits. */
  async reload(seconds = 20) {
    for (const end = Date.now() + seconds * 1000; ;) {
      try {
        await this.send("Page.reload");
        return;
      } catch (fault) {
        if (!/Not attached to an active page/.test(fault.message) || Date.now() > end) throw fault;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The value of an expression in the page. */
  async ask(expression) {
    const { result, exceptionDetails } =
      await this.send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
    return result.value;
  }

  /** The same of one that only looks: between two pages, and at half of one, there is nothing to see, so it waits. */
  async read(expression, seconds = 20) {
    const whole = `document.readyState === "complete" ? (${expression}) : Promise.reject(new Error("half a page, navigated"))`;
    for (const end = Date.now() + seconds * 1000; ;) {
      try {
        return await this.ask(whole);
      } catch (fault) {
        if (!/navigated|context|collected|Cannot find/.test(fault.message) || Date.now() > end) throw fault;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits until the expression is true of the page. */
  async until(expression, seconds = 20) {
    for (const end = Date.now() + seconds * 1000; ;) {
      if (await this.read(`Boolean(${expression})`, seconds)) return;
      if (Date.now() > end) {
        throw new Error(`never true within ${seconds} s: ${expression}\nthe page says: ${await this.text()}\n${this.complaints.join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The text that a person sees. */
  text(selector = "body") {
    return this.read(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ""`);
  }
}
