// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/version.hpp"

#include <string>

namespace banyan {

Result<void> check_version(std::optional<std::int64_t> wanted, std::int64_t now,
                           std::string_view rule, std::string_view what) {
  if (!wanted || *wanted == now) return {};
  const std::string meant =
      *wanted == kNoVersion ? "none of its versions" : "version " + std::to_string(*wanted);
  return fail(ErrorCode::Conflict, std::string(rule),
              std::string(what) + " is at version " + std::to_string(now) +
                  ", and the request is for " + meant +
                  ": nothing was changed. Read it again, and decide whether the change still"
                  " makes sense");
}

}  // namespace banyan
