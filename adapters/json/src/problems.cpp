// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "banyan/json/reader.hpp"

namespace banyan::json {

void Problems::add(std::string where, std::string problem) {
  if (full()) {
    ++more_;
    return;
  }
  details_.push_back({std::move(where), std::move(problem)});
}

void Problems::not_json(std::string where, std::string problem) {
  // What was found before the text turned out to be none is of no use to its author.
  details_.clear();
  more_ = 0;
  is_json_ = false;
  add(std::move(where), std::move(problem));
}

Error Problems::error(std::string_view what) && {
  std::string message(what);
  message += is_json_ ? " is refused" : " is not readable JSON";
  if (!details_.empty()) {
    const Detail& first = details_.front();
    message += first.where.empty() ? ": " : ": " + first.where + ": ";
    message += first.problem;
  }
  const std::size_t others = details_.size() + more_ - (details_.empty() ? 0 : 1);
  if (others == 1) message += " (and one more problem, see details)";
  if (others > 1) message += " (and " + std::to_string(others) + " more problems, see details)";
  return {ErrorCode::InvalidArgument, is_json_ ? "banyan.invalid_request" : "banyan.invalid_json",
          std::move(message), std::move(details_)};
}

std::string pointer_to(std::string_view base, std::string_view step) {
  std::string pointer(base);
  pointer += '/';
  for (const char c : step) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string pointer_to(std::string_view base, std::size_t index) {
  return std::string(base) + '/' + std::to_string(index);
}

}  // namespace banyan::json
