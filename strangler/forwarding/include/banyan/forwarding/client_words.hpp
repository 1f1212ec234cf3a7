// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banyan::strangler {

/// The fields by which a proxy tells an application about its client: where it comes from, by what
/// scheme, host, port, prefix or path it has asked, and who it is (X-Forwarded-*, Forwarded,
/// X-Real-IP, True-Client-IP, X-Original-URL, X-Rewrite-URL, SSL-Client-* …). Applications believe
/// them, so that only a proxy may say them: what comes from a peer that is not trusted is left out.
///
/// A name means the same with "_" as with "-", for CGI and its heirs read it so. Immutable; safe
/// for concurrent use.
class ClientWords {
 public:
  /// The names that are in use.
  ClientWords() = default;
  /// Further ones, and those that clients may say all the same. An entry that ends in "*" is the
  /// beginning of names. What is in both passes.
  ClientWords(std::vector<std::string> further, std::vector<std::string> passing);

  bool contains(std::string_view field) const;

 private:
  std::vector<std::string> further_;
  std::vector<std::string> passing_;
};

}  // namespace banyan::strangler
