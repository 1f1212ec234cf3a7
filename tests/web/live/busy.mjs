// SPDX-License-Identifier: Apache-2.0
// A record shop on a busy day: catalog is on its way to a service of its own, which is slower and
// fails now and then; shipping is elsewhere; a saga is stuck and a key of events parked. All documents
// that the page of modules asks for.
import { bounds, reading } from "./documents.mjs";

const operation = (name, method, path, effect, requests, calls = []) =>
  ({ name, method, path, effect, summary: `What ${name} does.`, requests, calls });

/** Calls of one module by another, so many a second. */
const caller = (asked, from, op, perSecond, seconds, failures = 0) => {
  const { count, failures: failed, seconds: all, buckets } = reading("", 40 + perSecond * asked, seconds, failures);
  return { from, operation: op, count, failures: failed, seconds: all, buckets };
};

const trace = (id, name, reason, took, ago) => ({ operation: name, reason, trace_id: id.repeat(32), took_us: took,
  started: new Date(Date.now() - ago * 1000).toISOString() });

export const log = [
  { kind: "routes", seq: 3, note: 2, time: "2026-11-29T09:44:00.000000Z", module: "", who: "recordshop (root@desk)", why: "its file was read again",
    before: '{"table":"1f0c8e5bd2a71f0c"}', after: '{"table":"77aa","added":["route wiki.read"],"removed":[],"changed":["upstream catalog"]}' },
  { kind: "plan", seq: 3, note: 1, time: "2026-11-29T09:41:00.000000Z", module: "catalog", who: "ada@laptop", why: "lunch",
    before: '{"state":"running","step":3,"of":5}', after: '{"state":"paused","step":3,"of":5}' },
  { seq: 3, time: "2026-11-29T09:40:12.000000Z", module: "catalog", who: "promotion", why: "5 % was good for 10 minutes",
    evidence: { judgement: "better_or_equal", operations: [{ operation: "catalog.get_track", samples: 4120 }] },
    before: '{"stage":"canary","reads":500,"writes":"local"}', after: '{"stage":"canary","reads":2500,"writes":"local"}' },
  { seq: 2, time: "2026-11-29T09:28:03.000000Z", module: "catalog", who: "promotion", why: "1 % was good for 10 minutes",
    before: '{"stage":"canary","reads":100,"writes":"local"}', after: '{"stage":"canary","reads":500,"writes":"local"}' },
  { seq: 1, time: "2026-11-29T09:16:40.000000Z", module: "catalog", who: "ada@laptop", why: "first canary, <b>carefully</b>",
    before: '{"stage":"legacy","reads":0,"writes":"local"}', after: '{"stage":"canary","reads":100,"writes":"local"}' },
];

const legacy = { name: "legacy", reads: "0%", writes: "local" };

export const live = (asked) => ({
  application: "Record shop", service: "recordshop", version: "0.9.0", kind: "application", process: 4711, flavour: "catalog routed",
  uptime_seconds: 7270 + asked, revision: 3, bounds, slow_ms: 500, log, upstreams: [],
  traces: [trace("a", "catalog.get_track", "failed", 132_000, 12), trace("b", "orders.place_order", "slow", 812_000, 47),
    trace("c", "catalog.list_tracks", "failed", 98_000, 95), trace("d", "orders.place_order", "recovered", 402_000, 160)],
  modules: [
    {
      name: "catalog", runs: "routed", at: "127.0.0.1:9001", data: "shop.db", needs: [],
      stage: { name: "canary", reads: "25%", writes: "local" }, tunnels: { old_side: 0, new_side: 0, pinned: 0 },
      callers: [caller(asked, "orders", "get_tracks", 6, 0.0011), caller(asked, "warehouse", "get_track", 1, 0.0009), caller(asked, "pages", "list_tracks", 9, 0.002)],
      operations: [
        operation("get_track", "GET", "/tracks/{id}", "read",
          [reading("local", 900 + 31 * asked, 0.0004), reading("remote", 300 + 10 * asked, 0.12, 3 + Math.floor(asked / 2))],
          [reading("in_process", 70 + 5 * asked, 0.00002), reading("remote", 20 + 2 * asked, 0.004)]),
        operation("list_tracks", "GET", "/tracks", "read",
          [reading("local", 420 + 8 * asked, 0.002), reading("remote", 120 + 3 * asked, 0.009)]),
        operation("change_price", "PUT", "/tracks/{id}/price", "write", [reading("local", 2, 0.13)]),
        operation("retire_track", "DELETE", "/tracks/{id}", "write", []),
      ],
    },
    {
      name: "customers", runs: "in_process", at: "", data: "shop.db", needs: [], stage: legacy,
      callers: [caller(asked, "orders", "get_customer", 3, 0.0006), caller(asked, "shipping", "get_address", 0, 0.0006)],
      operations: [operation("sign_in", "POST", "/sessions", "write", [reading("local", 55 + asked, 0.09)]),
        operation("get_customer", "GET", "/customers/{id}", "read", [reading("local", 210 + 4 * asked, 0.0006)])],
    },
    {
      name: "payments", runs: "in_process", at: "", data: "payments.db", needs: [], stage: legacy,
      callers: [caller(asked, "orders", "authorise", 2, 0.65)],
      operations: [operation("get_payment", "GET", "/payments/{id}", "read", [reading("local", 12, 0.001)])],
    },
    {
      name: "shipping", runs: "remote", at: "10.0.0.7:9004", data: "", needs: ["customers"],
      callers: [caller(asked, "orders", "book", 2, 0.03)],
      operations: [operation("get_consignment", "GET", "/consignments/{id}", "read", [reading("remote", 40 + asked, 0.02)])],
    },
    {
      name: "warehouse", runs: "rehearsal", at: "", data: "shop.db", needs: ["catalog"], stage: legacy,
      callers: [caller(asked, "orders", "reserve", 2, 0.004, 0)],
      operations: [operation("get_stock", "GET", "/stock/{id}", "read", [reading("local", 800 + 12 * asked, 0.001)])],
    },
    {
      name: "orders", runs: "in_process", at: "", data: "shop.db", needs: ["catalog", "customers", "warehouse", "payments", "shipping"],
      stage: legacy, callers: [],
      operations: [operation("place_order", "POST", "/orders", "write", [reading("local", 90 + 2 * asked, 0.4)]),
        operation("get_order", "GET", "/orders/{id}", "read", [reading("local", 300 + 5 * asked, 0.0008)]),
        operation("cancel_order", "POST", "/orders/{id}/cancel", "write", [])],
    },
  ],
});

const rollout = (module, stage, reads, more = {}) => ({ module, stage, reads, writes: "local", data: "shared",
  old_side: true, new_side: stage !== "legacy", revision: 1, ...more });

export const status = () => ({ revision: 3, log: { entries: 3, head: "abc" }, rollouts: [
  rollout("catalog", "canary", "25%", { next: "canary 50%", back: "legacy" }), rollout("customers", "legacy", "0%")] });

export const plans = () => ({ plans: [{
  module: "catalog", state: "running", step: 2, share: "25%", since: "2026-11-29T09:40:12.000000Z", who: "ada@laptop",
  reason: "get_track needs 380 more samples on the new side; list_tracks is better or equal",
  steps: [1, 5, 25, 50, 100].map((percent) => ({ percent, dwell_seconds: 600, samples: 1000 })),
  verdicts: [
    { operation: "catalog.get_track", judgement: "undecided", reason: "620 of 1,000 samples", samples: 620, compared: 600,
      findings: [{ measure: "failures", judgement: "undecided", new_side: { hits: 3, of: 620 }, reference: { hits: 0, of: 1900 }, log_e_worse: 1.2, log_e_all_clear: -0.4 }] },
    { operation: "catalog.list_tracks", judgement: "better_or_equal", reason: "", samples: 1400, compared: 1380, findings: [] }],
}] });

const saga = (id, name, state, at, ago) => ({ id: `sag_${id.repeat(32)}`, name, version: 1, subject: `ord_${id}`, status: state,
  phase: "forward", step: 1, at, attempts: 3, outages: 0, blocked_on: "", holder: "", began: new Date(Date.now() - ago * 1000).toISOString(),
  correlation_id: "c-1", steps: [], possible: [] });

export const sagas = () => ({ modules: [{ module: "orders", sagas: [
  saga("1", "place_order", "stuck", "payments.capture", 610), saga("2", "place_order", "active", "warehouse.reserve", 2),
  saga("3", "place_order", "active", "payments.authorise", 1), ...["4", "5", "6", "7", "8"].map((id) => saga(id, "place_order", "completed", "", 90))] }] });

const lane = (name, position, more = {}) => ({ lane: name, transport: "in_process", position, head: position, unsent: 0,
  oldest_unsent_seconds: 0, held: 0, parked: 0, keys: [], ...more });

export const events = (asked) => ({ modules: [
  { module: "payments", lanes: [lane("shipping", 300 + 2 * asked, { transport: "http_push", unsent: 4, oldest_unsent_seconds: 8.2 })] },
  { module: "shipping", lanes: [lane("orders", 120 + asked, { held: 1, parked: 1 })] }] });

export const work = () => ({ modules: [{ module: "orders", workers: [{ worker: "sagas",
  here: { units: 1240, failed: 3, hindered: 0, lag_p50_seconds: 0.05, lag_p90_seconds: 0.1 }, elsewhere: { units: 310, failed: 62, hindered: 4, lag_p50_seconds: 0.06, lag_p90_seconds: 2.1 },
  verdict: { judgement: "worse", reason: "worker sagas: 62 of 310 (20%) of the new side failed", samples: 310, samples_before: 1240 } }] }] });

export const placements = () => ({ modules: [
  ...["catalog", "customers", "warehouse", "orders"].map((module) => ({ module, database: "shop.db", stage: module === "catalog" ? "copying" : "shared", epoch: 0, waiting: false })),
  { module: "payments", database: "payments.db", stage: "separate", epoch: 1, gate: "open", waiting: false }] });

const side = (state, value, body) => ({ status: state, value, body });

const report = {
  operations: [
    { operation: "catalog.get_track", pairs: 1240, same_bytes: 1100, same: 1180, noise: 43, differing: 17, ignored: 0, own_pairs: 60, own_differing: 2, by_class: { "2xx": 1230, "4xx": 10 } },
    { operation: "catalog.list_tracks", pairs: 310, same_bytes: 310, same: 310, noise: 0, differing: 0, ignored: 0, own_pairs: 15, own_differing: 0, by_class: { "2xx": 310 } }],
  fields: [
    { operation: "catalog.get_track", path: "/price/amount", opinion: "difference", confidence: 0.998, declared: false, kinds: { value: 17 },
      old_new: { differing: 17, pairs: 1240 }, old_old: { differing: 0, pairs: 60 }, first: "2026-11-29T09:20:00.000000Z", last: "2026-11-29T09:44:31.000000Z",
      note: "129 is not 128", examples: [{ number: 3, time: "2026-11-29T09:44:31.000000Z", request: "GET /tracks/trk_1?currency=EUR", correlation_id: "c-77",
        fields: { Accept: "application/json" }, replayable: true, old: side(200, "129", '{"id":"trk_1","price":{"amount":129,"currency":"EUR"}}'),
        new: side(200, "128", '{"id":"trk_1","note":"<script>alert(1)</script>","price":{"amount":128,"currency":"EUR"}}') },
      { number: 4, time: "2026-11-29T09:44:40.000000Z", request: "GET /tracks/aaa_9?q=aaa", replayable: false,
        needs: { target: "/tracks/…?q=…", parts: [{ name: "{id} of the path", form: "aaa_9" }, { name: "q of the query", form: "aaa" }],
          headers: ["cookie"], may_add: ["user-agent"] }, old: side(200, "129", "{}"), new: side(200, "128", "{}") }] },
    { operation: "catalog.get_track", path: "/served_at", opinion: "noise", confidence: 0.97, declared: false, kinds: { value: 43 },
      old_new: { differing: 43, pairs: 1240 }, old_old: { differing: 2, pairs: 60 }, first: "2026-11-29T09:20:00.000000Z", last: "2026-11-29T09:44:31.000000Z", examples: [] }],
  folded: { operations: 0, fields: 0, examples: 4 }, bytes: 81000, masked: true,
};

export const differences = () => ({ modules: [
  { module: "catalog", copies: { sent: 1560, sent_again: 60, compared: 1550, under_way: 1, memory_bytes: 9000, failed: {}, dropped: { at_once: 10 } }, report }] });

const refusal = { type: "about:blank", status: 422, code: "FailedPrecondition", rule: "banyan.illegal_stage",
  detail: "the writes of catalog may only be on the new side while 100% of its reads are, and 30% would be: two sides must never answer " +
    "for what one of them writes. Bring the writes home in the same change (writes to the old side), or move all reads first (100%). Legal now: legacy, shadow, canary, moved." };

const differing = { type: "about:blank", status: 422, code: "FailedPrecondition", rule: "banyan.answers_differ",
  detail: "refused: the new side of catalog answers otherwise. Or do it all the same: --despite-differences",
  details: [{ where: "/despite_differences", problem: "the new side of catalog answers otherwise" }] };

const misfit = { type: "about:blank", status: 400, code: "InvalidArgument", rule: "banyan.replay_does_not_fit", detail: "another form",
  details: [{ where: "/parts/1", problem: "what is said for q of the query has another form than aaa, which is kept of it" }] };

/** A process with all of it. `orders` are what was posted; writes to the new side at less than 100 % are refused, and so is
 * 31 % but despite differences. */
export function busy(orders = []) {
  let asked = 0;
  const documents = { "/status": status, "/plans": plans, "/sagas": sagas, "/events": () => events(asked++), "/work": work, "/placements": placements, "/differences": differences };
  return (method, path, body) => {
    if (method === "GET") return documents[path]?.();
    orders.push([path, body]);
    if (path === "/differences/replay" && body.parts && body.parts[1] !== "abc") return [400, misfit];
    if (path === "/differences/replay") return { example: body.example, comparison: { same: false, differences: [{ path: "/price/amount", kind: "value", old: "129", new: "128" }] } };
    if (body.percent === "31%" && !body.despite_differences) return [422, differing];
    if (body.writes === "remote" && body.percent !== "100%") return [422, refusal];
    return { module: path.split("/")[2], changed: true, before: {}, after: {} };
  };
}
