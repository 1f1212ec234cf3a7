// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace recordshop::load {

/// One thing that must hold, to the unit.
struct Check {
  std::string claim;
  bool holds = true;
  std::string evidence;
};

struct Verdict {
  std::vector<Check> checks;
  bool holds() const;
};

/// A claim, and the first few cases against it.
class Findings {
 public:
  explicit Findings(std::string claim);
  void against(const std::string& what);
  Check check(const std::string& evidence) &&;

 private:
  std::string claim_;
  std::string examples_;
  std::size_t count_ = 0;
};

}  // namespace recordshop::load
