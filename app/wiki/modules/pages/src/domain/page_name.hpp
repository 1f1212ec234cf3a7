// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pages {

/// The name of a page as the wiki itself writes it: words between colons ("desk:old_prices"), of a
/// to z, 0 to 9, and ".", "-", "_" inside of a word. Therefore no name leads out of the wiki's
/// folder.
///
/// The wiki has names beyond ASCII as well; what it makes of those depends on its tables of
/// letters, and they are not taken here.
class PageName {
 public:
  /// Nothing for what is none, or would be written in another way.
  static std::optional<PageName> parse(std::string_view text);

  const std::string& str() const { return text_; }

  /// Which rules are about it, from the closest to the farthest: "desk:prices", "desk:*", "*".
  std::vector<std::string> scopes() const;

 private:
  explicit PageName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace pages
