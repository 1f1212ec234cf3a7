// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/http/fields.hpp"

namespace banyan::strangler {

/// The header fields of requests that say who asks, or let one act in somebody's name: those that
/// are so everywhere, and those that somebody names. One list for what is copied and for what is
/// kept of it. Names in whatever case, with "_" as "-". Immutable; safe for concurrent use.
class CredentialFields {
 public:
  explicit CredentialFields(std::vector<std::string> named = {}) : named_(std::move(named)) {}

  bool contain(std::string_view name) const;
  void remove_from(http::Fields& fields) const;

 private:
  std::vector<std::string> named_;
};

}  // namespace banyan::strangler
