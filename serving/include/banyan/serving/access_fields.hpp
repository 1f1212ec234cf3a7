// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace banyan::serving {

/// A field of a line of the access log, where `format` is "json".
struct AccessField {
  std::string_view name;
  std::string_view type;
  std::string_view when;  ///< which lines have it; "" is all
  std::string_view help;
};

/// In the order of the line. docs/reference/logs.md is made of it.
inline constexpr std::array kAccessFields = std::to_array<AccessField>({
    {"time", "text", "", "when the answer was complete: RFC 3339, UTC"},
    {"request_id", "text", "", "the proxy's name of the request, `X-Request-Id` of the answer"},
    {"correlation_id", "text", "where the client said one", "`X-Correlation-Id` of the request"},
    {"trace_id", "text", "where a span tells of the request", "W3C Trace Context"},
    {"peer", "text", "", "the address that the connection came from"},
    {"forwarded_for", "text", "where somebody said it", "`X-Forwarded-For` of the request"},
    {"method", "text", "", "of the request, as it came"},
    {"host", "text", "", "`Host` of the request"},
    {"target", "text", "", "of the request, as it came: path and query"},
    {"status", "number", "", "of the answer"},
    {"response_bytes", "number", "", "of the answer's body"},
    {"duration_seconds", "number", "", "from the head of the request to the end of the answer"},
    {"user_agent", "text", "where the client said it", "`User-Agent` of the request"},
    {"route", "text", "where a route was found", "its name"},
    {"side", "text", "where a route was found", "`local` (the old side) or `remote` (the new one)"},
    {"upstream_address", "text", "where a route was found",
     "the instance that was asked last; empty where none was"},
    {"attempts", "number", "where a route was found", "how often an instance was asked"},
    {"outcome", "text", "",
     "`none` where nothing failed, `refused` where no route was found or the request was not "
     "taken, else [what failed](#outcomes)"},
    {"fell_back", "text", "where the old side was asked in place of a new one that had failed",
     "[what failed](#outcomes), or `status_503`"},
    {"forced", "true", "where a tester has chosen the side",
     "the request counts for no verdict and was not copied"},
    {"not_forced", "text", "where a tester wanted a side and was not let",
     "`proof` (the header came without what makes it count), `word` (it says neither `new` nor "
     "`old`), `stage` (the matrix forbids it now), `writes` (they are on the other side)"},
    {"shadow", "true", "where it is of a copy, which nobody waits for",
     "`request_id` is that of the request that was copied"},
    {"rule", "text", "where the request was not taken", "[which rule](problems.md) it had broken"},
});

/// The name of one of these, from a text; does not compile with another.
struct AccessFieldName {
  consteval AccessFieldName(const char* name) : text(name) {
    for (const AccessField& each : kAccessFields) {
      if (each.name == text) return;
    }
    throw "there is no field of this name: declare it in kAccessFields";
  }
  std::string_view text;
};

}  // namespace banyan::serving
