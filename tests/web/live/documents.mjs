// SPDX-License-Identifier: Apache-2.0
// Live documents as the processes of an application answer them under /_banyan/api/live.

export const bounds = Array.from({ length: 24 }, (_, index) => 2e-6 * 2 ** index);

/** A reading of `count` requests that all took `seconds`. */
export function reading(way, count, seconds, failures = 0) {
  const buckets = bounds.map(() => 0);
  buckets[bounds.findIndex((bound) => seconds <= bound)] = count;
  return { way, count, failures, seconds: count * seconds, buckets };
}

const operation = (name, method, path, effect, requests, calls = []) =>
  ({ name, method, path, effect, summary: `What ${name} does.`, requests, calls });

const frame = (modules, more) =>
  ({ process: 4711, uptime_seconds: 7270, revision: 3, bounds, log: [], modules, flavour: "", ...more });

/** The monolith during a canary of catalog. */
export const monolith = (asked) => frame([
  {
    name: "catalog", runs: "routed", at: "127.0.0.1:9001", data: "shop.db", needs: [],
    stage: { name: "canary", reads: "25%", writes: "local" },
    operations: [
      operation("get_track", "GET", "/tracks/{id}", "read",
        [reading("local", 900 + 30 * asked, 0.0004), reading("remote", 300 + 10 * asked, 0.12, 3 + asked)],
        [reading("in_process", 70, 0.00002)]),
      operation("change_price", "PUT", "/tracks/{id}/price", "write", [reading("local", 2, 0.13)]),
    ],
  },
  {
    name: "orders", runs: "in_process", at: "", data: "shop.db", needs: ["catalog", "warehouse"],
    // The first order of the day comes in while the page is open.
    operations: [operation("place_order", "POST", "/orders", "write", asked < 2 ? [] : [reading("local", 1, 0.13)]),
      operation("list_orders_of_a_customer_with_a_long_name", "GET", "/orders", "read", [])],
  },
], {
  application: "Record shop", service: "recordshop", version: "0.1.0", kind: "application", flavour: "catalog routed",
  log: [{ seq: 1, time: "2026-11-22T08:30:00.000000Z", module: "catalog", who: "ada@laptop", why: "first canary, <b>carefully</b>",
    before: '{"stage":"legacy","reads":0,"writes":"local"}', after: '{"stage":"canary","reads":2500,"writes":"local"}' }],
});

/** The service of one module. */
export const service = () => frame([{
  name: "catalog", runs: "in_process", at: "", data: "catalog.db", needs: [],
  operations: [operation("get_track", "GET", "/tracks/{id}", "read", [reading("local", 5, 0.001)])],
}], { application: "Record shop", service: "recordshop-catalog", version: "0.1.0", kind: "service" });

/** A proxy in front of two applications. */
export const proxy = () => frame([{
  name: "catalog", runs: "remote", at: "shop → catalog-service", data: "", needs: [],
  stage: { name: "legacy", reads: "0%", writes: "local" }, tunnels: { old_side: 1, new_side: 0, pinned: 0 },
  operations: [operation("catalog.read", "GET", "/albums/*", "read", [reading("local", 12, 0.004)])],
}], {
  application: "banyan proxy", kind: "proxy", flavour: "standalone", generation: 2,
  upstreams: [{ name: "shop", balance: "round_robin", max_requests: 0, refused: 0, instances: [
    { at: "127.0.0.1:8080", state: "healthy", check: "passing", in_flight: 1, requests: 1234, failures: 0 },
    { at: "catalog.internal.example.org:18080", state: "ejected", check: "failing", in_flight: 0, requests: 40, failures: 40 }] }],
});
