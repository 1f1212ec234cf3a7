// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/http/message.hpp"
#include "banyan/kernel/error.hpp"
#include "listeners.hpp"

namespace banyan::serving {

/// Who may see and change what operators do. Safe for concurrent use.
///
/// On a listener that only this machine can reach, whoever calls it by a loopback name: a page of
/// another site whose name was made to lead here cannot say so (DNS rebinding). Elsewhere, whoever
/// brings the token (RFC 6750). Where clients come too, that is asked for as soon as there is one,
/// for a proxy in front may pass on what anybody sends, by a loopback name and without a word; and
/// a request that says it was passed on is nobody's of this machine. In either case a change that
/// a browser sends must come from a page of this very origin (CSRF).
class OperatorGuard {
 public:
  /// `token`: "" when there is none; then operators are on this machine, and nobody else is one.
  explicit OperatorGuard(std::string token = {}) : token_(std::move(token)) {}

  /// From now on it is this token. Whether that is another one.
  bool use(std::string token);

  /// Why this request may not have what operators see; nothing when it may. `open`: it is for a
  /// file of the dashboard, in which nothing is told, and which asks for the token itself.
  std::optional<Error> refusal(const Listener& listener, const http::RequestHead& head,
                               bool open) const;

 private:
  std::string token() const;

  mutable std::mutex mutex_;
  std::string token_;
};

}  // namespace banyan::serving
