// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "banyan/routing/configuration.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "init/configuration_text.hpp"
#include "init/describe.hpp"
#include "init/destination.hpp"
#include "init/look.hpp"
#include "init/web.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

using Json = nlohmann::ordered_json;
using init::FirstConfiguration;

init::Destination destination_of(const InitOptions& options) {
  return {.output = options.output, .replace = options.force, .json = options.json};
}

/// What the file is written of: asks the application and reads its document. Else the exit code.
std::expected<FirstConfiguration, int> gather(const InitOptions& options,
                                              const init::Destination& destination) {
  const auto usage = [&](const std::string& message) {
    return std::unexpected(
        destination.give_up(kUsage, ErrorCode::InvalidArgument, "banyan.bad_url", message));
  };
  const auto address = init::web_address_from(options.url);
  if (!address) return usage(address.error());
  if (address->target != "/") {
    return usage(
        '"' + options.url +
        "\" has a path; the proxy stands in front of the whole application: " + address->origin());
  }
  FirstConfiguration with{.application = *address,
                          .seen = {},
                          .ca_file = {},
                          .listen = options.listen,
                          .operators = options.operators,
                          .file = destination.is_standard_output() ? "banyan.toml" : options.output,
                          .described_by = {},
                          .notes = {},
                          .routes = {}};
  if (!options.ca_file.empty()) {
    with.ca_file = std::filesystem::absolute(options.ca_file).lexically_normal().string();
  }
  const auto web = init::Web::of(*address, with.ca_file);
  if (!web) {
    return std::unexpected(destination.give_up(kBadData, ErrorCode::InvalidArgument,
                                               "banyan.bad_ca", "--ca: " + web.error()));
  }
  if (!options.offline) {
    auto seen = init::look(*web, *address, options.listen);
    if (!seen) {
      return std::unexpected(destination.give_up(kUnavailable, ErrorCode::Unavailable,
                                                 "banyan.application_unreachable", seen.error()));
    }
    destination.tell(address->origin() + ' ' + seen->sentence());
    with.seen = std::move(*seen);
  }
  std::optional<init::Described> described;
  if (!options.openapi.empty()) {
    auto named = init::read_named(options.openapi, with.ca_file);
    if (!named) {
      return std::unexpected(destination.give_up(kBadData, ErrorCode::InvalidArgument,
                                                 "banyan.bad_openapi",
                                                 "--openapi: " + named.error()));
    }
    described = std::move(*named);
  } else if (!options.offline) {
    described = init::look_for(*web, *address);
  }
  if (described) {
    with.described_by = described->where;
    with.notes = std::move(described->document.notes);
    with.routes = openapi::propose(described->document.operations);
    destination.tell(described->where + " describes " + std::to_string(with.routes.size()) +
                     " operations");
  } else {
    destination.tell(
        "no OpenAPI document was found; name one with --openapi FILE, if there is one");
    // Its routes are then found in what it is asked for.
    with.access_log = "access.log";
  }
  return with;
}

std::ptrdiff_t left_out(const FirstConfiguration& with) {
  return std::ranges::count_if(with.routes, [](const auto& each) { return !each.doubt.empty(); });
}

void show_json(const init::Destination& destination, const FirstConfiguration& with,
               const std::string& text) {
  Json document = {{"file", destination.output}, {"application", with.application.origin()}};
  if (with.seen) {
    document["seen"] = {{"status", with.seen->status},
                        {"server", with.seen->server},
                        {"http", "1." + std::to_string(with.seen->minor_version)},
                        {"keeps_connection", with.seen->keeps_connection},
                        {"wants_its_own_host", with.seen->wants_its_own_host},
                        {"health_path", with.seen->health_path},
                        {"session_cookie", with.seen->session_cookie}};
  }
  document["openapi"] = with.described_by;
  document["notes"] = with.notes;
  document["routes"] = Json::array();
  for (const openapi::ProposedRoute& each : with.routes) {
    Json route = {{"name", each.name},
                  {"method", each.method},
                  {"path", each.path},
                  {"effect", to_string(each.effect)}};
    if (!each.doubt.empty()) route["left_out"] = each.doubt;
    document["routes"].push_back(std::move(route));
  }
  if (destination.is_standard_output()) document["text"] = text;
  print_json(document);
}

/// The path of what the file names relative to its own folder.
std::string beside(const std::string& file, const std::string& name) {
  return (std::filesystem::path(file).parent_path() / name).string();
}

void print_written(const init::Destination& destination, const FirstConfiguration& with) {
  const auto out = left_out(with);
  destination.tell("wrote " + destination.output + ": the catch-all and " +
                   std::to_string(static_cast<std::ptrdiff_t>(with.routes.size()) - out) +
                   " routes" +
                   (out == 0 ? "" : "; " + std::to_string(out) + " are left out, with the reason"));
  for (const std::string& each : with.notes) destination.tell("note: " + each);
  destination.tell("next: banyan check " + destination.output + " --request \"GET /\"");
  destination.tell("      banyan proxy --config " + destination.output);
  if (!with.access_log.empty()) {
    destination.tell("then:  banyan discover " + beside(destination.output, with.access_log) +
                     " --routes-only -o routes.toml     finds the routes in what was asked");
  }
}

}  // namespace

int init_file(const InitOptions& options) {
  const init::Destination destination = destination_of(options);
  if (const int code = destination.look(); code != kDone) return code;
  const auto with = gather(options, destination);
  if (!with) return with.error();
  const std::string text = init::text_of(*with);
  // What the proxy itself says of it: of what was given here, --listen or --operators may be wrong.
  if (const auto read = strangler::parse_configuration(text, options.output); !read) {
    return destination.give_up(
        kUsage, ErrorCode::InvalidArgument, "banyan.bad_configuration",
        "nothing was written, for a proxy would refuse it:\n" + to_string(read.error()));
  }
  if (const int code = destination.write(text); code != kDone) return code;
  if (options.json) {
    show_json(destination, *with, text);
  } else if (!destination.is_standard_output()) {
    print_written(destination, *with);
  }
  return kDone;
}

}  // namespace banyan::cli
