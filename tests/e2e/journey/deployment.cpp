// SPDX-License-Identifier: Apache-2.0
#include "deployment.hpp"

#include <fmt/core.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

namespace journey {
namespace {

using banyan::test::ChildProcess;

/// Longer than the monolith takes to drain at the most.
constexpr std::chrono::seconds kDrain{30};

}  // namespace

Deployment::Deployment(std::filesystem::path bin, std::filesystem::path folder,
                       std::string postgres, Narrator& narrator)
    : bin_(std::move(bin)),
      folder_(std::move(folder)),
      postgres_(std::move(postgres)),
      narrator_(&narrator),
      port_(banyan::test::free_port()),
      inside_port_(banyan::test::free_port()) {}

std::string Deployment::inside() const { return fmt::format("127.0.0.1:{}", inside_port_); }

std::string Deployment::service_address(const std::string& module) {
  const auto [place, fresh] = service_ports_.try_emplace(module, 0);
  if (fresh) place->second = banyan::test::free_port();
  return fmt::format("127.0.0.1:{}", place->second);
}

std::filesystem::path Deployment::executable(const std::string& flavour) const {
  return flavour.empty() ? bin_ / "recordshop" : bin_ / "flavours" / flavour / "recordshop";
}

std::string Deployment::program_path(const std::filesystem::path& program) const {
  const std::filesystem::path near = std::filesystem::proximate(program);
  return near.native().starts_with("..") ? program.string() : near.string();
}

ChildProcess Deployment::start(const std::string& name, std::vector<std::string> words) {
  const auto ready = folder_ / fmt::format("ready-{}", ++starts_);
  const auto output = folder_ / fmt::format("{}.log", name);
  words.insert(words.end(), {"--database", database()});
  narrator_->command(words, "in the background");
  words.insert(words.end(), {"--ready-file", ready.string()});
  ChildProcess child(words, output);
  if (banyan::test::await_file(ready, child).empty()) {
    throw Broken(fmt::format("{} did not start\n{}", name, logs()));
  }
  return child;
}

ChildProcess Deployment::start_another_monolith(const std::string& flavour,
                                                const std::vector<std::string>& options) {
  std::vector<std::string> words = {program_path(executable(flavour)),
                                    "--port",
                                    std::to_string(port_),
                                    "--internal-address",
                                    inside(),
                                    "--sticky",
                                    "header:X-Customer"};
  if (on_postgres()) words.insert(words.end(), {"--control", file_of("control").string()});
  words.insert(words.end(), options.begin(), options.end());
  return start("monolith", std::move(words));
}

void Deployment::start_monolith(const std::string& flavour,
                                const std::vector<std::string>& options) {
  monolith_ = start_another_monolith(flavour, options);
}

void Deployment::replace_monolith(const std::string& flavour,
                                  const std::vector<std::string>& options) {
  std::vector<std::string> words = options;
  words.emplace_back("--take-over");
  ChildProcess next = start_another_monolith(flavour, words);
  const auto code = monolith_->wait(kDrain);
  if (code != 0) {
    throw Broken(fmt::format("the monolith that was taken over from {}\n{}",
                             code ? fmt::format("ended with code {}", *code) : "does not end",
                             logs()));
  }
  monolith_ = std::move(next);
}

void Deployment::stop_monolith() {
  const int code = monolith_->stop();
  monolith_.reset();
  if (code != 0) throw Broken(fmt::format("the monolith ended with code {}\n{}", code, logs()));
}

void Deployment::start_service(const std::string& module, const std::vector<std::string>& options) {
  const std::string address = service_address(module);
  std::vector<std::string> words = {program_path(bin_ / ("recordshop-" + module)), "--internal",
                                    "--listen", address};
  words.insert(words.end(), options.begin(), options.end());
  services_.insert_or_assign(module, start(module, std::move(words)));
}

void Deployment::kill_service(const std::string& module) {
  narrator_->command({"kill", "-9", std::to_string(services_.at(module).id())},
                     "recordshop-" + module);
  services_.at(module).kill();
}

void Deployment::stop_service(const std::string& module) {
  const int code = services_.at(module).stop();
  services_.erase(module);
  if (code != 0)
    throw Broken(fmt::format("recordshop-{} ended with code {}\n{}", module, code, logs()));
}

std::string Deployment::banyan(std::vector<std::string> words, int expected, bool quote) {
  const bool offline = words.front() == "schema";
  if (offline) {
    words.insert(words.end(), {"--database", database()});
  } else {
    words.insert(words.end(), {"--url", fmt::format("http://127.0.0.1:{}", port_)});
  }
  words.insert(words.begin(), program_path(bin_ / "banyan"));
  narrator_->command(words, "");
  const auto ran = ::banyan::test::run_program(words);
  if (quote || ran.exit_code != expected) narrator_->quote(ran.output);
  if (ran.exit_code != expected) {
    throw Broken(fmt::format("banyan {} exited with {}, not {}\n{}", words[1], ran.exit_code,
                             expected, logs()));
  }
  return ran.output;
}

std::string Deployment::program(const std::string& name, std::vector<std::string> words,
                                bool quote) {
  words.insert(words.begin(), program_path(bin_ / name));
  narrator_->command(words, "");
  const auto ran = ::banyan::test::run_program(words, std::chrono::minutes(5));
  if (quote || ran.exit_code != 0) narrator_->quote(ran.output);
  if (ran.exit_code != 0) throw Broken(fmt::format("{} exited with {}", name, ran.exit_code));
  return ran.output;
}

std::string Deployment::logs() const {
  constexpr std::size_t kTail = 3'000;
  std::string all;
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    if (file.path().extension() != ".log") continue;
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    all += fmt::format("--- {}\n{}\n", file.path().filename().string(),
                       text.size() > kTail ? text.substr(text.size() - kTail) : text);
  }
  return all;
}

}  // namespace journey
