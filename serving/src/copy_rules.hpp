// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/fields.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/routing/configuration.hpp"

namespace banyan::serving {

/// What the copies of one rollout carry by name: `cookies`, `set` and `set_old` of its section of
/// copies, with the secrets that these name. The secrets are in here, and go to the side that they
/// are for, and nowhere else. Immutable; safe for concurrent use.
///
///   the client's fields → the cookies that copies have → the fields that they say themselves
class CopyRules {
 public:
  /// Copies have what the client has said.
  CopyRules() = default;
  /// `section`: the plan's, for messages about the files.
  static std::expected<CopyRules, std::vector<strangler::FileProblem>> make(
      const strangler::ShadowPlan& plan, const std::string& section,
      const std::string& config_file);

  /// Leaves the cookies that copies have.
  void sift_cookies(http::Fields& fields) const;
  /// Whether copies have all the cookies that are in there.
  bool have_cookies_of(const http::Fields& fields) const;
  const strangler::CopyCookies& cookies() const { return cookies_; }
  /// Whether those that copies have are named, so that they have them though they lack credentials.
  bool names_cookies() const { return !cookies_.pass.empty(); }

  /// Whether anything of a client's request is another thing in its copy for that side.
  bool change(Side side) const;
  /// Whether copies for that side say the field themselves; "_" is as "-" to some that read it.
  bool replace(Side side, std::string_view name) const;
  /// Whether nobody hears of it what the client has said.
  bool replace(std::string_view name) const {
    return replace(Side::Local, name) && replace(Side::Remote, name);
  }
  /// Whether one of these is a secret of their own, which that side may take or not.
  bool have_secret(Side side) const { return !of(side).secrets.empty(); }
  const std::vector<std::string>& secrets(Side side) const { return of(side).secrets; }
  /// The fields that they say themselves.
  const http::Fields& said_to(Side side) const { return of(side).fields; }
  /// Says them, in place of the client's.
  void say(http::Fields& fields, Side side) const;

 private:
  struct OfSide {
    std::vector<std::string> names;
    http::Fields fields;
    std::vector<std::string> secrets;  ///< that are in `fields`, without their schemes
  };
  const OfSide& of(Side side) const { return sides_[static_cast<std::size_t>(side)]; }
  bool have_cookie(std::string_view name) const;
  std::string sifted(std::string_view value) const;

  strangler::CopyCookies cookies_;
  std::array<OfSide, 2> sides_;
};

}  // namespace banyan::serving
