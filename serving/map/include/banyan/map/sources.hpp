// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "banyan/kernel/result.hpp"
#include "banyan/map/description.hpp"

namespace banyan::map {

/// Where the modules of an application lie. banyan_add_map() writes it.
struct Sources {
  std::map<std::string, std::string> modules;  ///< name -> folder, relative to the file or absolute
  std::string
      baseline;  ///< the file of the architecture check that lists what is allowed; "": none
};

/// Reads the file that banyan_add_map() has written. InvalidArgument, NotFound.
Result<Sources> read_sources(const std::filesystem::path& file);

/// Adds what only the sources know: a module's purpose (the first paragraph of its README.md), and
/// who calls an operation (whose sources name its type: `catalog::GetTrack`), and which foreign
/// tables the baseline still allows. What is not there is left out.
void add_sources(Description& description, const Sources& sources);

}  // namespace banyan::map
