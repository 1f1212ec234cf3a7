// SPDX-License-Identifier: Apache-2.0
// labs_test.mjs BROWSER SOURCES BIN [PICTURES]: "To see it" on the pages of 12-data-first.md, 13-first-extraction.md and
// 18-merging-back.md. The commands are cut out of the pages and run in one shell for each page, as in a terminal; ports,
// folders and programs are those of this test. What the pages say of the map is looked for there.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser } from "./browser.mjs";
import { picture } from "./look.mjs";

const [program, sources, bin, pictures] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "banyan-labs-"));
const patience = 60_000;

async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
  })));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** What stands in place of what the pages say; longer texts come first. */
const [front, second, third] = await freePorts(3);
const here = {
  "bin=lab/.judged/13/tree/build/lab/bin": `bin='${bin}'`, "bin=lab/.judged/18/tree/build/lab/bin": `bin='${bin}'`,
  "build/release/bin/": `'${bin}'/`, "var/shop.db": join(folder, "shop.db"), "/tmp/lab": join(folder, "lab"),
  "lab/13/shop.toml": join(folder, "shop.toml"),
  "127.0.0.1:8080": `127.0.0.1:${front}`, "127.0.0.1:8081": `127.0.0.1:${second}`, "127.0.0.1:8082": `127.0.0.1:${third}`,
};
copyFileSync(join(sources, "labs/13-first-extraction/solution/shop.toml"), here["lab/13/shop.toml"]);
const origin = `http://127.0.0.1:${front}`;

/** A page's text, and the commands that this test has to run. */
function read(name) {
  const text = readFileSync(join(sources, "docs/labs", name), "utf8");
  const blocks = [...text.matchAll(/<!-- run by tests\/web\/labs_test\.mjs -->\n```sh\n([^]*?)```/g)].map(([, commands]) =>
    Object.entries(here).reduce((all, [was, is]) => all.replaceAll(was, is), commands));
  assert.ok(blocks.length > 0, name);
  for (const block of blocks) assert.doesNotMatch(block, /lab\/\.judged|127\.0\.0\.1:80|\/tmp\/lab/, `${name}: this would not run here`);
  const flat = text.replace(/\s+/g, " ");
  return { blocks, says: (words) => assert.ok(flat.includes(words), `${name} does not say any more: ${words}`) };
}

/** A terminal: one shell, to which commands are typed. */
class Terminal {
  #shell = spawn("bash", [], { stdio: ["pipe", "pipe", "pipe"], detached: true, cwd: folder,
    env: { ...process.env, XDG_RUNTIME_DIR: folder } });
  #said = "";
  #typed = 0;

  constructor() {
    for (const stream of [this.#shell.stdout, this.#shell.stderr]) stream.setEncoding("utf8").on("data", (text) => { this.#said += text; });
  }

  /** Types it, and waits until the prompt would be there again. */
  async type(commands) {
    const mark = `typed ${++this.#typed} and ended with`;
    this.#shell.stdin.write(`${commands}\necho ${mark} $?\n`);
    await until(() => this.#said.includes(mark), () => `${commands}\ndoes not end: ${this.#said}`);
    assert.match(this.#said, new RegExp(`${mark} 0\n`), `${commands}\nfails: ${this.#said}`);
  }

  get said() { return this.#said; }

  /** Whatever it has started goes with it. */
  async close() {
    const gone = new Promise((resolve) => this.#shell.on("exit", resolve));
    this.#shell.stdin.end("kill -CONT $(jobs -p) 2>/dev/null; kill $(jobs -p) 2>/dev/null; wait; exit\n");
    await gone;
  }
}

async function until(check, otherwise) {
  for (const end = Date.now() + patience; !(await check());) {
    if (Date.now() > end) throw new Error(otherwise());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const status = (path, port = front) => fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(patience) })
  .then(async (answer) => (await answer.text(), answer.status), () => 0);
const ready = (terminal, port = front) => until(async () => await status("/health/ready", port) === 200,
  () => `the shop is not ready: ${terminal.said}`);

/** Somebody who clicks through albums until `stop`. */
function clicking() {
  let on = true;
  const done = (async () => {
    while (on) {
      await status("/shop/albums");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return { stop: () => { on = false; return done; } };
}

const box = (name) => `document.querySelector('#live-map [data-key="box ${name}"]')`;
const side = (query) => `document.querySelector('#live-map ${query}').getBoundingClientRect()`;
/** Is the box within the frame, as one sees it? */
const framed = (name) => `(() => { const frame = ${side(".frame")}, box = ${side(`[data-key="box ${name}"] .body`)};
  return box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom; })()`;
const beside = (name) => `${box(name)} && (() => { const frame = ${side(".frame")}, box = ${side(`[data-key="box ${name}"] .body`)};
  return box.left >= frame.right || box.right <= frame.left; })()`;
const calls = (to) => `[...document.querySelectorAll('#live-map g.arrow[data-key$=">${to}>call"]')]`;
const labels = (to) => `[...document.querySelectorAll('#live-map g.label[data-key$=">${to}>call"]')].map((each) => each.textContent).join(" ")`;

const browser = new Browser(program);
const page = await browser.page(1600, 1000);
let failed = 0;

async function test(name, check) {
  const terminal = new Terminal();
  try {
    await check(terminal);
    // The page may notice that a process ends, and says so in its own words, too.
    assert.deepEqual(page.complaints.filter((each) => !each.startsWith("Failed to load resource")), []);
    console.log(`ok   ${name}`);
  } catch (fault) {
    ++failed;
    console.error(`FAIL ${name}\n${fault.stack}\n${terminal.said}`);
  }
  await page.open("about:blank");
  await terminal.close();
}

await test("lab 12: the card of warehouse says where its tables are, as they move out and home", async (terminal) => {
  const { blocks: [moves], says } = read("12-data-first.md");
  says("The card of `warehouse` says which database its tables are in, and with whom it shares that.");
  const card = "document.querySelector('[data-module=warehouse] dl').innerText";
  await terminal.type(`'${bin}'/recordshop-data generate --tracks 60 --database ${here["var/shop.db"]}`);
  await terminal.type(`'${bin}'/recordshop --port ${front} --database ${here["var/shop.db"]} &`);
  await ready(terminal);
  await page.open(`${origin}/_banyan/`);
  const shared = "/\\bshop\\.db, shared with /";
  const after = { "schema decouple": shared, "schema dismiss": shared, "--back": shared, "schema move": "/\\.db, its own/" };
  await page.until(`${shared}.test(${card})`);
  for (const line of moves.trimEnd().split("\n")) {
    await terminal.type(line);
    const [, seen] = Object.entries(after).find(([words]) => line.includes(words));
    await page.until(`${seen}.test(${card})`);
    await picture(page, pictures, `lab12-${line.match(/schema \w+|--back/g).join("").replace(/\W+/g, "-")}`);
  }
});

await test("lab 13: catalog stands beside the frame, fails while it is stopped, and is back", async (terminal) => {
  const { blocks: [start], says } = read("13-first-extraction.md");
  for (const words of ["on the map `catalog` stands beside the frame", "`kill -STOP $catalog`", "the arrow to it says that calls fail",
    "*slow and failed* lists them", "`kill -CONT $catalog`", "Your account opens", "load the page anew", "`kill $catalog $shop` ends both"]) says(words);
  await terminal.type(start);
  await ready(terminal);
  await page.open(`${origin}/_banyan/`);
  await until(async () => await status("/shop/albums") === 200, () => `no albums: ${terminal.said}`);
  let visitor = clicking();
  await page.until(beside("catalog"));
  for (const name of ["orders", "warehouse", "payments"]) await page.until(framed(name));
  await page.until(`${calls("catalog")}.some((each) => each.classList.contains("busy"))`);
  assert.doesNotMatch(await page.read(labels("catalog")), /fail/);
  await picture(page, pictures, "lab13-before");

  await terminal.type("kill -STOP $catalog");
  await page.until(`${calls("catalog")}.some((each) => each.classList.contains("failing")) && / fail/.test(${labels("catalog")})`, 60);
  await page.until("document.querySelector('#traces-section').hidden === false && document.querySelectorAll('#traces-panel tbody tr').length > 0", 60);
  assert.equal(await status("/shop/account"), 200);
  assert.equal(await status("/shop/basket"), 200);
  await picture(page, pictures, "lab13-stopped");

  await terminal.type("kill -CONT $catalog");
  await until(async () => await status("/shop/albums") === 200, () => "albums do not come back");
  await visitor.stop();
  await page.open(`${origin}/_banyan/`);
  visitor = clicking();
  await page.until(`${calls("catalog")}.some((each) => each.classList.contains("busy")) && !/fail/.test(${labels("catalog")})`, 60);
  await visitor.stop();
  await terminal.type("kill $catalog $shop; wait");
  assert.equal(await status("/health/ready"), 0);
});

await test("lab 18: two modules stand beside the frame, and then six in it", async (terminal) => {
  const { blocks: [split, home], says } = read("18-merging-back.md");
  says("`catalog` and `payments` stand beside the frame");
  says("the arrow to `catalog` says how many calls go out of the process");
  says("six modules in one frame, and no arrow between them leaves it");
  await terminal.type(split);
  await ready(terminal);
  await page.open(`${origin}/_banyan/`);
  let visitor = clicking();
  for (const name of ["catalog", "payments"]) await page.until(beside(name));
  for (const name of ["customers", "orders", "shipping", "warehouse"]) await page.until(framed(name));
  await page.until(`/[1-9].*\\/s/.test(${labels("catalog")})`);
  await picture(page, pictures, "lab18-split");
  await visitor.stop();

  await terminal.type(home);
  await ready(terminal);
  await page.open(`${origin}/_banyan/`);
  visitor = clicking();
  await page.until(`${calls("catalog")}.some((each) => each.classList.contains("busy"))`);
  const boxes = await page.read("[...document.querySelectorAll('#live-map g.box')].map((each) => each.dataset.key.slice(4))");
  const modules = ["catalog", "customers", "orders", "payments", "shipping", "warehouse"];
  for (const name of modules) {
    assert.ok(boxes.includes(name), `no ${name} among ${boxes}`);
    assert.equal(await page.read(framed(name)), true, name);
  }
  assert.equal(await page.read("document.querySelectorAll('#live-map .box.elsewhere').length"), 0);
  await picture(page, pictures, "lab18-home");
  await visitor.stop();
});

await browser.close();
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
