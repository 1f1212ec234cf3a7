// SPDX-License-Identifier: Apache-2.0
#include "refused_files.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace banyan::serving {
namespace {

using strangler::FileProblem;

/// The first problem, and how many more there are.
std::string sentence(const std::vector<FileProblem>& problems, std::string_view what) {
  if (problems.empty()) return {};
  std::string text = to_string(problems.front());
  if (problems.size() > 1) text += " (and " + std::to_string(problems.size() - 1) + " more)";
  return text.append(". ").append(what);
}

}  // namespace

void RefusedFiles::routes(const std::vector<FileProblem>& problems, AtAStart then) {
  std::string text = sentence(
      problems, then == AtAStart::Fails
                    ? "It was refused, and what was read before is in force; the next start "
                      "would fail. Mend it: banyan check says what is wrong"
                    : "It was refused, and what was read before is in force. Mend it before the "
                      "next start, which would take it: a start does not know each route of "
                      "before, and neither does banyan check");
  const std::lock_guard lock(mutex_);
  routes_ = std::move(text);
}

void RefusedFiles::certificates(const std::vector<FileProblem>& problems) {
  std::string text = sentence(problems,
                              "The certificates that were read before are in force; the next start "
                              "would fail. Mend the files");
  const std::lock_guard lock(mutex_);
  certificates_ = std::move(text);
}

telemetry::Health::Finding RefusedFiles::finding(const std::string& config_file) const {
  std::error_code unknown;
  const bool gone = !std::filesystem::exists(config_file, unknown) && !unknown;
  const std::lock_guard lock(mutex_);
  std::string text = routes_;
  if (gone) {
    text = config_file +
           " is not there any more; what was read from it is in force, and the next start would "
           "fail. Put it back";
  }
  if (!certificates_.empty()) text += (text.empty() ? "" : " ") + certificates_;
  return {text.empty(), text};
}

}  // namespace banyan::serving
