// SPDX-License-Identifier: Apache-2.0
// check_otlp.mjs PROGRAM [ARGUMENT …]: is a collector of OTLP over HTTP for `PROGRAM URL ARGUMENT …`,
// and compares what it is sent, read by OpenTelemetry's own generated decoder, with what tests/unit/
// tracing/otlp_sample.cpp says.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const { opentelemetry } = createRequire(import.meta.url)("@opentelemetry/otlp-transformer/build/src/generated/root.js");
const Request = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

const problems = [];
const expect = (what, seen, wanted) => {
  const [a, b] = [JSON.stringify(seen), JSON.stringify(wanted)];
  if (a !== b) problems.push(`${what}: ${a}, expected ${b}`);
};

const received = [];
const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    received.push({ method: request.method, url: request.url, type: request.headers["content-type"], body: Buffer.concat(parts) });
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

const [program, ...options] = process.argv.slice(2);
const child = spawn(program, [`http://127.0.0.1:${server.address().port}`, ...options], { stdio: "inherit" });
const code = await new Promise((done) => child.on("exit", done));
expect("exit code", code, 0);
server.close();

const hex = (bytes) => Buffer.from(bytes ?? []).toString("hex");
const value = ({ value: v }) =>
  v.stringValue ?? v.boolValue ?? v.doubleValue ?? (v.intValue === null || v.intValue === undefined ? null : Number(v.intValue));
const attributes = (list) => Object.fromEntries(list.map((pair) => [pair.key, value(pair)]));
const millis = (nanos) => Number(BigInt(nanos.toString()) / 1000000n) - 1700000000000;

const spans = [];
for (const request of received) {
  expect("method", request.method, "POST");
  expect("path", request.url, "/v1/traces");
  expect("content type", request.type, "application/x-protobuf");
  const message = Request.decode(request.body);
  // Nothing was sent that the decoder does not know, and nothing in another form.
  expect("length, encoded again", Request.encode(message).finish().length, request.body.length);
  for (const resource of message.resourceSpans) {
    expect("resource", attributes(resource.resource.attributes), {
      "service.name": "recordshop", "service.version": "1.2.3", "service.instance.id": "one",
      "telemetry.sdk.name": "banyan", "telemetry.sdk.language": "cpp" });
    for (const scope of resource.scopeSpans) {
      expect("scope", scope.scope.name, "banyan");
      spans.push(...scope.spans);
    }
  }
}

expect("spans", spans.map((span) => span.name).sort(), ["GET /tracks/{id}", "catalog.get_track"]);
const served = spans.find((span) => span.name === "GET /tracks/{id}");
const called = spans.find((span) => span.name === "catalog.get_track");
if (served && called) {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  expect("server: trace", hex(served.traceId), trace);
  expect("server: parent", hex(served.parentSpanId), "b7ad6b7169203331");
  expect("server: id", hex(served.spanId).length, 16);
  expect("server: state", served.traceState, "rojo=00f067aa0ba902b7");
  expect("server: kind", served.kind, 2);
  expect("server: times", [millis(served.startTimeUnixNano), millis(served.endTimeUnixNano)], [0, 4]);
  expect("server: status", [served.status.code, served.status.message ?? ""], [2, ""]);
  expect("server: flags", served.flags, 0x301);
  expect("server: attributes", attributes(served.attributes), {
    "http.request.method": "GET", "url.path": "/tracks/7", "url.scheme": "http", "server.address": "shop.example",
    "client.address": "203.0.113.9", "banyan.correlation_id": "corr-0001", "http.route": "/tracks/{id}",
    "http.response.status_code": 503, "error.type": "503" });
  expect("catalog.get_track: trace", hex(called.traceId), trace);
  expect("catalog.get_track: parent", hex(called.parentSpanId), hex(served.spanId));
  expect("catalog.get_track: flags", called.flags, 0x101);
  expect("catalog.get_track: kind", called.kind, 3);
  expect("catalog.get_track: times", [millis(called.startTimeUnixNano), millis(called.endTimeUnixNano)], [1, 3]);
  expect("catalog.get_track: status", [called.status.code, called.status.message], [2, "nobody there"]);
  expect("catalog.get_track: attributes", attributes(called.attributes), {
    "rpc.service": "catalog", "banyan.module": "catalog", share: 0.5, yes: true, negative: -7, broken: "\uFFFD" });
  expect("catalog.get_track: events", called.events.map((event) => [event.name, millis(event.timeUnixNano)]), [["begun", 3]]);
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${received.length} request(s), ${spans.length} spans, as they were sent`);
