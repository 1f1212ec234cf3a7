// SPDX-License-Identifier: Apache-2.0
// What an application is asked for, and whether anybody still asks the old side.
#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "command_line/groups.hpp"

namespace banyan::cli {
namespace {

/// "14d", "36h", "90m", "0s".
std::optional<std::chrono::seconds> duration_from(const std::string& text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error != std::errc{}) return std::nullopt;
  const std::chrono::seconds count{number};
  if (unit == "s") return count;
  if (unit == "m") return count * 60;
  if (unit == "h") return count * 3'600;
  if (unit == "d") return count * 86'400;
  return std::nullopt;
}

}  // namespace

void add_discover(CommandSet& set) {
  const auto options = std::make_shared<DiscoverOptions>();
  CLI::App* added = set.command(
      "discover",
      "Propose routes for an application of any kind from its access logs (Banyan's JSON, or the "
      "combined format of nginx and Apache), with the evidence, as a file to review",
      "  banyan discover access.log\n"
      "  zcat access.log.*.gz | banyan discover - --application http://127.0.0.1:3000 -o "
      "banyan.toml\n"
      "  banyan discover access.log --openapi openapi.json --json -o - | jq .left_out\n"
      "\nNothing of ids, queries and addresses gets into the file. It tells what it does not "
      "cover.",
      [&set, options] {
        options->json = set.json();
        return discover_routes(*options);
      });
  added->add_option("LOG", options->logs, "Access logs; - is standard input");
  added->add_option("--openapi", options->openapi,
                    "An OpenAPI document of the application, a file or an address: its paths are "
                    "taken as they are, and what nobody asked is told");
  added->add_option("-o,--output", options->output, "The file to write; - is standard output")
      ->capture_default_str();
  added->add_option("--application", options->application, "Where the application is")
      ->capture_default_str();
  added->add_option("--listen", options->listen, "Where the proxy will listen for clients")
      ->capture_default_str();
  added->add_option("--operators", options->operators, "Where its operators' pages will be")
      ->capture_default_str();
  added
      ->add_option("--words", options->words,
                   "How many different words below one parent stay words; of more, those that are "
                   "seen seldom become a parameter")
      ->capture_default_str()
      ->check(CLI::Range(1, 250));
  added
      ->add_option("--least", options->least,
                   "How often an operation has to be asked to be proposed")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  added->add_flag("--routes-only", options->routes_only,
                  "Write the routes alone, for a file that there is");
  added->add_flag("--force", options->force, "Write over a file that is there");
  set.refuse_if([options, added] {
    return added->parsed() && options->logs.empty() && options->openapi.empty()
               ? std::string("`banyan discover` needs a LOG (- is standard input), or --openapi")
               : std::string();
  });
}

void add_retire(CommandSet& set) {
  const auto options = std::make_shared<RetireOptions>();
  const auto quiet = std::make_shared<std::string>("14d");
  CLI::App* added = set.command(
      "retire",
      "Prove that nothing uses the old side of a module any more, and list what can be deleted; "
      "refuses with every reason while something does (exit code 1). With --why the module's "
      "traffic goes from moved to retired, with the proof in the switch log",
      "  banyan retire catalog\n"
      "  banyan retire catalog --why \"two quiet weeks\"     writes it down; banyan back takes it "
      "back\n"
      "  banyan retire catalog --quiet-for 30d --access-log access.log\n"
      "  banyan retire catalog --database var/shop.db --sources build/app/shop_sources.json --json",
      [&set, options, quiet] {
        options->quiet_for = duration_from(*quiet).value_or(options->quiet_for);
        return retire(set.target(), *options);
      });
  set.asks(added);
  set.module_of(added, options->module);
  added
      ->add_option("--quiet-for", *quiet,
                   "How long nothing may have used the old side: 14d, 36h, 90m, 0s")
      ->capture_default_str()
      ->check([](const std::string& text) {
        return duration_from(text) ? std::string()
                                   : '"' + text + "\" is no time, such as 14d, 36h, 90m or 0s";
      });
  added->add_option(
      "--access-log", options->logs,
      "Banyan's access log in JSON, for who asked the old side last; may be repeated");
  added->add_option("--sources", options->sources,
                    "Where the modules lie, as banyan_add_map() has written it");
  added->add_option("--database", options->database,
                    "The application's shared database; its manifest, beside it, names the tables");
  added->add_flag("--force", options->force,
                  "With --store and --why: although no process is asked, so that nothing is "
                  "judged. The log tells");
  set.reason_of(added, options->who, options->why, false);
  set.refuse_if([&set, options] {
    if (!options->force) return std::string();
    if (set.target().store.empty()) {
      return std::string(
          "`banyan retire --force` is for --store alone: what uses the old side is not outvoted");
    }
    return options->why.empty() ? std::string("`banyan retire --force` needs --why")
                                : std::string();
  });
}

}  // namespace banyan::cli
