// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/program/settings.hpp"
#include "options.hpp"

namespace banyan::host {

/// Turns settings into Options, and remembers everything that is wrong with them.
class OptionReader {
 public:
  static std::span<const program::Option> known();
  /// Command lines of a program that has this module.
  static std::string examples(const std::string& program, const std::string& module);

  void take(const std::string& name, const std::string& value);
  /// An option that only this application has.
  void take_own(const std::string& name, const std::string& value);
  /// The problems with it, which name who said it; they are among problems(), too.
  std::vector<std::string> take(const program::Setting& setting);

  const Options& options() const { return options_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  void take_address(const std::string& name, const std::string& value, std::string_view examples,
                    std::optional<http::Endpoint>& to);
  void take_place(const std::string& value);
  void take_unit(const std::string& value);
  /// The number, or `fallback` and a problem.
  std::int64_t number(const std::string& name, const std::string& value, std::int64_t least,
                      std::int64_t most, std::int64_t fallback);

  Options options_;
  std::vector<std::string> problems_;
};

}  // namespace banyan::host
