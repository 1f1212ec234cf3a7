// SPDX-License-Identifier: Apache-2.0
// cloud_events.mjs RECORDSHOP RECORDSHOP_DATA: a follower, and a publisher, that others wrote (the SDK of
// CloudEvents for JavaScript). It takes what a running shop pushes, and checks each event; and what it
// publishes is taken by a running shop.
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudEvent, HTTP } from "cloudevents";

const [recordshop, recordshopData] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "cloud-events-"));
const running = [];

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
async function until(what, condition) {
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(10)) {
    const found = await condition();
    if (found) return found;
  }
  throw new Error(`${what}: that does not come`);
}

async function start(name, ...options) {
  const ready = join(folder, `${name}.ready`);
  const log = join(folder, `${name}.log`);
  const child = spawn(recordshop, [...options, "--port", "0", "--ready-file", ready, "--log-file", log], { stdio: "ignore" });
  running.push(child);
  const port = await until(`${name} is ready`, () => {
    assert.equal(child.exitCode, null, `${name} ends: ${existsSync(log) ? readFileSync(log, "utf8") : ""}`);
    return existsSync(ready) && readFileSync(ready, "utf8").trim();
  });
  return `http://127.0.0.1:${port}`;
}

async function call(method, url, body, key) {
  const headers = { "Content-Type": "application/json", ...(key ? { "Idempotency-Key": key } : {}) };
  const answer = await fetch(url, { method, headers: body ? headers : {}, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${url}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}

// A module's process as a stranger would write it. It is customers for one shop and orders for another.
const taken = [];
const told = [];
let customers = [];
const stranger = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  try {
    if (request.method === "POST" && request.url === "/_events/orders") {
      taken.push(HTTP.toEvent({ headers: request.headers, body }));
      response.writeHead(204).end();
    } else if (request.method === "POST" && request.url === "/_events/orders/complete") {
      told.push(JSON.parse(body));
      response.writeHead(204).end();
    } else if (request.method === "GET" && request.url.startsWith("/customers?")) {
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ customers }));
    } else {
      response.writeHead(404, { "Content-Type": "application/json" }).end("{}");
    }
  } catch (fault) {
    taken.push(fault);
    response.writeHead(400).end();
  }
});
stranger.listen(0, "127.0.0.1");
await once(stranger, "listening");
const strangerAt = `127.0.0.1:${stranger.address().port}`;

/// What docs/how-to/events.md says of each.
function check(event, { type, subject, ordinal, data }) {
  if (event instanceof Error) throw event;
  assert.equal(event.validate(), true);
  assert.equal(event.specversion, "1.0");
  assert.match(event.id, /^[0-9a-f]{32}$|^[0-9a-f-]{36}$/);
  assert.equal(event.source, `/recordshop/${type.split(".")[0]}`);
  assert.equal(event.type, type);
  assert.equal(event.subject, subject);
  assert.equal(event.partitionkey, subject);
  assert.equal(event.ordinal, String(ordinal));
  assert.equal(event.recipient, "orders");
  assert.match(event.datacontenttype, /^application\/json/);
  assert.ok(Math.abs(Date.now() - Date.parse(event.time)) < 120_000, `the time is now: ${event.time}`);
  for (const [field, value] of Object.entries(data)) assert.deepEqual(event.data[field], value);
}

async function whatAShopPushes() {
  const database = join(folder, "shop.db");
  execFileSync(recordshopData, ["generate", "--tracks", "20", "--database", database], { stdio: "ignore" });
  const shop = await start("publisher", "serve", "--modules", "catalog,customers", "--internal", "--database", database,
    "--at", `orders=${strangerAt}`);
  const name = "Zoë “50 %” Ångström";
  const customer = (await call("POST", `${shop}/customers`, { name, email: "zoe@example.org" }, "zoe")).id;
  await call("PUT", `${shop}/customers/${customer}/name`, { name: "Zoë" });
  await call("DELETE", `${shop}/customers/${customer}`);
  const track = (await call("GET", `${shop}/tracks?limit=1`)).tracks[0].id;
  await call("PUT", `${shop}/tracks/${track}/title`, { title: "Grüße, 100 %" });
  await until("four events", () => taken.length >= 4);
  const about = (subject) => taken.filter((event) => event.subject === subject);
  assert.equal(taken.length, 4);
  assert.equal(new Set(taken.map((event) => event.id)).size, 4, "each has an id of its own");
  const [opened, renamed, closed] = about(customer);
  check(opened, { type: "customers.customer_opened.v1", subject: customer, ordinal: 1, data: { customer, name } });
  check(renamed, { type: "customers.customer_renamed.v1", subject: customer, ordinal: 2, data: { customer, name: "Zoë" } });
  check(closed, { type: "customers.account_closed.v1", subject: customer, ordinal: 3, data: { customer } });
  check(about(track)[0], { type: "catalog.track_retitled.v1", subject: track, ordinal: 1, data: { track, title: "Grüße, 100 %" } });
  // And how far it is, of each of its modules.
  for (const source of ["catalog", "customers"]) {
    await until(`${source} says how far it is`, () => told.some((each) => each.source === source && !Number.isNaN(Date.parse(each.until))));
  }
}

async function whatAShopTakes() {
  const database = join(folder, "follower.db");
  execFileSync(recordshopData, ["generate", "--tracks", "20", "--database", database], { stdio: "ignore" });
  const shop = await start("follower", "serve", "--modules", "catalog,warehouse,payments,shipping,orders", "--internal",
    "--database", database, "--at", `customers=${strangerAt}`);
  const order = (await call("GET", `${shop}/orders?limit=1`)).orders[0];
  const customer = order.customer;
  const nameShown = async () => (await call("GET", `${shop}/orders/${order.id}`)).names.customer;
  assert.equal((await nameShown()).state, "not_yet");
  customers = [{ id: customer, name: "As it was", email: "a@example.org", state: "open", credit: "good",
    opened_at: new Date().toISOString().replace(/Z$/, "000Z"), version: 1 }];
  await call("POST", `${shop}/_events/orders/complete`, { source: "customers", until: new Date().toISOString() });
  await until("the names are read", async () => (await nameShown()).name === "As it was");

  const made = (ordinal, name, more = {}) => new CloudEvent({
    type: "customers.customer_renamed.v1", source: "/recordshop/customers", subject: customer,
    partitionkey: customer, ordinal: String(ordinal), data: { customer, name }, ...more });
  const push = async (message) => {
    const answer = await fetch(`${shop}/_events/orders`, { method: "POST", headers: message.headers, body: message.body });
    return [answer.status, await answer.text()];
  };
  const expectPushed = async (message, status) => {
    const [got, text] = await push(message);
    assert.equal(got, status, text);
  };
  await expectPushed(HTTP.binary(made(1, "Binary")), 204);
  assert.equal((await nameShown()).name, "Binary");
  await expectPushed(HTTP.structured(made(2, "Structured ü")), 204);
  assert.equal((await nameShown()).name, "Structured ü");
  // Once more is not again; what comes too early waits; a field more is no harm.
  await expectPushed(HTTP.binary(made(1, "Binary")), 204);
  assert.equal((await nameShown()).name, "Structured ü");
  await expectPushed(HTTP.binary(made(4, "Too early")), 409);
  await expectPushed(HTTP.structured(made(3, "Third", { data: { customer, name: "Third", title: "Dr." } })), 204);
  assert.equal((await nameShown()).name, "Third");
  // A version that this program does not know yet waits, and so does what comes after it of its key.
  await expectPushed(HTTP.binary(made(4, "Newer", { type: "customers.customer_renamed.v9" })), 409);
  await expectPushed(HTTP.binary(made(5, "After it")), 409);
  // What is none of ours is refused, with a sentence.
  const [status, text] = await push(HTTP.binary(new CloudEvent({ type: "customers.customer_renamed.v1", source: "/x", subject: customer, data: {} })));
  assert.equal(status, 400);
  assert.match(text, /the attribute ordinal is missing/);
}

let failed = false;
try {
  await whatAShopPushes();
  await whatAShopTakes();
  console.log("the SDK reads what the shop pushes, and the shop what the SDK makes");
} catch (fault) {
  failed = true;
  console.error(fault);
} finally {
  for (const child of running) child.kill("SIGKILL");
  stranger.close();
  stranger.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
