// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The trees that `banyan new` writes, from the files in templates/ that are part of the program.
namespace banyan::cli::scaffold {

struct NewFile {
  std::filesystem::path path;  ///< relative to the folder of the application
  std::string text;
};

/// What stands for "@module@" and so on, in paths and in texts.
using Words = std::map<std::string, std::string, std::less<>>;

/// All files below `tree` ("app", "module") with the words put in. Throws std::logic_error for a
/// word that is not there: a fault of the template.
std::vector<NewFile> files_of(std::string_view tree, const Words& words);

/// order_desk -> OrderDesk, as banyan_add_module() makes the name of the port.
std::string type_name(std::string_view name);

}  // namespace banyan::cli::scaffold
