// SPDX-License-Identifier: Apache-2.0
#include "entries.hpp"

#include <cstdio>
#include <cstdlib>

#include "banyan/http/serializer.hpp"
#include "unit/http/parse.hpp"

namespace banyan::http {
namespace {

const Limits kLimits{.head_bytes = 2000,
                     .target_bytes = 500,
                     .fields = 20,
                     .trailer_bytes = 200,
                     .chunk_line_bytes = 100,
                     .body_bytes = 5000};

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void drop_framing(Fields& fields) {
  fields.remove_if(
      [](const Fields::Field& field) { return kHopByHopFields.contains(field.known); });
  fields.remove("Content-Length");
}

}  // namespace

void fuzz_request_parser(std::string_view bytes) {
  const Parsed whole = parse_requests(bytes, SIZE_MAX, kLimits);
  for (const std::size_t piece : {1U, 3U, 64U}) {
    require(parse_requests(bytes, piece, kLimits) == whole, "cutting changes what is found");
  }
  for (Request request : whole.requests) {
    drop_framing(request.head.fields);
    // HTTP/1.0 could do without; what goes on as HTTP/1.1 cannot.
    if (!request.head.fields.contains("Host")) request.head.fields.add("Host", "a");
    const auto written = serialize(request);
    require(written.has_value(), "a request that was taken cannot be sent");
    Parsed again = parse_requests(*written);
    require(again.requests.size() == 1, "one request became none or several");
    drop_framing(again.requests[0].head.fields);
    request.head.minor_version = 1;
    require(again.requests[0] == request, "a request changed on its way");
  }
}

void fuzz_response_parser(std::string_view bytes) {
  const Parsed whole = parse_responses(bytes, "GET", SIZE_MAX, kLimits);
  for (const std::size_t piece : {1U, 3U, 64U}) {
    require(parse_responses(bytes, "GET", piece, kLimits) == whole,
            "cutting changes what is found");
  }
  for (Response response : whole.responses) {
    if (response.head.status < 200) continue;
    drop_framing(response.head.fields);
    if (response.head.reason.empty()) response.head.reason = reason_phrase(response.head.status);
    const auto written = serialize(response);
    require(written.has_value(), "a response that was taken cannot be sent");
    Parsed again = parse_responses(*written);
    require(again.responses.size() == 1, "one response became none or several");
    drop_framing(again.responses[0].head.fields);
    response.head.minor_version = 1;
    require(again.responses[0] == response, "a response changed on its way");
  }
}

}  // namespace banyan::http
