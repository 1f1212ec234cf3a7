// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "commands.hpp"

namespace banyan::cli {

/// The commands while they are declared, with what many of them have in common; then the one that
/// the command line has chosen. The functions that declare (groups.hpp) are handed it, and their
/// actions may keep a reference.
class CommandSet {
 public:
  /// The application must outlive the set.
  explicit CommandSet(CLI::App& app) : app_(app) {}
  CommandSet(const CommandSet&) = delete;
  CommandSet& operator=(const CommandSet&) = delete;

  /// Declares the options that all commands have.
  void add_common_options();

  using Action = std::function<int()>;
  CLI::App* command(const std::string& name, const std::string& description,
                    const std::string& examples, Action action);
  /// The same below a group.
  CLI::App* command(CLI::App& group, const std::string& name, const std::string& description,
                    const std::string& examples, Action action);
  /// A command that does nothing by itself; one below it does.
  CLI::App* group(const std::string& name, const std::string& description,
                  const std::string& footer);
  /// Says what an added command does, when that was not known before it was added.
  void act(CLI::App* command, Action action);

  void module_of(CLI::App* command, std::string& module);
  /// --why and --who of a change, the latter the caller by default; `log` is where they go.
  void reason_of(CLI::App* command, std::string& who, std::string& why, bool why_required,
                 const std::string& log = "the switch log");

  /// The command, or what is below it, asks a process or a control store.
  void asks(const CLI::App* command) { asking_.insert(command); }
  /// Asked once the command line is read: what is wrong with it that no option by itself shows; ""
  /// is nothing.
  using Complaint = std::function<std::string()>;
  void refuse_if(Complaint complaint) { complaints_.push_back(std::move(complaint)); }

  const ControlTarget& target() const { return target_; }
  bool json() const { return target_.json; }
  /// Whether the command line says which process. After parsing.
  bool names_a_process() const { return app_.get_option("--url")->count() != 0; }

  /// What was said and would be ignored, in a sentence; "" is nothing. After parsing.
  std::string what_is_useless() const;
  /// Runs what was chosen. After parsing.
  int run() const { return chosen_(); }

 private:
  bool asks_anybody() const;

  CLI::App& app_;
  ControlTarget target_;
  std::set<const CLI::App*> asking_;
  std::vector<Complaint> complaints_;
  Action chosen_;
};

/// Who is at the keyboard: "ann@build-3".
std::string caller();

/// For CLI::Option::check(): what is wrong with it, or "".
std::string check_module(const std::string& name);
std::string check_percent(const std::string& text);
std::string check_revision(const std::string& text);

}  // namespace banyan::cli
