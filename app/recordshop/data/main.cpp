// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/kernel/exit_code.hpp"
#include "banyan/kernel/random.hpp"
#include "banyan/migrations/runner.hpp"
#include "catalog/module.hpp"
#include "data/chinook.hpp"
#include "data/generator.hpp"
#include "data/progress_lines.hpp"
#include "data/shop_database.hpp"

namespace {

using recordshop::Progress;

using namespace banyan::exit_code;

/// Away for now, or not right.
int code_of(const banyan::Error& error, int otherwise) {
  return error.code == banyan::ErrorCode::Unavailable ? kUnavailable : otherwise;
}

void show(const Progress& progress) {
  std::fprintf(stderr, "  %-8.*s %lld of %lld\n", static_cast<int>(progress.what.size()),
               progress.what.data(), static_cast<long long>(progress.done),
               static_cast<long long>(progress.of));
}

/// A load that finds a shop with data is one that went wrong, unless it was asked for `once`. One
/// that finds a part of them is one in any case: who starts the shop behind it would have a part.
int fill(recordshop::ShopData& data, const std::string& where, bool once) {
  const auto source = banyan::sql::DataSource::parse(where);
  if (!source) {
    std::fprintf(stderr, "--database: %s\n", source.error().message.c_str());
    return kUsage;
  }
  recordshop::ShopDatabase database(*source, banyan::system_clock());
  std::fprintf(stderr, "loading %s into %s\n", data.name().c_str(), source->display().c_str());
  recordshop::ProgressLines lines(banyan::system_clock(), show);
  const auto report =
      recordshop::load_shop(data, database.modules(), banyan::system_clock(),
                            [&lines](const Progress& progress) { lines.take(progress); });
  lines.end();
  if (!report && once && report.error().rule == "recordshop.already_loaded") {
    std::fprintf(stderr, "nothing is left to load: there are records already\n");
    return 0;
  }
  if (!report) {
    std::fprintf(stderr, "%s\n", report.error().message.c_str());
    return code_of(report.error(), kBadData);
  }
  std::printf(
      "%lld artists, %lld albums, %lld tracks with stock, %lld customers, %lld orders in %.1f s "
      "(%.0f records/s)\n",
      static_cast<long long>(report->stored.artists), static_cast<long long>(report->stored.albums),
      static_cast<long long>(report->stored.tracks),
      static_cast<long long>(report->stored.customers),
      static_cast<long long>(report->stored.orders), report->took.count(),
      report->records_per_second());
  if (report->found > 0) {
    std::printf("%lld of these records were there, from a load that was broken off\n",
                static_cast<long long>(report->found));
  }
  if (!report->not_mapped.empty()) std::printf("not imported:\n");
  for (const std::string& line : report->not_mapped) std::printf("  %s\n", line.c_str());
  return 0;
}

int rebuild_search(const std::string& where) {
  const auto source = banyan::sql::DataSource::parse(where);
  if (!source) {
    std::fprintf(stderr, "--database: %s\n", source.error().message.c_str());
    return kUsage;
  }
  if (source->engine == banyan::sql::Engine::Sqlite && !std::filesystem::exists(source->file)) {
    std::fprintf(stderr, "--database: there is no file %s; name that of the shop\n",
                 source->display().c_str());
    return kBadData;
  }
  // One unit of work, however large the catalogue is.
  constexpr std::chrono::hours kLongest{1};
  recordshop::ShopDatabase database(*source, banyan::system_clock());
  const auto context =
      banyan::Context::begin(kLongest, banyan::system_clock(), banyan::system_random());
  const auto rows = catalog::rebuild_search(database.modules().catalog, context);
  if (!rows) {
    std::fprintf(stderr, "%s\n", rows.error().message.c_str());
    return code_of(rows.error(), kFault);
  }
  std::printf("%lld albums and tracks are in the search index, which was made anew\n",
              static_cast<long long>(*rows));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);  // a reader who is gone is an error of the write
  CLI::App program(
      "Fills the database of a record shop that has no data yet, and makes anew what is made of"
      " them.");
  program.footer(
      "Nothing is filled into a database that has data already, but for what a load of the same"
      " records has left undone that was broken off: the same command again goes on with it. All of"
      " them bring the schema up to date first, as the shop does when it starts.\n\n" +
      for_help());
  program.require_subcommand(1);
  std::string database;
  recordshop::GeneratorOptions options;
  std::string chinook;
  bool once = false;
  const auto add_once = [&once](CLI::App& command) {
    command.add_flag("--once", once,
                     "Ends well, and does nothing, when there are records already: for scripts that"
                     " run at each start. Not where a load of other records was broken off, or"
                     " while another load is at work");
  };

  CLI::App* generate = program.add_subcommand("generate", "Makes records up, the same for a seed");
  generate
      ->add_option("--database", database,
                   "The shop's database: a file, made when missing, or postgresql://…")
      ->required();
  generate->add_option("--seed", options.seed, "Any number")->capture_default_str();
  generate->add_option("--tracks", options.tracks, "How many tracks; the rest is in proportion")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{10'000'000}))
      ->capture_default_str();
  add_once(*generate);
  CLI::App* import = program.add_subcommand("import", "Takes the records of a Chinook database");
  import->add_option("file", chinook, "The Chinook database, a SQLite file")->required();
  import
      ->add_option("--database", database,
                   "The shop's database: a file, made when missing, or postgresql://…")
      ->required();
  add_once(*import);
  CLI::App* rebuild = program.add_subcommand(
      "rebuild-search",
      "Makes the search index of the catalogue anew from its albums and tracks, wherever they have"
      " moved: after their tables were filled or repaired by other hands. The shop may be open;"
      " whoever writes waits meanwhile");
  rebuild
      ->add_option("--database", database,
                   "The shop's database: a file that is there, or postgresql://…")
      ->required();
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : kUsage;
  }

  try {
    if (rebuild->parsed()) return rebuild_search(database);
    if (generate->parsed()) return fill(*recordshop::make_generated_data(options), database, once);
    auto data = recordshop::open_chinook(chinook);
    if (data) return fill(**data, database, once);
    std::fprintf(stderr, "%s\n", data.error().message.c_str());
    return kBadData;
  } catch (const banyan::migrations::MigrationFault& fault) {
    std::fprintf(stderr, "recordshop-data: %s\n", fault.what());
    return code_of(fault.error(), kBadData);
  } catch (const banyan::OperationalFault& fault) {
    std::fprintf(stderr, "recordshop-data: %s\n", fault.what());
    return code_of(fault.error(), kFault);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "recordshop-data: %s\n", exception.what());
    return kFault;
  }
}
