// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/deployment.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <span>

#include "banyan/kernel/nearest.hpp"
#include "banyan/routing/toml_section.hpp"
#include "banyan/stages/suggestion.hpp"
#include "banyan/supervision/deployment_keys.hpp"
#include "probe.hpp"
#include "variables.hpp"

namespace banyan::supervision {
namespace {

namespace fs = std::filesystem;
using strangler::FileLocation;
using strangler::FileProblems;
using strangler::location_of;
using strangler::PlacedText;
using strangler::Section;

std::span<const strangler::Key> keys_of(std::string_view section) {
  return std::ranges::find(deployment_key_sections(), section, &strangler::KeySection::name)->keys;
}

class Reader {
 public:
  Reader(const toml::table& root, const fs::path& file, const Variables& variables)
      : root_(root), file_(file), variables_(variables), problems_(file.string()) {}

  std::expected<Deployment, std::vector<FileProblem>> read() {
    deployment_.file = fs::absolute(file_).lexically_normal();
    check_sections();
    read_supervisor();
    read_programs();
    if (problems_.empty()) put_in_order();
    if (!problems_.empty()) return std::unexpected(std::move(problems_).take());
    return std::move(deployment_);
  }

 private:
  struct Needs {
    FileLocation location;
    std::vector<PlacedText> names;
  };

  void check_sections() {
    const std::vector<std::string> known{"supervisor", "programs"};
    for (const auto& [key, node] : root_) {
      const std::string word(key.str());
      if (std::ranges::find(known, word) == known.end()) {
        problems_.add(location_of(key.source()),
                      "unknown section [" + word + "]." + strangler::suggestion(word, known));
      } else if (!node.is_table()) {
        problems_.add(location_of(key.source()),
                      word + " is " + strangler::kind_of(node) + ", expected a table");
      }
    }
  }

  fs::path path_of(const std::string& text) const {
    return (deployment_.file.parent_path() / text).lexically_normal();
  }

  std::string expanded(const PlacedText& placed) {
    auto text = expand(placed.text, variables_);
    if (text) return std::move(*text);
    problems_.add(placed.location, text.error());
    return placed.text;
  }

  void read_supervisor() {
    deployment_.state = deployment_.file;
    deployment_.state.replace_extension(".up");
    const toml::table* table = root_.get_as<toml::table>("supervisor");
    if (table == nullptr) return;
    Section section(*table, "[supervisor]", keys_of("[supervisor]"), location_of(*table),
                    problems_);
    if (const auto state = section.text("state")) deployment_.state = path_of(expanded(*state));
    section.duration("restart_first", deployment_.restart_first);
    section.duration("restart_most", deployment_.restart_most);
    section.duration("healthy_after", deployment_.healthy_after);
    section.size("log_size", deployment_.log_size);
    section.number("log_files", deployment_.log_files);
    if (deployment_.restart_most < deployment_.restart_first) {
      section.problem(
          section.location("restart_most"),
          "restart_most is shorter than restart_first, which is " +
              strangler::time_text(static_cast<std::uint64_t>(deployment_.restart_first.count())));
    }
    section.finish();
  }

  void read_programs() {
    const toml::table* table = root_.get_as<toml::table>("programs");
    if (table == nullptr || table->empty()) {
      problems_.add({},
                    "there is no program; begin with [programs.NAME] and command = "
                    "[\"PROGRAM\", \"ARGUMENT\"]");
      return;
    }
    auto tables = strangler::tables_below(*table, "programs", problems_);
    std::ranges::stable_sort(tables, {}, [](const auto& each) {
      const FileLocation location = location_of(*each.second);
      return std::pair(location.line, location.column);
    });
    for (const auto& [name, entry] : tables) read_program(name, *entry);
    for (std::size_t i = 0; i < needs_.size(); ++i) resolve_needs(i);
  }

  void read_program(const std::string& name, const toml::table& table) {
    Section section(table, "[programs." + name + ']', keys_of("[programs.NAME]"),
                    location_of(table), problems_);
    strangler::check_name(section, name, "a program");
    if (name == "banyan") {
      section.problem(
          section.location(),
          "\"banyan\" is what the supervisor calls itself in the log; take another name");
    }
    Program program;
    program.name = name;
    program.location = location_of(table);
    read_command(section, program);
    read_environment(section, program);
    program.directory = deployment_.file.parent_path();
    if (const auto directory = section.text("directory")) {
      program.directory = path_of(expanded(*directory));
    }
    read_readiness(section, program);
    section.duration("ready_time", program.ready_time);
    section.duration("stop_timeout", program.stop_timeout);
    if (const auto restart = section.choice("restart")) {
      program.restart = *restart == "always"  ? Restart::Always
                        : *restart == "never" ? Restart::Never
                                              : Restart::OnFailure;
      if (program.ready.kind == Readiness::Kind::Exit && program.restart == Restart::Always) {
        section.problem(section.location("restart"),
                        "a program with ready = \"exit\" is done when it has ended; leave restart "
                        "out, or make it \"never\"");
      }
    }
    Needs needs{section.location("needs"), {}};
    if (auto names = section.texts("needs")) needs.names = std::move(*names);
    section.finish();
    needs_.push_back(std::move(needs));
    deployment_.programs.push_back(std::move(program));
  }

  void read_command(Section& section, Program& program) {
    if (!section.has("command")) return section.lacks("command");
    const auto words = section.texts("command");
    if (!words) return;
    for (const PlacedText& each : *words) program.command.push_back(expanded(each));
    if (program.command.empty()) return;
    std::string& first = program.command.front();
    if (first.empty()) {
      section.problem(words->front().location, "the name of the program is empty");
    } else if (first.contains('/')) {
      first = path_of(first).string();
    }
  }

  void read_environment(Section& section, Program& program) {
    const toml::table* table = section.table("environment");
    if (table == nullptr) return;
    for (const auto& [key, node] : *table) {
      const auto* text = node.as_string();
      const std::string name(key.str());
      if (name.empty() || name.contains('=')) {
        section.problem(location_of(key.source()), '"' + name + "\" cannot name a variable");
      } else if (text == nullptr) {
        section.problem(location_of(node),
                        name + " is " + strangler::kind_of(node) + ", expected a text in quotes");
      } else {
        program.environment[name] = expanded({text->get(), location_of(node)});
      }
    }
  }

  void read_readiness(Section& section, Program& program) {
    const auto ready = section.text("ready");
    const auto file = section.text("ready_file");
    if (ready && file) {
      section.problem(file->location, "ready and ready_file are both given; one of them counts");
    }
    if (file) program.ready = {Readiness::Kind::File, path_of(expanded(*file)).string()};
    if (!ready) return;
    const std::string text = expanded(*ready);
    if (text == "exit") {
      program.ready = {Readiness::Kind::Exit, {}};
    } else if (probe_target_from(text)) {
      program.ready = {Readiness::Kind::Url, text};
    } else {
      section.problem(ready->location,
                      "ready is \"" + text +
                          "\", expected an address such as \"http://127.0.0.1:8080/health/ready\", "
                          "or \"exit\"");
    }
  }

  void resolve_needs(std::size_t which) {
    std::vector<std::string> names;
    for (const Program& each : deployment_.programs) names.push_back(each.name);
    for (const PlacedText& each : needs_[which].names) {
      const auto found = std::ranges::find(names, each.text);
      if (found == names.end()) {
        problems_.add(each.location, "there is no program \"" + each.text + "\"." +
                                         strangler::suggestion(each.text, names));
      } else {
        deployment_.programs[which].needs.push_back(
            static_cast<std::size_t>(found - names.begin()));
      }
    }
  }

  /// What is needed first; else as they stand in the file.
  void put_in_order() {
    std::vector<Program>& programs = deployment_.programs;
    std::vector<std::size_t> order;
    std::vector<std::size_t> place(programs.size());
    std::set<std::size_t> left;
    for (std::size_t i = 0; i < programs.size(); ++i) left.insert(i);
    while (!left.empty()) {
      const auto next = std::ranges::find_if(left, [&](std::size_t each) {
        return std::ranges::none_of(programs[each].needs,
                                    [&](std::size_t need) { return left.contains(need); });
      });
      if (next == left.end()) return tell_circle(left);
      place[*next] = order.size();
      order.push_back(*next);
      left.erase(next);
    }
    std::vector<Program> ordered;
    for (const std::size_t each : order) {
      ordered.push_back(std::move(programs[each]));
      for (std::size_t& need : ordered.back().needs) need = place[need];
    }
    programs = std::move(ordered);
  }

  void tell_circle(const std::set<std::size_t>& left) {
    // From one that is left, along needs that are left, until one comes again.
    std::vector<std::size_t> path{*left.begin()};
    while (true) {
      const auto& needs = deployment_.programs[path.back()].needs;
      const std::size_t next =
          *std::ranges::find_if(needs, [&](std::size_t need) { return left.contains(need); });
      const auto again = std::ranges::find(path, next);
      const bool closed = again != path.end();
      if (closed) path.erase(path.begin(), again);
      path.push_back(next);
      if (closed) break;
    }
    std::string text;
    for (const std::size_t each : path) {
      text += (text.empty() ? "" : " needs ") + deployment_.programs[each].name;
    }
    problems_.add(needs_[path.front()].location,
                  "programs need each other in a circle, so that none can be the first: " + text);
  }

  const toml::table& root_;
  const fs::path& file_;
  const Variables& variables_;
  FileProblems problems_;
  Deployment deployment_;
  std::vector<Needs> needs_;  ///< by program, as the file says them
};

bool can_be_run(const fs::path& file) {
  std::error_code unknown;
  return fs::is_regular_file(file, unknown) && ::access(file.c_str(), X_OK) == 0;
}

/// Why the program cannot be started; "" when it can.
std::string why_not(const Program& program, const Variables& variables) {
  const std::string& name = program.command.front();
  std::error_code unknown;
  if (name.contains('/')) {
    if (can_be_run(name)) return {};
    return name + (fs::exists(name, unknown)
                       ? " is there, and cannot be run: it is no file with the right to execute"
                       : " is not there; build it, or name another");
  }
  const auto own = program.environment.find("PATH");
  std::string path =
      own != program.environment.end() ? own->second : variables("PATH").value_or("/usr/bin:/bin");
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    if (can_be_run(fs::path(folder) / name)) return {};
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
  }
  return name + " is in no folder of PATH; install it, or write where it is, with a \"/\"";
}

}  // namespace

std::optional<std::size_t> Deployment::find(std::string_view name) const {
  const auto found = std::ranges::find(programs, name, &Program::name);
  if (found == programs.end()) return std::nullopt;
  return static_cast<std::size_t>(found - programs.begin());
}

std::string_view to_string(Restart restart) {
  switch (restart) {
    case Restart::Always: return "always";
    case Restart::OnFailure: return "on-failure";
    case Restart::Never: return "never";
  }
  return "?";
}

std::expected<Deployment, std::vector<FileProblem>> parse_deployment(std::string_view text,
                                                                     const fs::path& file,
                                                                     const Variables& variables) {
  const auto root = strangler::parse_toml(text, file.string());
  if (!root) return std::unexpected(root.error());
  return Reader(*root, file, variables).read();
}

std::vector<FileProblem> missing_for(const Deployment& deployment, const Variables& variables) {
  std::vector<FileProblem> problems;
  for (const Program& each : deployment.programs) {
    if (const std::string why = why_not(each, variables); !why.empty()) {
      problems.push_back(
          {deployment.file.string(), each.location, "[programs." + each.name + "]: " + why});
    }
  }
  std::ranges::stable_sort(problems, {},
                           [](const FileProblem& problem) { return problem.location.line; });
  return problems;
}

std::expected<Deployment, std::vector<FileProblem>> read_deployment(const fs::path& file,
                                                                    const Variables& variables) {
  const auto text = strangler::read_toml_text(file.string(), "deployment.toml");
  if (!text) return std::unexpected(text.error());
  auto deployment = parse_deployment(*text, file, variables);
  if (!deployment) return deployment;
  if (auto missing = missing_for(*deployment, variables); !missing.empty()) {
    for (FileProblem& each : missing) each.file = file.string();
    return std::unexpected(std::move(missing));
  }
  return deployment;
}

}  // namespace banyan::supervision
