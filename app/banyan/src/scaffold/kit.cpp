// SPDX-License-Identifier: Apache-2.0
#include "scaffold/kit.hpp"

#include <system_error>
#include <vector>

#include "banyan/kernel/json_text.hpp"

namespace banyan::cli::scaffold {
namespace {

namespace fs = std::filesystem;

bool has_kit(const fs::path& prefix) {
  std::error_code ignored;
  return fs::exists(prefix / BANYAN_LIBDIR / "cmake/Banyan/BanyanConfig.cmake", ignored);
}

fs::path own_prefix() {
  std::error_code failure;
  const fs::path program = fs::read_symlink("/proc/self/exe", failure);
  return failure ? fs::path() : program.parent_path().parent_path();
}

}  // namespace

Result<fs::path> find_kit(const std::string& wanted) {
  std::vector<fs::path> places;
  if (!wanted.empty()) {
    places.push_back(fs::absolute(wanted).lexically_normal());
  } else {
    places = {own_prefix(), "/usr/local", "/usr"};
  }
  for (const fs::path& each : places) {
    if (!each.empty() && has_kit(each)) return each;
  }
  Error error{
      ErrorCode::FailedPrecondition,
      "banyan.no_kit",
      "the kit's headers and libraries are not installed, so what would be written could not "
      "be built. Install libbanyan-dev, or run `cmake --install` in a checkout of Banyan and "
      "say --kit PREFIX. Looked for " BANYAN_LIBDIR "/cmake/Banyan in:",
      {}};
  for (const fs::path& each : places) error.details.push_back({each.string(), "not there"});
  return fail(std::move(error));
}

std::string prefix_path_line(const fs::path& kit) {
  if (kit == "/usr" || kit == "/usr/local") return {};
  return ",\n        \"CMAKE_PREFIX_PATH\": " + json_string(kit.string());
}

}  // namespace banyan::cli::scaffold
