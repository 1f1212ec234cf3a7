// SPDX-License-Identifier: Apache-2.0
#include "secret.hpp"

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "banyan/kernel/single_quoted.hpp"
#include "banyan/serving/secret_file.hpp"

namespace banyan::serving {

std::expected<std::string, strangler::FileProblem> read_secret(const std::string& file,
                                                               const std::string& key,
                                                               const std::string& config_file) {
  const std::string path = (std::filesystem::path(config_file).parent_path() / file).string();
  std::ifstream in(path);
  const int reason = in ? 0 : errno;
  if (auto open = why_open_to_everybody(path); in && open) {
    return std::unexpected(strangler::FileProblem{config_file, {}, key + ": " + std::move(*open)});
  }
  std::string secret;
  std::getline(in, secret);
  constexpr std::size_t kLeast = 16;
  if (in && secret.size() >= kLeast) return secret;
  if (const auto next = how_to_let_read(path, reason)) {
    return std::unexpected(strangler::FileProblem{
        config_file,
        {},
        key + ": " + path + " cannot be read: " + std::system_category().message(reason) + "; " +
            *next});
  }
  return std::unexpected(strangler::FileProblem{
      config_file,
      {},
      key + ": " + path +
          (in ? " has less than 16 characters in its first line" : " cannot be read") +
          "; make one with: (umask 077; head -c 24 /dev/urandom | base64 > " + shell_word(path) +
          ')'});
}

FileMarks marks_of_secrets(const strangler::Configuration& configuration,
                           const std::string& config_file) {
  const auto folder = std::filesystem::path(config_file).parent_path();
  FileMarks files;
  const auto add = [&](const std::string& file) {
    if (!file.empty()) files.try_emplace(folder / file, mark_of(folder / file));
  };
  add(configuration.operators_token_file);
  for (const strangler::RolloutPlan& plan : configuration.rollouts) {
    if (plan.testers) add(plan.testers->secret_file);
    if (!plan.shadow) continue;
    for (const auto* const fields : {&plan.shadow->set, &plan.shadow->set_old}) {
      for (const strangler::CopyField& each : *fields) add(each.file);
    }
  }
  return files;
}

}  // namespace banyan::serving
