// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/routing/configuration.hpp"

/// A deployment file: the programs that together are one application, and how they are started.
namespace banyan::supervision {

/// When a program that has ended is started again.
enum class Restart : std::uint8_t {
  Always,     ///< however it ended
  OnFailure,  ///< unless it was ready and ended with code 0
  Never,
};

/// When a program counts as ready, so that those that need it may start.
struct Readiness {
  enum class Kind : std::uint8_t {
    Started,  ///< as soon as it runs
    Url,      ///< a GET of `what` is answered 2xx
    File,     ///< the file `what` has come, or is another than before the start
    Exit,     ///< it has ended with code 0: for what prepares something
  };
  Kind kind = Kind::Started;
  std::string what;
  friend bool operator==(const Readiness&, const Readiness&) = default;
};

struct Program {
  std::string name;
  strangler::FileLocation location;
  /// The first is the program: a path where it was written with a "/" (absolute then), else a name
  /// for PATH.
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;  ///< besides that of the supervisor
  std::filesystem::path directory;                 ///< where it runs; absolute
  Readiness ready;
  std::chrono::milliseconds ready_time{60'000};  ///< not ready by then is a failure
  std::vector<std::size_t> needs;  ///< places in Deployment::programs, all before this
  Restart restart = Restart::OnFailure;
  std::chrono::milliseconds stop_timeout{20'000};  ///< from TERM to KILL
};

struct Deployment {
  std::filesystem::path file;   ///< absolute
  std::filesystem::path state;  ///< the folder for lock, control socket and logs; absolute
  std::chrono::milliseconds restart_first{500};  ///< the pause before the first restart; doubles
  std::chrono::milliseconds restart_most{30'000};
  std::chrono::milliseconds healthy_after{10'000};  ///< ready for so long: the pauses begin anew
  std::uint64_t log_size = 10ULL * 1024 * 1024;     ///< bytes of a log file before it is put aside
  std::uint32_t log_files = 5;                      ///< kept of each program, with the current one
  std::vector<Program> programs;  ///< in the order of starting: what is needed comes first

  std::optional<std::size_t> find(std::string_view name) const;
};

using strangler::FileProblem;

/// The value of an environment variable, for `${NAME}` in the file; nothing when it is not set.
using Variables = std::function<std::optional<std::string>(std::string_view name)>;
Variables process_environment();

/// Reads the text of a deployment and checks it as a whole: all problems at once, in the order of
/// the file. Relative paths are found from the folder of `file`. Touches no disk.
std::expected<Deployment, std::vector<FileProblem>> parse_deployment(
    std::string_view text, const std::filesystem::path& file, const Variables& variables);

/// What the machine lacks for it: programs that are not there or cannot be run, folders.
std::vector<FileProblem> missing_for(const Deployment& deployment, const Variables& variables);

/// Both, from disk.
std::expected<Deployment, std::vector<FileProblem>> read_deployment(
    const std::filesystem::path& file, const Variables& variables);

/// "always", "on-failure", "never".
std::string_view to_string(Restart restart);

}  // namespace banyan::supervision
