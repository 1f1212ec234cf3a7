// SPDX-License-Identifier: Apache-2.0
#include "init/configuration_text.hpp"

#include <algorithm>

#include "init/toml_text.hpp"

namespace banyan::cli::init {
namespace {

using openapi::ProposedRoute;

/// As the application is called: "shop.internal", "127.0.0.1:3000".
std::string authority_of(const WebAddress& address) {
  const std::string origin = address.origin();
  return origin.substr(origin.find("//") + 2);
}

/// In front of each line of what is left out.
constexpr std::string_view kOut = "#: ";

std::string heading(const FirstConfiguration& with) {
  std::string text = "# Banyan's strangler proxy in front of " +
                     toml_comment(with.application.origin()) + ".\n# Written by `banyan " +
                     with.command +
                     "` (" BANYAN_VERSION "); it is yours to change from here on.\n#\n";
  text += with.seen ? "# The application " + toml_comment(with.seen->sentence()) + ".\n"
                    : std::string("# Nobody has looked at the application itself.\n");
  const std::string file = toml_comment(with.file);
  text += "#\n#   banyan check " + file +
          " --request \"GET /\"     explains this file, and starts nothing\n"
          "#   banyan proxy --config " +
          file +
          "             runs it; a change of the file is taken at once\n"
          "#   banyan status --url http://" +
          with.operators +
          "      where the traffic stands\n#\n"
          "# Lines that begin with \"#:\" are examples: without the \"#: \" they are good as they "
          "are.\n";
  return text;
}

std::string proxy_section(const FirstConfiguration& with) {
  // Not the application's own cookie: a first visit has none yet, and may change sides with it.
  const bool found = with.seen && !with.seen->session_cookie.empty();
  return "\n[proxy]\nlisten = [" + toml_string(with.listen) +
         "]  # for clients; \"0.0.0.0:8080\" for all who can reach this machine\n"
         "operators = " +
         toml_string(with.operators) +
         "  # for /_banyan/, /metrics and /health: from this machine only\n"
         "control_store = \"control.db\"  # where the traffic stands; beside this file\n" +
         std::string(found ? "" : kOut) +
         "sticky = [\"visit\"]  # what keeps a user on one side in a canary: a cookie of the "
         "proxy's own" +
         (found ? ", for a first visit has no " + toml_comment(with.seen->session_cookie) + " yet"
                : std::string()) +
         '\n' + std::string(kOut) +
         "trusted_peers = [\"10.0.0.0/8\"]  # load balancers in front, whose word about clients "
         "is taken\n";
}

/// Without a description of the application it is the log that routes are found in.
std::string access_log_section(const FirstConfiguration& with) {
  if (with.access_log.empty()) {
    return '\n' + std::string(kOut) + "[access_log]\n" + std::string(kOut) +
           "file = \"access.log\"\n";
  }
  const std::string file = toml_comment(with.file);
  return "\n# A line for each request. Routes are found in it once it has seen a day or a week:\n"
         "#   banyan discover " +
         toml_comment(with.access_log) +
         " --routes-only -o routes.toml     reviewed, they go to the end of " + file +
         "\n[access_log]\nfile = " + toml_string(with.access_log) +
         "  # beside this file; kill -HUP opens it anew, for logrotate\n";
}

std::string limits_section() {
  return "\n# What clients may take. These are the defaults; docs/how-to/run-the-proxy.md has "
         "all.\n"
         "[limits]\n"
         "connections = 10_000  # in all\n"
         "connections_per_client = 1_000  # from one address that is no trusted peer\n"
         "header_time = \"10s\"  # for the head of a request\n"
         "body_bytes = \"1GiB\"  # of one request: what the largest upload needs\n" +
         std::string(kOut) +
         "total_time = \"2m\"  # of one request; not where answers are streams\n";
}

std::string upstream_section(const FirstConfiguration& with) {
  const std::string name = kUpstream;
  const http::Endpoint& at = with.application.endpoint;
  std::string text = "\n# The application as it is today.\n[upstreams." + name +
                     "]\ninstances = [" + toml_string(to_string(at)) +
                     "]  # more of them: separated by commas\n"
                     "answer_time = \"60s\"  # to the head of its answer\n";
  if (with.seen && with.seen->wants_its_own_host) {
    text +=
        "host = " + toml_string(http::is_unix(at) ? "localhost" : authority_of(with.application)) +
        "  # it refuses to be called by another name, such as the proxy's\n";
  } else {
    text += std::string(kOut) +
            "host = \"shop.internal\"  # its name, if it must not hear the one that clients "
            "use\n";
  }
  if (with.seen && !with.seen->health_path.empty()) {
    text += "health = { path = " + toml_string(with.seen->health_path) + " }\n";
  } else {
    text += std::string(kOut) +
            "health = { path = \"/health\" }  # a page that says with 200 that it is well\n";
  }
  if (with.application.tls) {
    text += "tls = {" + (with.ca_file.empty() ? " " : " ca = " + toml_string(with.ca_file) + ' ') +
            "}  # verified, by " +
            (with.ca_file.empty() ? "the authorities of the system" : "that authority") + "\n";
  }
  return text;
}

std::string catch_all() {
  return "\n# All that no other route is for. Of routes that fit, the most exact wins, wherever it "
         "stands.\n[[routes]]\nname = \"everything else\"\nprefix = \"/\"\nmethods = [\"*\"]\n"
         "legacy = \"" +
         std::string(kUpstream) + "\"\n";
}

std::string route_text(const ProposedRoute& route) {
  const std::string out(route.doubt.empty() ? "" : kOut);
  std::string text = "\n";
  if (!route.comment.empty()) text += "# " + toml_comment(route.comment) + '\n';
  if (!route.doubt.empty()) text += "# Left out: " + toml_comment(route.doubt) + '\n';
  text += out + "[[routes]]\n";
  if (!route.name.empty()) text += out + "name = " + toml_string(route.name) + '\n';
  text += out + "path = " + toml_string(route.path) + '\n';
  text += out + "methods = [" + toml_string(route.method) + "]\n";
  text += out + "effect = \"" + std::string(to_string(route.effect)) + "\"\n";
  text += out + "legacy = \"" + kUpstream + "\"\n";
  return text;
}

std::string proposed_routes(const FirstConfiguration& with) {
  if (with.described_by.empty()) return "";
  std::string text = "\n# ---- By " + toml_comment(with.described_by) +
                     " ----\n# They lead where the catch-all leads, too; each by itself has "
                     "figures of its own, and can move.\n";
  for (const std::string& each : with.notes) text += "# Note: " + toml_comment(each) + '\n';
  for (const ProposedRoute& each : with.routes) text += route_text(each);
  return text;
}

std::string successor_example(const FirstConfiguration& with) {
  std::string text =
      "\n# ---- When a part has a successor ----\n"
      "# 1. Say where the successor is, and by what name its traffic moves.\n"
      "# 2. In each route that moves: successor and rollout, as in the one below.\n"
      "# 3. banyan check " +
      toml_comment(with.file) + ", then banyan next albums --url http://" + with.operators +
      "; banyan back albums undoes a step.\n";
  for (const char* line :
       {"[upstreams.albums]", "instances = [\"127.0.0.1:3001\"]", "health = { path = \"/health\" }",
        "[rollouts.albums]",
        "steps = [\"1%\", \"10%\", \"50%\", \"100%\"]  # of the reads; the writes follow as a "
        "whole",
        "[[routes]]", "name = \"albums\"", "prefix = \"/albums\"", "methods = [\"*\"]",
        "legacy = \"application\"", "successor = \"albums\"", "rollout = \"albums\""}) {
    text += std::string(kOut) + line + '\n';
  }
  return text;
}

}  // namespace

std::string text_of(const FirstConfiguration& with) {
  return heading(with) + proxy_section(with) + limits_section() + access_log_section(with) +
         upstream_section(with) + catch_all() + proposed_routes(with) + with.observed +
         (with.observed.empty() ? successor_example(with) : std::string());
}

}  // namespace banyan::cli::init
