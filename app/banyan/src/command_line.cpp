// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <utility>

#include "banyan/kernel/saga.hpp"
#include "banyan/stages/control_store.hpp"
#include "banyan/stages/percent.hpp"
#include "banyan/stages/suggestion.hpp"
#include "commands.hpp"
#include "commands/proxy_settings.hpp"
#include "exit_code.hpp"
#include "manual/write_manual.hpp"
#include "scaffold/module_name.hpp"
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
  banyan status --store var/control.db           the same, when nothing runs
  banyan up deployment.toml                      all programs of an application, supervised

Each command explains itself: banyan shift --help

)";

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

/// Here, before it is sent anywhere: who takes it then knows only that it is too long.
std::function<std::string(const std::string&)> at_most(std::size_t bytes, const std::string& log,
                                                       const std::string& hint) {
  return [bytes, log, hint](const std::string& text) {
    return text.size() <= bytes ? std::string()
                                : "it has " + std::to_string(text.size()) + " bytes, and " + log +
                                      " takes " + std::to_string(bytes) + hint;
  };
}

std::string check_percent(const std::string& text) {
  const auto percent = strangler::Percent::parse(text);
  return percent ? "" : percent.error().message;
}

/// What an option's value is: `--help` shows it, shells complete it.
constexpr std::pair<const char*, const char*> kValues[] = {
    {"--ca", "FILE"},       {"--output", "FILE"}, {"--config", "FILE"},     {"--database", "FILE"},
    {"--in", "FOLDER"},     {"--into", "FOLDER"}, {"--sources", "FILE"},    {"--kit", "FOLDER"},
    {"--log-file", "FILE"}, {"--store", "FILE"},  {"--token-file", "FILE"}, {"--url", "URL"}};

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
  CommandLine() : app_(kDescription, "banyan") {
    app_.footer(kFooter + exit_code::for_help() + "\n\nNO_COLOR=1 switches colours off.");
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_version_flag("--version", "banyan " BANYAN_VERSION);
    app_.add_option("--url", target_.url, "The running application or proxy")
        ->capture_default_str();
    app_.add_option("--token-file", target_.token_file,
                    "A file with the operators' token, which is needed where the operators' pages "
                    "are reached from another machine");
    app_.add_option("--store", target_.store,
                    "Work on this control store instead: when nothing runs, or beside what runs "
                    "(which notices within 200 ms)");
    app_.add_flag("--json", target_.json, "Print the answer as one JSON document");
    options_.who = caller();
    add_new();
    add_init();
    add_check();
    add_status();
    add_shift();
    add_back();
    add_next();
    add_log();
    add_sagas();
    add_verify();
    add_schema();
    add_migrate();
    add_map();
    add_events();
    add_proxy();
    add_up();
    add_ps();
    add_logs();
    add_restart();
    add_down();
    add_manual();
    name_values(app_);
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
    if (const std::string useless = useless_option(); !useless.empty()) {
      print_error(useless);
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

  void reason_of(CLI::App* command, bool why_required, const std::string& log = "the switch log") {
    CLI::Option* why = command->add_option("--why", options_.why, "The reason, for " + log);
    why->check(at_most(strangler::kLongestWhy, log, ": a sentence, and a link to the rest"));
    if (why_required) why->required();
    // Whoever that is; the manual is the same for all.
    command->add_option("--who", options_.who, "Who asks, for " + log)
        ->check(at_most(strangler::kLongestWho, log, ""))
        ->default_str("USER@HOST");
  }

  void add_new() {
    CLI::App* made = app_.add_subcommand(
        "new", "Write an application, or a module for one, that builds, tests and runs at once");
    made->require_subcommand(1);
    made->fallthrough();
    made->footer(
        "\nThe first hour:\n"
        "  banyan new app shop\n"
        "  cd shop && cmake --preset release && cmake --build --preset release\n"
        "  build/release/bin/shop\n"
        "  banyan new module reviews --needs notes");
    CLI::App* app =
        command(*made, "app", "Write an application with its first module",
                "  banyan new app shop\n  banyan new app shop --module catalog --in src",
                [this] { return new_app(made_new()); });
    name_of(app, "shop");
    app->add_option("--module", new_.module, "The name of its first module")
        ->capture_default_str()
        ->check(scaffold::problem_with_name);
    app->add_option("--kit", new_.kit,
                    "Where the kit is installed, if not beside this program: the prefix of "
                    "`cmake --install`");
    CLI::App* module =
        command(*made, "module", "Write a module for the application in this folder, and list it",
                "  banyan new module reviews\n  banyan new module reviews --needs catalog,orders",
                [this] { return new_module(made_new()); });
    name_of(module, "reviews");
    module->add_option("--needs", new_.needs, "Modules whose ports it asks")->delimiter(',');
  }

  void name_of(CLI::App* command, const std::string& example) {
    command->add_option("NAME", new_.name, "Its name, such as " + example)
        ->required()
        ->check(scaffold::problem_with_name);
    command->add_option("--in", new_.in, "The folder to work in")->capture_default_str();
  }

  NewOptions made_new() const {
    NewOptions options = new_;
    options.json = target_.json;
    return options;
  }

  void add_init() {
    CLI::App* added = command(
        app_, "init",
        "Write a first banyan.toml for an application of any kind: looks at it, and proposes "
        "routes from its OpenAPI document",
        "  banyan init http://127.0.0.1:3000\n"
        "  banyan init https://shop.internal --ca shop-ca.pem --openapi openapi.json\n"
        "  banyan init http://127.0.0.1:3000 --offline -o /etc/banyan/banyan.toml",
        [this] {
          init_.json = target_.json;
          return init_file(init_);
        });
    added->add_option("URL", init_.url, "Where the application is: http://HOST:PORT")->required();
    added->add_option("--openapi", init_.openapi,
                      "Its OpenAPI document: a file, or an address; looked for at the usual places "
                      "of the application when not given");
    added->add_option("-o,--output", init_.output, "The file to write; - is standard output")
        ->capture_default_str();
    added->add_option("--ca", init_.ca_file,
                      "A file with the authority that vouches for the application, for https://");
    added->add_option("--listen", init_.listen, "Where the proxy will listen for clients")
        ->capture_default_str();
    added->add_option("--operators", init_.operators, "Where its operators' pages will be")
        ->capture_default_str();
    added->add_flag("--offline", init_.offline, "Ask nobody: the application need not run");
    added->add_flag("--force", init_.force, "Write over a file that is there");
  }

  void add_check() {
    CLI::App* added = command(
        app_, "check",
        "Explain a banyan.toml without starting anything: what it listens on, where each request "
        "goes, what is unsafe or odd",
        "  banyan check\n"
        "  banyan check banyan.toml --request \"GET /albums/1\" --request \"POST /orders\"\n"
        "  banyan check banyan.toml --strict --json",
        [this] {
          check_.json = target_.json;
          return check_file(check_);
        });
    added->add_option("FILE", check_.file, "The configuration")->capture_default_str();
    added
        ->add_option("--request", check_.requests,
                     "A request to explain, such as \"GET /albums/1\"; may be repeated")
        ->allow_extra_args(false);
    added->add_flag("--strict", check_.strict,
                    "End with exit code 1 when something is unsafe or odd");
  }

  void add_status() {
    command(app_, "status", "Show where the traffic and the data of every module are",
            "  banyan status\n  banyan status --json | jq '.rollouts[].stage'",
            [this] { return status(target_); });
  }

  void add_shift() {
    CLI::App* added = command(
        app_, "shift",
        "Send a percentage of a module's readers to the new side; writes move as a whole, once "
        "all reads have moved",
        "  banyan shift catalog 0.5% --why \"first canary\"\n"
        "  banyan shift catalog 100% --writes remote --why \"the service takes over\"\n"
        "  banyan shift catalog 25% --writes local --why \"bring the writes home\"",
        [this] { return shift(target_, options_); });
    module_of(added, options_.module);
    added->add_option("PERCENT", options_.percent, "0% to 100%, in steps of 0.01%")
        ->required()
        ->check(check_percent);
    added
        ->add_option("--writes", options_.writes,
                     "The side that writes: remote (new) or local (old)")
        ->check(CLI::IsMember({"remote", "local"}));
    force_of(added);
    reason_of(added, true);
  }

  void force_of(CLI::App* added) {
    added->add_flag("--force", options_.force,
                    "Although the new side does not answer, or is not ready; the log tells");
  }

  void add_back() {
    CLI::App* added =
        command(app_, "back", "Go one named step back: moved -> canary 100% -> legacy",
                "  banyan back catalog --why \"error rate doubled\"",
                [this] { return back(target_, options_); });
    module_of(added, options_.module);
    reason_of(added, true);
  }

  void add_next() {
    CLI::App* added =
        command(app_, "next", "Go one step on: canary 1%, 10%, 50%, 100%, then the writes (moved)",
                "  banyan next catalog\n  banyan next catalog --why \"a quiet day at 10%\"",
                [this] { return next(target_, options_); });
    module_of(added, options_.module);
    options_.why = "the next step";
    force_of(added);
    reason_of(added, false);
  }

  void add_log() {
    CLI::App* added = command(app_, "log", "Show the switch log, newest first",
                              "  banyan log\n  banyan log --module catalog --limit 5",
                              [this] { return log(target_, log_); });
    added->add_option("--module", log_.module, "Only this module")
        ->type_name("MODULE")
        ->check(check_module);
    added->add_option("--limit", log_.limit, "How many lines")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
  }

  void add_sagas() {
    CLI::App* added = command(
        app_, "sagas", "Show work over several modules: what is under way, stuck, and over lately",
        "  banyan sagas\n  banyan sagas --open\n"
        "  banyan sagas sag_018f3c…   one of them, step by step\n"
        "  banyan sagas ord_018f3c…   those about an order\n"
        "  banyan sagas retry sag_018f3c… --why \"the provider is back\"\n"
        "\nThe same with a picture: /_banyan/sagas of the process",
        [this] {
          const SagasOptions options = saga_options();
          return options.verb.empty() ? sagas(target_, options) : order_saga(target_, options);
        });
    added->add_option("ID", sagas_.id, "Of a saga, or of what it is about")->type_name("ID");
    added->add_flag("--open", sagas_.open, "Only those that are not over");
    add_saga_order(*added, "retry", "Ask for the step again, with a fresh count of attempts",
                   "the provider is back");
    add_saga_order(*added, "mark",
                   "Say that the step which it is stuck at, or waits for, is done; on the way "
                   "back, that it is "
                   "undone",
                   "refunded by bank transfer, receipt 4711");
    add_saga_order(*added, "back", "Turn it back: what was done is undone, if it still can be",
                   "the customer has called");
  }

  void add_saga_order(CLI::App& parent, const std::string& verb, const std::string& description,
                      const std::string& why) {
    CLI::App* added = command(parent, verb, description,
                              "  banyan sagas " + verb + " sag_018f3c… --why \"" + why + "\"",
                              [] { return kDone; });
    // The action is that of `sagas`, whose callback comes last.
    added->callback([this, verb] { sagas_.verb = verb; });
    added->add_option("SAGA", ordered_saga_, "Its id")
        ->required()
        ->type_name("ID")
        ->check([](const std::string& text) {
          return SagaId::parse(text) ? std::string()
                                     : '"' + text +
                                           "\" is no id of a saga: sag_ and 32 hexadecimal digits. "
                                           "`banyan sagas` lists them";
        });
    if (verb == "mark") {
      added
          ->add_option("--at", sagas_.at,
                       "The step that is meant, as `banyan sagas` says where the saga is: it is "
                       "refused when the saga is elsewhere by then. Without it: where it is now")
          ->type_name("STEP");
    }
    reason_of(added, true, "the log and the saga's step");
  }

  SagasOptions saga_options() const {
    SagasOptions options = sagas_;
    if (!options.verb.empty()) options.id = ordered_saga_;
    options.who = options_.who;
    options.why = options_.why;
    options.json = target_.json;
    return options;
  }

  void add_verify() {
    CLI::App* added = command(
        app_, "verify", "Check that nobody tampered with the switch log (exit code 1 if so)",
        "  banyan verify\n  banyan verify --head 5f0c…   does it still contain this head?",
        [this] { return verify(target_, head_); });
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
        "Exit codes: 0 moved; 1 refused or undone; 69 somebody holds a file; 75 moved, and\n"
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

  void add_map() {
    CLI::App* added = command(
        app_, "map",
        "Write the map of an application: its modules, what is between them, and all operations",
        "  build/bin/shop --describe > shop.json && banyan map shop.json\n"
        "  build/bin/shop --describe | banyan map - --sources build/app/shop_sources.json --check",
        [this] {
          map_.json = target_.json;
          return draw_map(map_);
        });
    added
        ->add_option("DESCRIPTION", map_.description,
                     "What the program says to --describe: a file, or - for standard input")
        ->required();
    added->add_option("--sources", map_.sources,
                      "Where its modules lie, as banyan_add_map() has written it: "
                      "for their READMEs, and for who calls what");
    added->add_option("--into", map_.output, "The folder of the pages")->capture_default_str();
    added->add_flag("--check", map_.check,
                    "Write nothing; end with exit code 1 when a page is not what the program says");
  }

  void add_events() {
    CLI::App* events = app_.add_subcommand(
        "events",
        "What modules tell each other: how far it has got, and what somebody must decide");
    events->require_subcommand(1);
    events->fallthrough();
    events->footer(
        "\nThe usual way:\n"
        "  banyan events list --database var/shop.db\n"
        "  banyan events replay payments shipping ord_018f… --database var/shop.db --why "
        "\"carrier fixed\"\n"
        "  banyan events skip payments shipping ord_018f… --database var/shop.db --why \"a test "
        "order\"\n"
        "  banyan events rebuild orders --why \"titles were repaired by hand\"");
    CLI::App* list =
        command(*events, "list", "Show who follows whom, how far behind, and which keys are held",
                "  banyan events list --database var/shop.db\n"
                "  banyan events list payments --database var/shop.db --json",
                [this] { return events_list(of_events()); });
    list->add_option("MODULE", events_.module, "Only of this module")->check(check_module);
    log_of(list);
    CLI::App* replay = command(
        *events, "replay",
        "Try held keys again at once, with fresh attempts; what was handled is not handled twice",
        "  banyan events replay payments shipping --database var/shop.db --why \"fixed\"\n"
        "  banyan events replay payments shipping ord_018f… --database var/shop.db --why \"fixed\"",
        [this] { return events_replay(of_events()); });
    lane_of(replay);
    replay->add_option("KEY", events_.key, "Only this key; all of them without it");
    CLI::App* skip = command(
        *events, "skip",
        "Give up the first event of a held key that was not taken; those after it are sent",
        "  banyan events skip payments shipping ord_018f… --database var/shop.db --why \"a test\"",
        [this] { return events_skip(of_events()); });
    lane_of(skip);
    skip->add_option("KEY", events_.key, "The key")->required();
    CLI::App* forget = command(
        *events, "forget", "Forget how far a module got that does not follow any more",
        "  banyan events forget payments shipping --database var/shop.db --why \"it is gone\"",
        [this] { return events_forget(of_events()); });
    lane_of(forget);
    CLI::App* rebuild = command(
        *events, "rebuild",
        "Make a module's copy of what others own anew, from its owners; the old one is served "
        "meanwhile",
        "  banyan events rebuild orders --why \"titles were repaired by hand\"\n"
        "  banyan events rebuild orders --url http://127.0.0.1:8085 --why \"a lane was forgotten\"",
        [this] { return events_rebuild(target_, of_events()); });
    rebuild->add_option("MODULE", events_.module, "The module that keeps the copy")
        ->required()
        ->check(check_module);
    why_of(rebuild);
    CLI::App* purge =
        command(*events, "purge",
                "Forget events that everybody has; a running application does it by itself",
                "  banyan events purge payments --database var/shop.db --older-than 24",
                [this] { return events_purge(of_events()); });
    module_of(purge, events_.module);
    purge->add_option("--older-than", events_.hours, "Hours")
        ->capture_default_str()
        ->check(CLI::Range(0, 24 * 3650));
    log_of(purge);
  }

  void log_of(CLI::App* command) {
    command
        ->add_option("--database", events_.database,
                     "The application's shared database: a file, or postgresql://…")
        ->required();
    command->add_option("--application", events_.application,
                        "Of a server's database: what its modules' roles begin with");
  }

  void lane_of(CLI::App* command) {
    module_of(command, events_.module);
    command->add_option("FOLLOWER", events_.lane, "The module that follows it")
        ->required()
        ->check(check_module);
    log_of(command);
    why_of(command);
  }

  void why_of(CLI::App* command) {
    command->add_option("--why", events_.why, "The reason; kept beside the events")->required();
    command->add_option("--who", events_.who, "Who asks")->default_str("USER@HOST");
  }

  EventsOptions of_events() const {
    EventsOptions options = events_;
    options.json = target_.json;
    if (options.who.empty()) options.who = caller();
    return options;
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
        [this] { return proxy(made_proxy()); });
    added->footer(added->get_footer() + "\n\n" + program::layers_for_help(kProxyProgram));
    added->add_flag("--check", proxy_.check,
                    "Explain the file and start nothing, as `banyan check` does");
    for (const program::Option& each : proxy_options()) {
      const std::string name = "--" + std::string(each.name);
      if (each.argument.empty()) {
        added->add_flag(name)->description(std::string(each.help));
        continue;
      }
      CLI::Option* option = added->add_option(name)->description(std::string(each.help));
      option->type_name(std::string(each.argument));
      if (each.repeatable) option->take_all();
    }
    added->get_option("--config")->default_str(serving::ProxyOptions{}.config_file);
    for (const auto& [name, most] :
         {std::pair{"--loops", kMostLoops}, std::pair{"--drain-notice", kLongestDrainNotice}}) {
      added->get_option(name)->default_str("0")->check(CLI::Range(std::int64_t{0}, most));
    }
    proxy_command_ = added;
  }

  ProxyCommand made_proxy() const {
    ProxyCommand command = proxy_;
    command.json = target_.json;
    for (const program::Option& each : proxy_options()) {
      const std::string name(each.name);
      for (const std::string& value : proxy_command_->get_option("--" + name)->results()) {
        command.given.push_back({name, value});
      }
    }
    return command;
  }

  void deployment_file_of(CLI::App* command) {
    command->add_option("FILE", deployment_.file, "The deployment file")->capture_default_str();
  }

  DeploymentOptions deployment() const {
    DeploymentOptions options = deployment_;
    options.json = target_.json;
    return options;
  }

  void add_up() {
    CLI::App* added = command(
        app_, "up",
        "Start the programs of a deployment file and supervise them: each when what it needs is "
        "ready, again with growing pauses when it fails, all of them stopped at Ctrl-C",
        "  banyan up --check deployment.toml    what it would do\n"
        "  banyan up deployment.toml\n"
        "\nA file, with all that most need (docs/reference/deployment.md has every key):\n"
        "  [programs.warehouse]\n"
        "  command = [\"bin/warehouse\", \"--port\", \"8081\"]\n"
        "  ready = \"http://127.0.0.1:8081/health/ready\"\n"
        "  [programs.shop]\n"
        "  command = [\"bin/shop\", \"--port\", \"${SHOP_PORT:-8080}\"]\n"
        "  needs = [\"warehouse\"]",
        [this] { return up(deployment()); });
    deployment_file_of(added);
    added->add_flag("--check", deployment_.check, "Explain the file and start nothing");
  }

  void add_ps() {
    deployment_file_of(command(
        app_, "ps",
        "Show the programs that `banyan up` supervises: state, process, uptime, restarts, last end",
        "  banyan ps\n  banyan ps deployment.toml --json", [this] { return ps(deployment()); }));
  }

  void add_logs() {
    CLI::App* added = command(
        app_, "logs",
        "Show what the programs of `banyan up` have written, oldest first; also after their end",
        "  banyan logs deployment.toml\n"
        "  banyan logs deployment.toml shop --follow\n"
        "  banyan logs deployment.toml shop --lines 1000 | grep refused\n"
        "\nThe switch log of a rollout is another thing: banyan log",
        [this] { return logs(deployment()); });
    deployment_file_of(added);
    added->add_option("PROGRAM", deployment_.program,
                      "Only this one; \"banyan\" is the supervisor itself. Not on a terminal, its "
                      "lines come as it wrote them");
    added->add_option("--lines", deployment_.lines, "How many lines")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    added->add_flag("--follow,-f", deployment_.follow, "Wait for further lines, until Ctrl-C");
  }

  void add_restart() {
    CLI::App* added =
        command(app_, "restart",
                "Stop one program of `banyan up` and start it again; answers when it is ready",
                "  banyan restart shop\n  banyan restart shop deployment.toml",
                [this] { return restart(deployment()); });
    added->add_option("PROGRAM", deployment_.program, "The program")->required();
    deployment_file_of(added);
  }

  void add_down() {
    deployment_file_of(command(
        app_, "down",
        "Stop all programs of `banyan up`, and that itself; answers when they have ended",
        "  banyan down\n  banyan down deployment.toml", [this] { return down(deployment()); }));
  }

  /// Not for people, so hidden. Packages are made with it, and docs/reference/cli.md.
  void add_manual() {
    CLI::App* added = app_.add_subcommand(
        "manual", "Write the man pages, the completions and the reference of this command line");
    added->group("");
    added->add_option("FOLDER", manual_folder_)->required();
    added->callback([this] {
      chosen_ = [this] {
        const auto written = manual::write_manual(app_, BANYAN_VERSION, manual_folder_);
        if (!written) print_error(written.error(), target_.json);
        return written ? kDone : kRefused;
      };
    });
  }

  DatabaseOptions database() const {
    DatabaseOptions options = database_;
    options.json = target_.json;
    options.wait = std::chrono::seconds(wait_seconds_);
    return options;
  }

  /// Does it ask a process or a control store?
  bool asks(const CLI::App& command) const {
    if (command.get_name() == "events") return command.got_subcommand("rebuild");
    const std::vector<std::string> all{"status", "shift", "back", "next", "log", "sagas", "verify"};
    return std::ranges::find(all, command.get_name()) != all.end();
  }

  /// What is said and would be ignored.
  std::string useless_option() const {
    const auto given = [&](const char* option) { return app_.get_option(option)->count() != 0; };
    const CLI::App& chosen = *app_.get_subcommands().front();
    const std::string command = chosen.get_name();
    for (const char* option : {"--url", "--token-file", "--store"}) {
      if (given(option) && !asks(chosen)) {
        return std::string(option) + " is of no use to `banyan " + command +
               "`, which asks no process and no control store";
      }
    }
    if (!sagas_.verb.empty() && (!sagas_.id.empty() || sagas_.open)) {
      return "`banyan sagas " + sagas_.verb + "` is about one saga: give it one id, and no --open";
    }
    if (!given("--store")) return {};
    if (command == "sagas") {
      return "sagas are in the modules' tables, not in a control store: ask a running process with "
             "--url";
    }
    for (const char* option : {"--url", "--token-file"}) {
      if (given(option)) {
        return "--store goes past the process, and " + std::string(option) +
               " asks it; give one of them";
      }
    }
    return {};
  }

  std::string explain(const CLI::ParseError& error, int argc, char** argv) const {
    std::vector<std::string> names;
    for (const CLI::App* each : app_.get_subcommands({})) names.push_back(each->get_name());
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (word == "--url" || word == "--store" || word == "--token-file") {
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
  ControlTarget target_;
  ChangeOptions options_;
  LogOptions log_;
  SagasOptions sagas_;
  std::string ordered_saga_;
  DatabaseOptions database_;
  int wait_seconds_ = 10;
  std::string head_;
  ProxyCommand proxy_;
  CLI::App* proxy_command_ = nullptr;
  InitOptions init_;
  MapOptions map_;
  CheckOptions check_;
  NewOptions new_;
  EventsOptions events_;
  DeploymentOptions deployment_;
  std::string manual_folder_;
  std::function<int()> chosen_;
};

}  // namespace

int run(int argc, char** argv) { return CommandLine().run(argc, argv); }

}  // namespace banyan::cli
