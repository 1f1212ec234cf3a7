// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"

namespace banyan::host {

/// Turns the command line into Options, and remembers everything that is wrong with it.
class OptionReader {
 public:
  struct Known {
    std::string_view name;
    std::string_view argument;  ///< "" for a switch
    std::string_view help;
    bool repeatable = false;
  };
  static std::span<const Known> known();
  static std::string_view examples();

  void take(const std::string& name, const std::string& value);

  const Options& options() const { return options_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  void take_place(const std::string& value);
  void take_unit(const std::string& value);
  /// The number, or `fallback` and a problem.
  std::int64_t number(const std::string& name, const std::string& value, std::int64_t least,
                      std::int64_t most, std::int64_t fallback);

  Options options_;
  std::vector<std::string> problems_;
};

}  // namespace banyan::host
