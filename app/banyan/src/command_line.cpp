// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <functional>

#include "commands.hpp"
#include "exit_code.hpp"
#include "stages/percent.hpp"
#include "stages/suggestion.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

constexpr const char* kDescription =
    "banyan takes a monolith apart: it moves a module's traffic to its own service and back, "
    "separates "
    "its tables, and keeps a tamper-evident log of every switch.";

constexpr const char* kFooter = R"(
Examples:
  banyan status                                  where does every module stand?
  banyan shift catalog 25% --why "first canary"  a quarter of the readers to the new side
  banyan back catalog --why "errors went up"     one named step back, at once
  banyan status --store var/control.db           the same, when nothing runs

Each command explains itself: banyan shift --help

Exit codes: 0 done; 1 refused, with the reason (verify: tampering found); 2 wrong usage;
3 nobody answered, no such control store or database, or somebody holds it; 4 done, and cleaning up
is left: the same command again completes it.
NO_COLOR=1 switches colours off.)";

// Who is at the keyboard, for the switch log.
std::string caller() {
  std::string user = "unknown";
  if (const char* name = std::getenv("USER"); name != nullptr && *name != '\0') {
    user = name;
  } else if (const passwd* entry = getpwuid(getuid()); entry != nullptr) {
    user = entry->pw_name;
  }
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  return user + '@' + host;
}

std::string check_module(const std::string& name) {
  const bool plain = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return plain ? "" : '"' + name + "\" is no name of a module, such as catalog or order_desk";
}

std::string check_percent(const std::string& text) {
  const auto percent = strangler::Percent::parse(text);
  return percent ? "" : percent.error().message;
}

class CommandLine {
 public:
  CommandLine() : app_(kDescription, "banyan") {
    app_.footer(kFooter);
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_version_flag("--version", "banyan " BANYAN_VERSION);
    app_.add_option("--url", place_.url, "The running application or proxy")->capture_default_str();
    app_.add_option("--store", place_.store,
                    "Work on this control store instead: when nothing runs, or beside what runs "
                    "(which notices within 200 ms)");
    app_.add_flag("--json", place_.json, "Print the answer as one JSON document");
    options_.who = caller();
    add_status();
    add_shift();
    add_back();
    add_next();
    add_log();
    add_verify();
    add_schema();
    add_migrate();
    add_proxy();
  }

  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& wanted) {
      return app_.exit(wanted);
    } catch (const CLI::ParseError& error) {
      print_error(explain(error, argc, argv));
      return kUsage;
    }
    return chosen_();
  }

 private:
  CLI::App* command(CLI::App& parent, const std::string& name, const std::string& description,
                    const std::string& examples, std::function<int()> action) {
    CLI::App* added = parent.add_subcommand(name, description);
    added->footer("\nExamples:\n" + examples);
    added->fallthrough();
    added->callback([this, action = std::move(action)] { chosen_ = action; });
    return added;
  }

  void module_of(CLI::App* command, std::string& module) {
    command->add_option("MODULE", module, "The module, such as catalog")
        ->required()
        ->check(check_module);
  }

  void reason_of(CLI::App* command, bool why_required) {
    CLI::Option* why = command->add_option("--why", options_.why, "The reason, for the switch log");
    if (why_required) why->required();
    command->add_option("--who", options_.who, "Who asks, for the switch log")
        ->capture_default_str();
  }

  void add_status() {
    command(app_, "status", "Show where the traffic and the data of every module are",
            "  banyan status\n  banyan status --json | jq '.migrations[].stage'",
            [this] { return status(place_); });
  }

  void add_shift() {
    CLI::App* added = command(
        app_, "shift",
        "Send a percentage of a module's readers to the new side; writes move as a whole, once "
        "all reads have moved",
        "  banyan shift catalog 0.5% --why \"first canary\"\n"
        "  banyan shift catalog 100% --writes remote --why \"the service takes over\"\n"
        "  banyan shift catalog 25% --writes local --why \"bring the writes home\"",
        [this] { return shift(place_, options_); });
    module_of(added, options_.module);
    added->add_option("PERCENT", options_.percent, "0% to 100%, in steps of 0.01%")
        ->required()
        ->check(check_percent);
    added
        ->add_option("--writes", options_.writes,
                     "The side that writes: remote (new) or local (old)")
        ->check(CLI::IsMember({"remote", "local"}));
    reason_of(added, true);
  }

  void add_back() {
    CLI::App* added =
        command(app_, "back", "Go one named step back: moved -> canary 100% -> legacy",
                "  banyan back catalog --why \"error rate doubled\"",
                [this] { return back(place_, options_); });
    module_of(added, options_.module);
    reason_of(added, true);
  }

  void add_next() {
    CLI::App* added =
        command(app_, "next", "Go one step on: canary 1%, 10%, 50%, 100%, then the writes (moved)",
                "  banyan next catalog\n  banyan next catalog --why \"a quiet day at 10%\"",
                [this] { return next(place_, options_); });
    module_of(added, options_.module);
    options_.why = "the next step";
    reason_of(added, false);
  }

  void add_log() {
    CLI::App* added = command(app_, "log", "Show the switch log, newest first",
                              "  banyan log\n  banyan log --module catalog --limit 5",
                              [this] { return log(place_, log_); });
    added->add_option("--module", log_.module, "Only this module")->check(check_module);
    added->add_option("--limit", log_.limit, "How many lines")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
  }

  void add_verify() {
    CLI::App* added = command(
        app_, "verify", "Check that nobody tampered with the switch log (exit code 1 if so)",
        "  banyan verify\n  banyan verify --head 5f0c…   does it still contain this head?",
        [this] { return verify(place_, head_); });
    added->add_option("--head", head_, "A head that was noted earlier: 64 hexadecimal digits")
        ->check([](const std::string& text) {
          const bool hex =
              text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
          return hex ? std::string() : '"' + text + "\" is not 64 lower-case hexadecimal digits";
        });
  }

  void database_of(CLI::App* command) {
    command
        ->add_option("--database", database_.database,
                     "The application's shared database; its manifest stands beside it")
        ->required();
  }

  void wait_of(CLI::App* command) {
    command
        ->add_option("--wait", wait_seconds_,
                     "Seconds to wait for whoever holds a file before giving up")
        ->capture_default_str()
        ->check(CLI::Range(0, 3600));
  }

  void add_schema() {
    CLI::App* schema = app_.add_subcommand(
        "schema", "Separate a module's tables from the shared database, and bring them back");
    schema->require_subcommand(1);
    schema->fallthrough();
    schema->footer(
        "\nThe usual way:\n"
        "  banyan schema report --database var/shop.db\n"
        "  banyan schema decouple warehouse --database var/shop.db\n"
        "  banyan schema dismiss warehouse --database var/shop.db\n"
        "  banyan schema move warehouse --database var/shop.db --dry-run\n"
        "  banyan schema move warehouse --database var/shop.db\n"
        "  banyan schema move warehouse --database var/shop.db --back");
    database_of(command(
        *schema, "adopt", "Take over the database that an application had before it used Banyan",
        "  banyan schema adopt --database legacy.db", [this] { return schema_adopt(database()); }));
    database_of(
        command(*schema, "report",
                "Show tables per module, and what crosses: foreign keys, views, triggers, SQL",
                "  banyan schema report --database var/shop.db",
                [this] { return schema_report(database()); }));
    CLI::App* decouple =
        command(*schema, "decouple",
                "Apply a module's separation scripts, which remove what crosses (expand, contract)",
                "  banyan schema decouple warehouse --database var/shop.db --dry-run\n"
                "  banyan schema decouple warehouse --database var/shop.db --phase 0001",
                [this] { return schema_decouple(database()); });
    module_of(decouple, database_.module);
    database_of(decouple);
    decouple->add_option("--phase", database_.phase, "Only scripts whose names begin with this");
    decouple->add_flag("--dry-run", database_.dry_run,
                       "Try them out and roll back; writers wait meanwhile, as in earnest");
    wait_of(decouple);
    CLI::App* dismiss = command(
        *schema, "dismiss",
        "Say that a module's code no longer runs statements that cross. A statement stays in "
        "the report until then, or until its table is gone, and comes back when it runs again",
        "  banyan schema dismiss warehouse --database var/shop.db --dry-run\n"
        "  banyan schema dismiss warehouse --database var/shop.db\n"
        "      all that have not run since the module's last separation script\n"
        "  banyan schema dismiss warehouse --database var/shop.db --statement 3fa29c01",
        [this] { return schema_dismiss(database()); });
    module_of(dismiss, database_.module);
    database_of(dismiss);
    dismiss->add_option("--statement", database_.statements,
                        "Its name in the report, whenever it ran last; may be repeated");
    dismiss->add_flag("--dry-run", database_.dry_run, "Only show which");
    CLI::App* move = command(
        *schema, "move",
        "Move a module's tables to a file of their own, verified row by row, or back",
        "  banyan schema move warehouse --database var/shop.db --dry-run\n"
        "  banyan schema move warehouse --database var/shop.db --back\n\n"
        "Exit codes: 0 moved; 1 refused or undone; 3 somebody holds a file; 4 moved, and\n"
        "cleaning up is left: the same command again completes it. The last line says which\n"
        "file is authoritative.",
        [this] { return schema_move(database()); });
    module_of(move, database_.module);
    database_of(move);
    move->add_flag("--back", database_.back, "Back to the shared database");
    move->add_flag("--dry-run", database_.dry_run, "Only show what would happen, or be refused");
    wait_of(move);
  }

  void add_migrate() {
    CLI::App* added =
        command(app_, "migrate", "Apply the migration scripts of the application's modules",
                "  banyan migrate --database var/shop.db --dry-run",
                [this] { return migrate(database()); });
    database_of(added);
    added->add_flag("--dry-run", database_.dry_run,
                    "Try them out and roll back; writers wait meanwhile, as in earnest");
    wait_of(added);
  }

  void add_proxy() {
    CLI::App* added = command(
        app_, "proxy", "Run the strangler proxy in front of an application of any kind",
        "  banyan proxy --config banyan.toml\n"
        "  banyan proxy --config banyan.toml --explain     X-Strangler says why an answer came "
        "from "
        "where\n"
        "  kill -HUP PID    reads the file again; a bad file is refused and the old routes stay;\n"
        "                     opens the access log again, if the file has a section [access_log]",
        [this] { return proxy(proxy_); });
    added
        ->add_option("--config", proxy_.config_file,
                     "Listeners, upstreams, routes and TLS; a change of it, or SIGHUP, has all of "
                     "it read again, certificates too")
        ->capture_default_str();
    added->add_option("--log-file", proxy_.log_file,
                      "Where the log goes; standard error without it");
    added->add_flag("--explain", proxy_.explain, "Say in each answer where it came from, and why");
    added->add_option("--trust", proxy_.trusted_peers,
                      "An address or network whose X-Forwarded-* is believed; may be repeated");
    added->add_option("--loops", proxy_.loops, "Event loops; 0 is one per core")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
    added
        ->add_option("--drain-notice", proxy_.drain_notice_ms,
                     "Milliseconds between \"not ready\" and the end of accepting")
        ->capture_default_str()
        ->check(CLI::Range(0, 600'000));
  }

  DatabaseOptions database() const {
    DatabaseOptions options = database_;
    options.json = place_.json;
    options.wait = std::chrono::seconds(wait_seconds_);
    return options;
  }

  std::string explain(const CLI::ParseError& error, int argc, char** argv) const {
    std::vector<std::string> names;
    for (const CLI::App* each : app_.get_subcommands({})) names.push_back(each->get_name());
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (word == "--url" || word == "--store") {
        ++i;
      } else if (!word.starts_with('-')) {
        if (std::ranges::find(names, word) == names.end()) {
          return "there is no command \"" + word + "\"." + strangler::suggestion(word, names) +
                 " `banyan --help` explains them.";
        }
        return std::string(error.what()) + ". `banyan " + word + " --help` shows examples.";
      }
    }
    return std::string(error.what()) + ". `banyan --help` shows examples.";
  }

  CLI::App app_;
  Place place_;
  ChangeOptions options_;
  LogOptions log_;
  DatabaseOptions database_;
  int wait_seconds_ = 10;
  std::string head_;
  ProxyOptions proxy_;
  std::function<int()> chosen_;
};

}  // namespace

int run(int argc, char** argv) { return CommandLine().run(argc, argv); }

}  // namespace banyan::cli
