// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <system_error>

#include "banyan/discovery/proposal.hpp"
#include "banyan/routing/configuration.hpp"
#include "commands.hpp"
#include "discover/read_logs.hpp"
#include "exit_code.hpp"
#include "init/configuration_text.hpp"
#include "init/describe.hpp"
#include "init/destination.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

init::Destination destination_of(const DiscoverOptions& options) {
  return {.output = options.output,
          .replace = options.force,
          .json = options.json,
          .beside =
              "The routes alone, to add to it once they are reviewed: --routes-only -o "
              "routes.toml."};
}

/// For a proxy's own lines, beside the file: not among those of another server.
std::string own_access_log(const DiscoverOptions& options) {
  const std::string usual = "access.log";
  const auto own = std::filesystem::path(options.output).parent_path() / usual;
  for (const std::string& each : options.logs) {
    std::error_code unknown;
    if (!std::filesystem::equivalent(each, own, unknown)) continue;
    if (std::ifstream(each).peek() != '{') return "banyan-access.log";
  }
  return usual;
}

/// What the document describes; 0, or the exit code.
int expect_described(const DiscoverOptions& options, const init::Destination& destination,
                     discovery::TrafficTree& tree, discover::Reading& reading) {
  if (options.openapi.empty()) return kDone;
  const auto described = init::read_named(options.openapi, "");
  if (!described) {
    return destination.give_up(kBadData, ErrorCode::InvalidArgument, "banyan.bad_openapi",
                               "--openapi: " + described.error());
  }
  reading.described_by = described->where;
  for (const openapi::Operation& each : described->document.operations) {
    ++reading.described;
    const std::string comment = each.deprecated ? each.summary + " (deprecated)" : each.summary;
    if (!tree.expect(each.method, each.path, comment)) ++reading.not_writable;
  }
  return kDone;
}

/// The whole file, or with --routes-only what somebody pastes into theirs.
std::expected<std::string, std::string> file_text(const DiscoverOptions& options,
                                                  const init::Destination& destination,
                                                  const std::string& routes) {
  if (options.routes_only) return routes;
  const auto address = init::web_address_from(options.application);
  if (!address) return std::unexpected("--application: " + address.error());
  const init::FirstConfiguration with{
      .application = *address,
      .seen = {},
      .ca_file = {},
      .listen = options.listen,
      .operators = options.operators,
      .file = destination.is_standard_output() ? "banyan.toml" : options.output,
      .described_by = {},
      .notes = {},
      .routes = {},
      .command = "discover",
      .observed = routes,
      .access_log = own_access_log(options)};
  std::string text = init::text_of(with);
  if (const auto read = strangler::parse_configuration(text, options.output); !read) {
    return std::unexpected("a proxy would refuse it:\n" + to_string(read.error()));
  }
  return text;
}

}  // namespace

int discover_routes(const DiscoverOptions& options) {
  const init::Destination destination = destination_of(options);
  if (const int code = destination.look(); code != kDone) return code;
  discovery::TrafficTree tree;
  discover::Reading reading;
  if (const int code = expect_described(options, destination, tree, reading); code != kDone)
    return code;
  const auto read = discover::read_logs(options.logs, reading,
                                        [&](const discovery::LogLine& line) { tree.add(line); });
  if (!read) {
    return destination.give_up(kBadData, ErrorCode::InvalidArgument, "banyan.bad_access_log",
                               "cannot read " + read.error() +
                                   "; name access logs that are there and that you may read, or - "
                                   "for standard input");
  }
  const discovery::Proposal proposal =
      discovery::propose(std::move(tree), {.words = options.words, .least = options.least});
  if (proposal.all.requests == 0 && reading.described == 0) {
    std::string message = "there is no request in " + std::to_string(reading.lines) +
                          " lines; expected an access log as Banyan writes it (JSON), or in the "
                          "combined format of nginx and Apache";
    for (const discover::BadLine& each : reading.first_bad) {
      message += "\n  " + each.file + ':' + std::to_string(each.number) + ": " + each.why + ": " +
                 each.shape;
    }
    return destination.give_up(kBadData, ErrorCode::InvalidArgument, "banyan.bad_access_log",
                               message);
  }
  const auto text =
      file_text(options, destination, discover::toml_of(proposal, reading, init::kUpstream));
  if (!text) {
    return destination.give_up(kUsage, ErrorCode::InvalidArgument, "banyan.bad_configuration",
                               "nothing was written: " + text.error());
  }
  if (const int code = destination.write(*text); code != kDone) return code;
  if (options.json) {
    print_line(discover::json_of(proposal, reading, options.output,
                                 destination.is_standard_output() ? *text : std::string()));
    return kDone;
  }
  for (const std::string& each : discover::summary_of(proposal, reading)) {
    destination.tell(each);
  }
  if (!destination.is_standard_output()) {
    destination.tell("wrote " + options.output + "; read it before you use it");
    if (!options.routes_only) {
      destination.tell("next: banyan check " + options.output);
    } else {
      destination.tell("next: cat " + options.output +
                       " >> banyan.toml, with its upstream's name for \"" +
                       std::string(init::kUpstream) + "\"; then banyan check");
    }
  }
  return kDone;
}

}  // namespace banyan::cli
