// SPDX-License-Identifier: Apache-2.0
#include "desk_request.hpp"

#include <string>
#include <utility>
#include <vector>

#include "banyan/json/codec.hpp"
#include "banyan/stages/control_store.hpp"

namespace banyan::host {
Result<Asked> read_asked(const strangler::AdminRequest& request) {
  if (Result<void> json = is_json(request); !json) return fail(std::move(json).error());
  Result<Asked> asked = json::decode<Asked>(request.body, json::Reading::Strict);
  if (!asked) return asked;
  if (Result<void> said = says_who_and_why(*asked); !said) return fail(std::move(said).error());
  return asked;
}

// What a page of another site cannot send without being asked first.
Result<void> is_json(const strangler::AdminRequest& request) {
  if (request.content_type.starts_with("application/json")) return {};
  return fail(ErrorCode::InvalidArgument, "banyan.unsupported_media_type",
              "a change is asked for with the content type application/json, not \"" +
                  std::string(request.content_type) + '"');
}

Result<void> says_who_and_why(const Asked& asked) {
  std::vector<Detail> details = strangler::faults_of({asked.who, asked.why});
  if (details.empty()) return {};
  std::string message = "a change needs who asks for it and why, to be written down with it";
  for (const Detail& detail : details) message += "; " + detail.problem;
  return fail(ErrorCode::InvalidArgument, "banyan.author_or_reason_missing", std::move(message),
              std::move(details));
}

strangler::AdminAnswer refused(Error error, std::string_view allow) {
  return std::unexpected(strangler::AdminRefusal{std::move(error), allow});
}

strangler::AdminAnswer not_allowed(std::string_view allow) {
  return refused({ErrorCode::InvalidArgument,
                  "banyan.method_not_allowed",
                  "only " + std::string(allow) + " is possible here",
                  {}},
                 allow);
}

}  // namespace banyan::host
