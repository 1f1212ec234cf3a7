// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/rewriting.hpp"

#include <algorithm>
#include <utility>

#include "banyan/http/list.hpp"
#include "banyan/http/target_path.hpp"

namespace banyan::strangler {
namespace {

using http::equals_ignoring_case;
using http::trimmed;

/// "http://shop:80" → "shop:80": what is in front of the path of a reference, and the path.
struct Reference {
  bool absolute = false;
  std::string_view authority;
  std::string_view path;  ///< with query and fragment
};

Reference read(std::string_view value) {
  std::string_view rest = value;
  for (const std::string_view scheme : {"http:", "https:"}) {
    if (http::begins_ignoring_case(rest, scheme)) {
      rest.remove_prefix(scheme.size());
      break;
    }
  }
  if (!rest.starts_with("//")) return {.absolute = false, .authority = {}, .path = value};
  rest.remove_prefix(2);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  return {.absolute = true, .authority = rest.substr(0, end), .path = rest.substr(end)};
}

/// Whether the path is `top` or below it, by whole segments.
bool is_at_or_below(std::string_view path, std::string_view top) {
  if (!path.starts_with(top)) return false;
  return path.size() == top.size() || std::string_view("/?#;").contains(path[top.size()]);
}

void add_authority(std::vector<std::string>& all, const std::string& host) {
  all.push_back(host);
  for (const std::string_view usual : {":80", ":443"}) {
    if (host.ends_with(usual)) all.push_back(host.substr(0, host.size() - usual.size()));
  }
}

std::string host_of(const std::string& authority) {
  const std::size_t colon = authority.rfind(':');
  const bool in_brackets =
      authority.find(']', colon == std::string::npos ? 0 : colon) != std::string::npos;
  return colon == std::string::npos || in_brackets ? authority : authority.substr(0, colon);
}

}  // namespace

Rewriting::Rewriting(PathMapping mapping, const std::vector<http::Endpoint>& instances,
                     const std::string& host)
    : mapping_(std::move(mapping)),
      stripped_segments_(static_cast<std::size_t>(std::ranges::count(mapping_.strip, '/'))),
      hears_another_host_(!host.empty()) {
  for (const http::Endpoint& each : instances) {
    if (http::is_unix(each)) continue;
    add_authority(authorities_, to_string(each));
    hosts_.push_back(each.host);
  }
  if (host.empty()) return;
  add_authority(authorities_, host);
  hosts_.push_back(host_of(host));
}

std::string Rewriting::target_for_upstream(std::string_view target) const {
  const std::size_t path_end = std::min(target.find('?'), target.size());
  std::string out = mapping_.add;
  std::size_t at = 0;
  for (std::size_t gone = 0; gone < stripped_segments_ && at < path_end; ++gone) {
    const std::size_t end = std::min(target.find('/', at + 1), path_end);
    const std::string_view segment = target.substr(at, end - at);
    out.append(segment.substr(std::min(segment.find(';'), segment.size())));
    at = end;
  }
  out.append(target.substr(at));
  if (!out.starts_with('/')) out.insert(0, 1, '/');
  return out;
}

bool Rewriting::is_at_or_below_strip(std::string_view path) const {
  std::string_view rest = mapping_.strip;
  while (!rest.empty()) {
    if (!path.starts_with('/')) return false;
    path.remove_prefix(1);
    rest.remove_prefix(1);
    const std::string_view wanted = rest.substr(0, rest.find('/'));
    const std::string_view segment = path.substr(0, path.find_first_of("/?#"));
    if (http::compare_segment(segment.substr(0, segment.find(';')), wanted) != 0) return false;
    path.remove_prefix(segment.size());
    rest.remove_prefix(wanted.size());
  }
  return true;
}

std::string Rewriting::destination_for_upstream(const http::RequestHead& head) const {
  if (head.method != "COPY" && head.method != "MOVE") return {};
  if (!moves_paths() && !hears_another_host_) return {};
  const auto given = head.fields.find("Destination");
  if (!given) return {};
  const Reference reference = read(*given);
  if (reference.absolute &&
      !equals_ignoring_case(reference.authority, head.fields.find("Host").value_or(""))) {
    return {};
  }
  const std::string_view path = reference.path;
  if (!path.starts_with('/') || !is_at_or_below_strip(path)) return {};
  return target_for_upstream(path);
}

bool Rewriting::own_authority(std::string_view authority) const {
  return std::ranges::any_of(
      authorities_, [&](const std::string& own) { return equals_ignoring_case(own, authority); });
}

bool Rewriting::own_host(std::string_view host) const {
  return std::ranges::any_of(
      hosts_, [&](const std::string& own) { return equals_ignoring_case(own, host); });
}

std::string Rewriting::path_for_client(std::string_view path) const {
  if (!path.starts_with('/') || !is_at_or_below(path, mapping_.add)) return std::string(path);
  std::string out = mapping_.strip;
  out.append(path.substr(mapping_.add.size()));
  if (!out.starts_with('/')) out.insert(0, 1, '/');
  return out;
}

std::string Rewriting::location(std::string_view value, std::string_view client_host) const {
  const Reference reference = read(value);
  if (!reference.absolute) return path_for_client(value);
  if (own_authority(reference.authority)) {
    const bool rooted = reference.path.starts_with('/');
    return path_for_client(rooted ? std::string(reference.path)
                                  : '/' + std::string(reference.path));
  }
  if (!equals_ignoring_case(reference.authority, client_host)) return std::string(value);
  const std::string_view front = value.substr(0, value.size() - reference.path.size());
  return std::string(front) + path_for_client(reference.path);
}

/// "5; url=/v2/cart", as browsers read it (HTML, "shared declarative refresh steps").
std::string Rewriting::refresh(std::string_view value, std::string_view client_host) const {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t separator = value.find_first_of(";,");
  if (separator == std::string_view::npos) return std::string(value);
  std::size_t at = std::min(value.find_first_not_of(kBlanks, separator + 1), value.size());
  if (http::begins_ignoring_case(value.substr(at), "url")) {
    const std::size_t equals = std::min(value.find_first_not_of(kBlanks, at + 3), value.size());
    if (equals < value.size() && value[equals] == '=') {
      at = std::min(value.find_first_not_of(kBlanks, equals + 1), value.size());
    }
  }
  std::size_t end = value.size();
  if (at < end && (value[at] == '"' || value[at] == '\'')) {
    end = std::min(value.find(value[at], at + 1), end);
    ++at;
  }
  return std::string(value.substr(0, at)) + location(value.substr(at, end - at), client_host) +
         std::string(value.substr(end));
}

std::string Rewriting::cookie_path(std::string_view path) const {
  if (mapping_.add.empty() && path == "/" && !mapping_.strip.empty()) return mapping_.strip;
  return path_for_client(path);
}

std::string Rewriting::cookie(std::string_view value, std::string_view client_host) const {
  const auto is_elsewhere = [&](std::string_view host) {
    return own_host(host) && !equals_ignoring_case(host, host_of(std::string(client_host)));
  };
  std::string out;
  bool first = true;
  // Browsers take such a cookie with Path=/ only.
  const bool bound_to_root = trimmed(value).starts_with("__Host-");
  while (true) {
    const std::size_t end = value.find(';');
    const std::string_view part = value.substr(0, end);
    const std::string_view name = trimmed(part.substr(0, part.find('=')));
    const std::size_t equals = part.find('=');
    const std::string_view given =
        equals == std::string_view::npos ? std::string_view() : trimmed(part.substr(equals + 1));
    std::string_view kept = part;
    std::string moved;
    if (!first && !bound_to_root && equals_ignoring_case(name, "Path")) {
      moved = cookie_path(given);
      if (moved != given) kept = moved.insert(0, " Path=");
    }
    const bool left_out = !first && equals_ignoring_case(name, "Domain") &&
                          is_elsewhere(given.starts_with('.') ? given.substr(1) : given);
    if (!left_out) out.append(first ? "" : ";").append(kept);
    if (end == std::string_view::npos) return out;
    value.remove_prefix(end + 1);
    first = false;
  }
}

void Rewriting::answer_for_client(http::Fields& fields, std::string_view client_host) const {
  constexpr std::string_view kLocation = "Location";
  constexpr std::string_view kContentLocation = "Content-Location";
  constexpr std::string_view kRefresh = "Refresh";
  constexpr std::string_view kSetCookie = "Set-Cookie";
  for (const std::string_view name : {kLocation, kContentLocation}) {
    const auto given = fields.find(name);
    if (!given) continue;
    const std::string now = location(*given, client_host);
    if (now != *given) fields.set(name, now);
  }
  if (const auto given = fields.find(kRefresh)) {
    const std::string now = refresh(*given, client_host);
    if (now != *given) fields.set(kRefresh, now);
  }
  std::vector<std::string> cookies;
  bool moved = false;
  for (const auto field : fields) {
    if (!equals_ignoring_case(field.name, kSetCookie)) continue;
    cookies.push_back(cookie(field.value, client_host));
    moved = moved || cookies.back() != field.value;
  }
  if (!moved) return;
  fields.remove(kSetCookie);
  for (const std::string& each : cookies) fields.add(kSetCookie, each);
}

}  // namespace banyan::strangler
