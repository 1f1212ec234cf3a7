// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/stages/suggestion.hpp"
#include "command_line/groups.hpp"
#include "command_line/usage_text.hpp"
#include "exit_code.hpp"
#include "manual/command.hpp"
#include "manual/completion.hpp"
#include "manual/write_manual.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

constexpr const char* kDescription =
    "banyan takes a monolith apart: it moves a module's traffic to its own service and back, "
    "separates "
    "its tables, and keeps a tamper-evident log of every switch.";

constexpr const char* kFooter = R"(
Examples:
  banyan new app shop                            an application that builds and runs at once
  banyan init http://127.0.0.1:3000              a banyan.toml for an application that there is
  banyan check banyan.toml                       what a proxy would do with it
  banyan status                                  where does every module stand?
  banyan shift catalog 25% --why "first canary"  a quarter of the readers to the new side
  banyan back catalog --why "errors went up"     one named step back, at once
  banyan plan catalog start --why "all is quiet" on by evidence, and back by itself
  banyan watch                                   rollouts, plans and figures, live
  banyan status --store var/control.db           the same, when nothing runs
  banyan up deployment.toml                      all programs of an application, supervised
  source <(banyan completion bash)               the tab key completes, in this shell

Each command explains itself: banyan shift --help

)";

/// What an option's value is: `--help` shows it, shells complete it.
constexpr std::pair<const char*, const char*> kValues[] = {{"--ca", "FILE"},
                                                           {"--output", "FILE"},
                                                           {"--config", "FILE"},
                                                           {"--database", "FILE"},
                                                           {"--follower-database", "FILE"},
                                                           {"--in", "FOLDER"},
                                                           {"--into", "FOLDER"},
                                                           {"--out", "FOLDER"},
                                                           {"--sources", "FILE"},
                                                           {"--kit", "FOLDER"},
                                                           {"--log-file", "FILE"},
                                                           {"--store", "FILE"},
                                                           {"--token-file", "FILE"},
                                                           {"--url", "URL"}};

void name_values(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    for (const auto& [name, value] : kValues) {
      if (option->get_name() == name) option->type_name(value);
    }
  }
  for (CLI::App* below : app.get_subcommands([](CLI::App*) { return true; })) name_values(*below);
}

class CommandLine {
 public:
  CommandLine() : app_(kDescription, "banyan"), commands_(app_) {
    app_.footer(kFooter + exit_code::for_help() + "\n\nNO_COLOR=1 switches colours off.");
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_version_flag("-V,--version", "banyan " BANYAN_VERSION);
    commands_.add_common_options();
    add_new(commands_);
    add_init(commands_);
    add_discover(commands_);
    add_check(commands_);
    add_traffic(commands_);
    add_plan(commands_);
    add_retire(commands_);
    add_sagas(commands_);
    add_comparisons(commands_);
    add_schema(commands_);
    add_migrate(commands_);
    add_map(commands_);
    add_export(commands_);
    add_events(commands_);
    add_programs(commands_);
    add_completion();
    add_manual();
    name_values(app_);
  }

  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& wanted) {
      return app_.exit(wanted);
    } catch (const CLI::ParseError& error) {
      return refuse(explain(error, argc, argv), wants_json(argc, argv));
    }
    if (const std::string useless = commands_.what_is_useless(); !useless.empty()) {
      return refuse(useless, commands_.json());
    }
    return commands_.run();
  }

 private:
  static int refuse(const std::string& message, bool json) {
    print_error({ErrorCode::InvalidArgument, "banyan.usage", message, {}}, json);
    return kUsage;
  }

  void add_completion() {
    CLI::App* added = commands_.command(
        "completion",
        "Print what a shell reads so that the tab key completes commands, options, choices, files "
        "and rollouts",
        "  source <(banyan completion bash)     in this shell, now\n"
        "  banyan completion bash > ~/.local/share/bash-completion/completions/banyan\n"
        "  banyan completion zsh > ~/.zfunc/_banyan     where fpath has ~/.zfunc\n"
        "  banyan completion fish > ~/.config/fish/completions/banyan.fish\n"
        "\nThe packages bring all three along.",
        [this] {
          const manual::Command root = manual::read_command(app_);
          std::cout << (shell_ == "bash"  ? manual::bash_completion(root)
                        : shell_ == "zsh" ? manual::zsh_completion(root)
                                          : manual::fish_completion(root));
          return kDone;
        });
    added->add_option("SHELL", shell_, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  }

  /// Not for people, so hidden. Packages are made with it, and docs/reference/cli.md.
  void add_manual() {
    CLI::App* added = app_.add_subcommand(
        "manual", "Write the man pages, the completions and the reference of this command line");
    added->group("");
    added->footer("\nExamples:\n  banyan manual build/manual     man/, cli.md, and completions\n");
    added
        ->add_option("FOLDER", manual_folder_,
                     "Where they are written; what is there by these names is written over")
        ->required();
    commands_.act(added, [this] {
      const auto written = manual::write_manual(app_, BANYAN_VERSION, manual_folder_);
      if (!written) print_error(written.error(), commands_.json());
      return written ? kDone : kRefused;
    });
  }

  bool is_command(const std::string& word) const {
    return !app_.get_subcommands([&](const CLI::App* each) { return each->get_name() == word; })
                .empty();
  }

  std::string explain(const CLI::ParseError& error, int argc, char** argv) const {
    std::vector<std::string> names;  // that help shows; those of before are understood all the same
    for (const CLI::App* each : app_.get_subcommands({})) {
      if (!each->get_group().empty()) names.push_back(each->get_name());
    }
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (word == "--url" || word == "--store" || word == "--token-file") {
        ++i;
      } else if (!word.starts_with('-')) {
        if (!is_command(word)) {
          return "there is no command \"" + word + "\"." + strangler::suggestion(word, names) +
                 " `banyan --help` explains them.";
        }
        break;
      }
    }
    std::string text = usage_text(app_, error);
    if (!text.ends_with('?')) text += '.';
    return text + " `" + reached_command(app_) + " --help` shows examples.";
  }

  CLI::App app_;
  CommandSet commands_;
  std::string manual_folder_;
  std::string shell_;
};

}  // namespace

bool wants_json(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") return false;
    if (word == "--json") return true;
  }
  return false;
}

int run(int argc, char** argv) {
  // "banyan help shift", as many other programs have it.
  std::vector<char*> words(argv, argv + argc);
  std::string help = "--help";
  if (argc > 1 && std::string_view(argv[1]) == "help") {
    words.erase(words.begin() + 1);
    words.push_back(help.data());
  }
  return CommandLine().run(static_cast<int>(words.size()), words.data());
}

}  // namespace banyan::cli
