// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "narrator.hpp"
#include "support/child_process.hpp"

namespace journey {

/// The programs of the story as real processes over one folder of data: the monolith in whatever
/// build, the services beside it, and the command line of the kit.
class Deployment {
 public:
  /// `bin` is the folder with the built programs; `postgres` is a connection string, or "" for a
  /// SQLite file in `folder`.
  Deployment(std::filesystem::path bin, std::filesystem::path folder, std::string postgres,
             Narrator& narrator);

  unsigned short port() const { return port_; }
  /// Where the monolith listens for services only.
  std::string inside() const;
  bool on_postgres() const { return !postgres_.empty(); }
  std::string database() const { return on_postgres() ? postgres_ : file_of("shop").string(); }
  /// Of what stands beside the shared database in SQLite.
  std::filesystem::path file_of(const std::string& name) const { return folder_ / (name + ".db"); }
  std::string service_address(const std::string& module);

  /// Starts the monolith; `flavour` "" is the plain build. Waits until it takes requests.
  void start_monolith(const std::string& flavour, const std::vector<std::string>& options);
  /// A new monolith takes over from the running one, which must end with code 0.
  void replace_monolith(const std::string& flavour, const std::vector<std::string>& options);
  /// TERM and the wait for its end; it must end with code 0.
  void stop_monolith();

  void start_service(const std::string& module, const std::vector<std::string>& options = {});
  void kill_service(const std::string& module);
  void stop_service(const std::string& module);

  /// Runs `banyan …`; tells the output; throws Broken unless it exits with `expected`.
  std::string banyan(std::vector<std::string> words, int expected = 0, bool quote = true);
  /// Runs another of the built programs the same way.
  std::string program(const std::string& name, std::vector<std::string> words, bool quote = true);

  std::filesystem::path executable(const std::string& flavour) const;
  /// What the processes wrote: for the message when something breaks.
  std::string logs() const;

 private:
  banyan::test::ChildProcess start_another_monolith(const std::string& flavour,
                                                    const std::vector<std::string>& options);
  banyan::test::ChildProcess start(const std::string& name, std::vector<std::string> words);
  /// A program as one would call it from here.
  std::string program_path(const std::filesystem::path& program) const;
  std::filesystem::path bin_;
  std::filesystem::path folder_;
  std::string postgres_;
  Narrator* narrator_;
  unsigned short port_;
  unsigned short inside_port_;
  std::map<std::string, unsigned short> service_ports_;
  std::optional<banyan::test::ChildProcess> monolith_;
  std::map<std::string, banyan::test::ChildProcess> services_;
  int starts_ = 0;
};

}  // namespace journey
