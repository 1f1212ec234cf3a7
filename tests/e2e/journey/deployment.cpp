// SPDX-License-Identifier: Apache-2.0
#include "deployment.hpp"

#include <fmt/core.h>

#include <fstream>
#include <iterator>
#include <utility>

namespace journey {
namespace {

using banyan::test::ChildProcess;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    const bool plain = word.find(' ') == std::string::npos;
    text += (text.empty() ? "" : " ") + (plain ? word : '"' + word + '"');
  }
  return text;
}

}  // namespace

Deployment::Deployment(std::filesystem::path bin, std::filesystem::path folder,
                       std::string postgres, Narrator& narrator)
    : bin_(std::move(bin)),
      folder_(std::move(folder)),
      postgres_(std::move(postgres)),
      narrator_(&narrator),
      port_(banyan::test::free_port()) {}

std::string Deployment::service_address(const std::string& module) {
  const auto [place, fresh] = service_ports_.try_emplace(module, 0);
  if (fresh) place->second = banyan::test::free_port();
  return fmt::format("127.0.0.1:{}", place->second);
}

std::filesystem::path Deployment::executable(const std::string& flavour) const {
  return flavour.empty() ? bin_ / "recordshop" : bin_ / "flavours" / flavour / "recordshop";
}

ChildProcess Deployment::start(const std::string& name, std::vector<std::string> words) {
  const auto ready = folder_ / fmt::format("ready-{}", ++starts_);
  const auto output = folder_ / fmt::format("{}.log", name);
  words.insert(words.end(), {"--database", database(), "--ready-file", ready.string()});
  ChildProcess child(words, output);
  if (banyan::test::await_file(ready, child).empty()) {
    throw Broken(fmt::format("{} did not start: {}\n{}", name, joined(words), logs()));
  }
  return child;
}

void Deployment::start_monolith(const std::string& flavour,
                                const std::vector<std::string>& options) {
  std::vector<std::string> words = {executable(flavour).string(), "--port", std::to_string(port_),
                                    "--unit", "header:X-Customer"};
  if (on_postgres()) words.insert(words.end(), {"--control", file_of("control").string()});
  words.insert(words.end(), options.begin(), options.end());
  narrator_->command(fmt::format("{} {}", flavour.empty() ? "recordshop" : flavour + "/recordshop",
                                 joined({words.begin() + 1, words.end()})));
  monolith_ = start("monolith", std::move(words));
}

void Deployment::stop_monolith() {
  const int code = monolith_->stop();
  monolith_.reset();
  if (code != 0) throw Broken(fmt::format("the monolith ended with code {}\n{}", code, logs()));
}

void Deployment::start_service(const std::string& module, const std::vector<std::string>& options) {
  const std::string address = service_address(module);
  std::vector<std::string> words = {(bin_ / ("recordshop-" + module)).string(), "--internal",
                                    "--listen", address};
  words.insert(words.end(), options.begin(), options.end());
  narrator_->command(
      fmt::format("recordshop-{} {}", module, joined({words.begin() + 1, words.end()})));
  services_.insert_or_assign(module, start(module, std::move(words)));
}

void Deployment::kill_service(const std::string& module) {
  narrator_->command(
      fmt::format("kill -9 {}   # recordshop-{}", services_.at(module).id(), module));
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
  narrator_->command("banyan " + joined(words));
  words.insert(words.begin(), (bin_ / "banyan").string());
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
  narrator_->command(name + ' ' + joined(words));
  words.insert(words.begin(), (bin_ / name).string());
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
