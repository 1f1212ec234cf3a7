// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "pages/wiki.hpp"

namespace wiki {

/// What a wiki has, whatever it is kept in.
struct Content {
  std::map<std::string, pages::StoredPage> pages;
  std::vector<pages::AccessRule> rules = {{.scope = "*", .for_everybody = true, .may_read = true}};
};

/// Something that a wiki can be kept in; each makes a fresh one.
struct Keeping {
  std::string name;
  std::function<std::shared_ptr<pages::Wiki>(const Content&)> keep;
  friend void PrintTo(const Keeping& keeping, std::ostream* out) { *out << keeping.name; }
};

Keeping in_memory();
/// As DokuWiki does; beside its pages there is a file "secret.txt" that is none.
Keeping in_files();

}  // namespace wiki
