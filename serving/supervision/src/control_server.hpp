// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "banyan/posix/descriptor.hpp"

struct pollfd;

namespace banyan::supervision {

/// The supervisor's side of its control socket, on the supervisor's own thread: a question is one
/// line, and is asked again at each turn of the loop until there is an answer.
class ControlServer {
 public:
  using Json = nlohmann::ordered_json;
  /// `first` is true once for each question; without an answer it is asked again later.
  using Answerer = std::function<std::optional<Json>(Json& question, bool first)>;

  /// Throws std::system_error.
  ControlServer(const std::filesystem::path& folder, Answerer answer);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  void add_to(std::vector<pollfd>& wanted) const;
  /// Takes who comes and what they ask, and answers what can be answered. Whether something new was
  /// asked, which may have changed what is due.
  bool serve();

 private:
  struct Caller {
    posix::Descriptor socket;
    std::string text{};
    Json question{};  ///< null until it is there
  };
  bool finished(Caller& caller);
  bool asked_ = false;  ///< since serve() began
  std::filesystem::path folder_;
  Answerer answer_;
  posix::Descriptor listener_;
  std::list<Caller> callers_;
};

}  // namespace banyan::supervision
