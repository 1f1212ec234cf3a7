// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "scaffold/templates.hpp"

namespace banyan::cli::scaffold {

/// The words of the templates for a module that asks `needs`.
Words module_words(const std::string& module, const std::vector<std::string>& needs);

/// {"folder": …, "files": […]} for scripts.
void print_written(const std::filesystem::path& folder, const std::vector<NewFile>& files);

}  // namespace banyan::cli::scaffold
