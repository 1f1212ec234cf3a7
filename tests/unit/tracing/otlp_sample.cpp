// SPDX-License-Identifier: Apache-2.0
// otlp_sample URL [orphan]: sends two known traces to a collector, for check_otlp.mjs to read.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/tracing/http_spans.hpp"
#include "banyan/tracing/recorder.hpp"

int main(int count, char** words) {
  using namespace banyan;
  using std::chrono::milliseconds;
  const std::vector<std::string_view> given(words, words + count);
  if (given.size() < 2) return 2;
  ManualClock clock;  // 2023-11-14T22:13:20Z
  SeededRandom random(1);
  auto made = tracing::Recorder::make({.service = "recordshop",
                                       .version = "1.2.3",
                                       .instance = "one",
                                       .exporting = {.collector = std::string(given[1])}},
                                      clock, random);
  if (!made) {
    std::fprintf(stderr, "%s\n", made.error().message.c_str());
    return 1;
  }
  tracing::Recorder& recorder = **made;
  const auto parent = TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                          "rojo=00f067aa0ba902b7");
  {
    Span server = tracing::begin_server_span(&recorder, &*parent,
                                             {.method = "GET",
                                              .target = "/tracks/7?secret=1",
                                              .host = "shop.example",
                                              .client_address = "203.0.113.9",
                                              .correlation_id = "corr-0001",
                                              .route = "/tracks/{id}"});
    clock.advance(milliseconds(1));
    TraceContext other = *parent;
    Span call = given.size() > 2 ? recorder.begin({.parent = &other, .name = "catalog.get_track"})
                                 : server.child(SpanKind::Client, "catalog", "get_track");
    call.set("rpc.service", "catalog").set("banyan.module", "catalog").set("share", 0.5);
    call.set("yes", true).set("negative", -7).set("broken", "\xFF");
    clock.advance(milliseconds(2));
    call.event("begun");
    call.fail("nobody there");
    call.finish();
    clock.advance(milliseconds(1));
    tracing::answered(server, 503);
  }
  // Neither of these is for export.
  auto unsampled = *parent;
  unsampled.sampled = false;
  recorder.begin({.parent = &unsampled, .name = "unsampled"}).finish();
  recorder.begin({.name = "no parent, and no share"}).finish();
  made->reset();
  return 0;
}
