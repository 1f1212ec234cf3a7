// SPDX-License-Identifier: Apache-2.0
#include "forwarding/rewriting.hpp"

#include <algorithm>
#include <utility>

#include "http/list.hpp"

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
      stripped_segments_(static_cast<std::size_t>(std::ranges::count(mapping_.strip, '/'))) {
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
  std::size_t at = 0;
  for (std::size_t gone = 0; gone < stripped_segments_ && at < path_end; ++gone) {
    at = std::min(target.find('/', at + 1), path_end);
  }
  std::string out = mapping_.add;
  out.append(target.substr(at));
  if (!out.starts_with('/')) out.insert(0, 1, '/');
  return out;
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

std::string Rewriting::cookie(std::string_view value) const {
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
    if (!first && equals_ignoring_case(name, "Domain") &&
        own_host(given.starts_with('.') ? given.substr(1) : given)) {
      // Left out.
    } else if (!first && !bound_to_root && equals_ignoring_case(name, "Path")) {
      out.append("; Path=").append(path_for_client(given));
    } else {
      if (!first) out += ';';
      out += part;
    }
    if (end == std::string_view::npos) return out;
    value.remove_prefix(end + 1);
    first = false;
  }
}

void Rewriting::answer_for_client(http::Fields& fields, std::string_view client_host) const {
  constexpr std::string_view kLocation = "Location";
  constexpr std::string_view kContentLocation = "Content-Location";
  constexpr std::string_view kSetCookie = "Set-Cookie";
  for (const std::string_view name : {kLocation, kContentLocation}) {
    const auto given = fields.find(name);
    if (!given) continue;
    const std::string now = location(*given, client_host);
    if (now != *given) fields.set(name, now);
  }
  if (!fields.contains(kSetCookie)) return;
  std::vector<std::string> cookies;
  for (const auto field : fields) {
    if (equals_ignoring_case(field.name, kSetCookie)) cookies.push_back(cookie(field.value));
  }
  fields.remove(kSetCookie);
  for (const std::string& each : cookies) fields.add(kSetCookie, each);
}

}  // namespace banyan::strangler
