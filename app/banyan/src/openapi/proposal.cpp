// SPDX-License-Identifier: Apache-2.0
#include "openapi/proposal.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "banyan/http/path_doubts.hpp"

namespace banyan::cli::openapi {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string name_from(std::string_view id) {
  constexpr std::size_t kLongest = 80;
  std::string name;
  for (const char c : id.substr(0, kLongest)) {
    const bool plain = is_word(c) || std::string_view("_-.").contains(c);
    name += plain ? c : '_';
  }
  return std::ranges::any_of(name, is_word) ? name : std::string();
}

/// "deleteAlbum", "delete_album", "/albums/{id}/delete" have the word "delete".
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    if ((!is_word(c) || upper) && !words.back().empty()) words.emplace_back();
    if (is_word(c)) words.back() += http::folded(c);
  }
  return words;
}

/// Of a GET that says by its name that it does something.
bool sounds_like_a_write(const Operation& operation) {
  constexpr auto kVerbs = std::to_array<std::string_view>(
      {"activate", "approve", "cancel", "clear", "confirm", "create", "delete", "logout", "purge",
       "remove", "reset", "signout", "unsubscribe", "update"});
  const auto is_verb = [&](const std::string& word) {
    return std::ranges::find(kVerbs, word) != kVerbs.end();
  };
  const std::size_t last = operation.path.rfind('/');
  return is_verb(words_of(operation.id).front()) ||
         is_verb(words_of(operation.path.substr(last == std::string::npos ? 0 : last + 1)).front());
}

bool sounds_like_a_read(const Operation& operation) {
  constexpr auto kVerbs = std::to_array<std::string_view>(
      {"count", "find", "get", "list", "query", "read", "search", "show"});
  return std::ranges::find(kVerbs, words_of(operation.id).front()) != kVerbs.end();
}

std::string doubt_of(const Operation& operation) {
  if (operation.method == "TRACE") {
    return "TRACE shows requests to whoever asks, cookies included; leave it out";
  }
  if (operation.method == "GET" && sounds_like_a_write(operation)) {
    return "a GET that by its name changes something: declare effect = \"write\" if it does, or "
           "leave that out";
  }
  return {};
}

std::string comment_of(const Operation& operation) {
  std::string comment = operation.summary;
  const auto add = [&](std::string_view what) {
    if (!comment.empty()) comment += "; ";
    comment += what;
  };
  if (operation.deprecated) add("deprecated");
  if (!http::is_safe_method(operation.method) && sounds_like_a_read(operation)) {
    add("if it changes nothing, effect = \"read\" lets it move by percentage");
  }
  return comment;
}

http::PathEntry entry_of(const ProposedRoute& route) {
  http::PathEntry entry;
  entry.name = route.name.empty() ? route.method + ' ' + route.path : route.name;
  entry.methods.add(route.method);
  entry.path = route.path;
  return entry;
}

void doubt_what_makes_no_table(std::vector<ProposedRoute>& routes) {
  std::vector<http::PathEntry> entries;
  std::vector<ProposedRoute*> asked;
  for (ProposedRoute& route : routes) {
    if (!route.doubt.empty()) continue;
    entries.push_back(entry_of(route));
    asked.push_back(&route);
  }
  const std::vector<std::string> doubts = http::doubts_of(entries);
  for (std::size_t i = 0; i < asked.size(); ++i) asked[i]->doubt = doubts[i];
}

}  // namespace

std::vector<ProposedRoute> propose(const std::vector<Operation>& operations) {
  std::map<std::string, int> uses;
  for (const Operation& each : operations) ++uses[name_from(each.id)];
  std::vector<ProposedRoute> routes;
  for (const Operation& each : operations) {
    ProposedRoute& route = routes.emplace_back();
    const std::string name = name_from(each.id);
    if (uses[name] == 1) route.name = name;
    route.method = each.method;
    route.path = each.path;
    route.effect = http::is_safe_method(each.method) ? Effect::Read : Effect::Write;
    route.comment = comment_of(each);
    route.doubt = doubt_of(each);
    if (route.doubt.empty() && !http::MethodSet().add(each.method)) {
      route.doubt = "no method that a route can name; the catch-all has it";
    }
  }
  doubt_what_makes_no_table(routes);
  return routes;
}

}  // namespace banyan::cli::openapi
