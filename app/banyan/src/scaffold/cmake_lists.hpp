// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

/// The small changes in an application's CMakeLists.txt by which a new module is listed.
namespace banyan::cli::scaffold {

/// The text with `add_subdirectory(<module>)` after the last line of that kind, or before
/// `banyan_check_modules()`, or at the end.
std::string with_subdirectory(std::string_view text, std::string_view module);

/// The text with the module behind MODULES of its only banyan_add_app(…); nothing when there is no
/// such call, or more than one.
std::optional<std::string> with_hosted_module(std::string_view text, std::string_view module);

}  // namespace banyan::cli::scaffold
