// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace banyan::cli::scaffold {

/// Why the word cannot be the name of an application or a module, which is a C++ namespace, a CMake
/// target and a folder at once; "" when it can.
std::string problem_with_name(std::string_view name);

/// The same of a module, whose tables and, in PostgreSQL, schema begin with its name.
std::string problem_with_module_name(std::string_view name);

}  // namespace banyan::cli::scaffold
