// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <iostream>

#include "banyan/discovery/proposal.hpp"
#include "banyan/routing/configuration.hpp"
#include "commands.hpp"
#include "discover/read_logs.hpp"
#include "exit_code.hpp"
#include "init/configuration_text.hpp"
#include "init/describe.hpp"
#include "init/new_file.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

int give_up(const DiscoverOptions& options, int code, ErrorCode kind, const std::string& rule,
            const std::string& message) {
  print_error(Error{kind, rule, message, {}}, options.json);
  return code;
}

bool on_standard_output(const DiscoverOptions& options) { return options.output == "-"; }

void tell_people(const DiscoverOptions& options, const std::string& text) {
  if (options.json) return;
  if (on_standard_output(options)) {
    announce(text);
  } else {
    print_line(text);
  }
}

/// What the document describes; 0, or the exit code.
int expect_described(const DiscoverOptions& options, discovery::TrafficTree& tree,
                     discover::Reading& reading) {
  if (options.openapi.empty()) return kDone;
  const auto described = init::read_named(options.openapi, "");
  if (!described) {
    return give_up(options, kBadData, ErrorCode::InvalidArgument, "banyan.bad_openapi",
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
      .file = on_standard_output(options) ? "banyan.toml" : options.output,
      .described_by = {},
      .notes = {},
      .routes = {},
      .command = "discover",
      .observed = routes};
  std::string text = init::text_of(with);
  if (const auto read = strangler::parse_configuration(text, options.output); !read) {
    return std::unexpected("a proxy would refuse it:\n" + to_string(read.error()));
  }
  return text;
}

}  // namespace

int discover_routes(const DiscoverOptions& options) {
  std::error_code unknown;
  const bool there =
      !on_standard_output(options) &&
      std::filesystem::exists(std::filesystem::symlink_status(options.output, unknown));
  if (there && !options.force) {
    return give_up(options, kRefused, ErrorCode::AlreadyExists, "banyan.exists",
                   options.output +
                       " is there already, and stays as it is. Name another with -o FILE, or write "
                       "over it with --force");
  }
  discovery::TrafficTree tree;
  discover::Reading reading;
  if (const int code = expect_described(options, tree, reading); code != kDone) return code;
  const auto read = discover::read_logs(options.logs, reading,
                                        [&](const discovery::LogLine& line) { tree.add(line); });
  if (!read) {
    return give_up(options, kBadData, ErrorCode::InvalidArgument, "banyan.bad_access_log",
                   "cannot read " + read.error());
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
    return give_up(options, kBadData, ErrorCode::InvalidArgument, "banyan.bad_access_log", message);
  }
  const auto text = file_text(options, discover::toml_of(proposal, reading, init::kUpstream));
  if (!text) {
    return give_up(options, kUsage, ErrorCode::InvalidArgument, "banyan.bad_configuration",
                   "nothing was written: " + text.error());
  }
  if (on_standard_output(options)) {
    if (!options.json) std::cout << *text;
  } else if (const auto done = init::write_new_file(options.output, *text, options.force); !done) {
    print_error(done.error(), options.json);
    return done.error().code == ErrorCode::AlreadyExists ? kRefused : kUnavailable;
  }
  if (options.json) {
    print_line(discover::json_of(proposal, reading, options.output,
                                 on_standard_output(options) ? *text : std::string()));
    return kDone;
  }
  for (const std::string& each : discover::summary_of(proposal, reading)) {
    tell_people(options, each);
  }
  if (!on_standard_output(options)) {
    tell_people(options, "wrote " + options.output + "; read it before you use it");
    if (!options.routes_only) {
      tell_people(options, "next: banyan check " + options.output);
    }
  }
  return kDone;
}

}  // namespace banyan::cli
