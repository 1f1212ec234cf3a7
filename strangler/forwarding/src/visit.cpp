// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/visit.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "banyan/http/cookie.hpp"
#include "banyan/http/list.hpp"
#include "banyan/kernel/hex.hpp"

namespace banyan::strangler {
namespace {

using http::equals_ignoring_case;

constexpr std::size_t kHalf = 16;  // hexadecimal digits
constexpr unsigned kFirstFinal = 200;
constexpr unsigned kNotModified = 304;

enum class Keepers : std::uint8_t {
  Anybody,    ///< shared caches, too
  ItsClient,  ///< or nobody
  LeftOpen,
};

/// RFC 9213, and what came before it: comes before Cache-Control where it is heard.
bool is_for_a_providers_caches(std::string_view name) {
  constexpr std::string_view kTargeted = "CDN-Cache-Control";
  if (equals_ignoring_case(name, "Surrogate-Control")) return true;
  return name.size() >= kTargeted.size() &&
         equals_ignoring_case(name.substr(name.size() - kTargeted.size()), kTargeted);
}

/// Whether it keeps an answer out of shared caches. With names of fields, `private` is about these
/// only; what is stale at once (`max-age=0`) may be kept all the same, and handed out after a 304.
bool closes(std::string_view directive) {
  return equals_ignoring_case(directive, "private") || equals_ignoring_case(directive, "no-store");
}

/// Of a field for a provider's caches: nothing else in it has to be known to open them.
bool opens(const http::Fields::Field& field) {
  return is_for_a_providers_caches(field.name) && !http::any_element(field.value, closes);
}

/// "max-age=60": for so long a shared cache may keep the answer, too (RFC 9111 §3).
bool gives_time(std::string_view directive) {
  const std::size_t equals = directive.find('=');
  return equals != std::string_view::npos &&
         equals_ignoring_case(http::trimmed(directive.substr(0, equals)), "max-age") &&
         directive.find_first_of("123456789", equals) != std::string_view::npos;
}

bool is_page(const http::Fields& fields) {
  const std::string_view type = fields.find("Content-Type").value_or(std::string_view());
  return http::begins_ignoring_case(type, "text/html") ||
         http::begins_ignoring_case(type, "application/xhtml+xml");
}

Keepers keepers_of(const http::Fields& fields) {
  bool shared = false;
  bool closed = false;
  bool lasts = false;
  for (const auto field : fields) shared = shared || opens(field);
  if (shared) return Keepers::Anybody;
  fields.each("Cache-Control", [&](std::string_view list) {
    http::any_element(list, [&](std::string_view directive) {
      const std::string_view name = http::trimmed(directive.substr(0, directive.find('=')));
      shared =
          shared || equals_ignoring_case(name, "public") || equals_ignoring_case(name, "s-maxage");
      closed = closed || closes(directive);
      lasts = lasts || gives_time(directive);
      return false;
    });
  });
  if (closed) return Keepers::ItsClient;
  // A style or a picture that may be kept for a while: behind a cache that leaves cookies out, none
  // of them would ever be kept again. Pages are what visits begin with.
  if (lasts && !is_page(fields)) return Keepers::Anybody;
  return shared ? Keepers::Anybody : Keepers::LeftOpen;
}

/// Of a value of Set-Cookie. Browsers that keep cookies without a name send back "=NAME=VALUE" as
/// "NAME=VALUE".
std::string_view name_in_requests(std::string_view set_cookie) {
  std::string_view text = http::trimmed(set_cookie);
  if (text.starts_with('=')) text.remove_prefix(1);
  return http::trimmed(text.substr(0, text.find('=')));
}

}  // namespace

std::string draw_visit(Random& random) {
  std::string id;
  append_hex(id, random.next(), kHalf);
  append_hex(id, random.next(), kHalf);
  return id;
}

bool is_visit(std::string_view text) { return text.size() == 2 * kHalf && is_lower_hex(text); }

std::string set_visit(std::string_view name, std::string_view id, bool by_tls) {
  std::string text(name);
  text.append("=").append(id).append("; Path=/; HttpOnly; SameSite=Lax");
  if (by_tls) text += "; Secure";
  return text;
}

void take_out_cookie(http::Fields& fields, std::string_view name) {
  if (name.empty()) return;
  std::vector<std::string> kept;
  bool found = false;
  fields.each("Cookie", [&](std::string_view value) {
    const std::optional<std::string> rest = http::without_cookie(value, name);
    found = found || rest.has_value();
    if (!rest) {
      kept.emplace_back(value);
    } else if (!rest->empty()) {
      kept.push_back(*rest);
    }
  });
  if (!found) return;
  fields.remove("Cookie");
  for (const std::string& each : kept) fields.add("Cookie", each);
}

bool say_visit(http::ResponseHead& head, std::string_view name, std::string_view set) {
  if (name.empty()) return false;
  http::Fields& fields = head.fields;
  fields.remove_if([&](const http::Fields::Field& field) {
    return field.is("Set-Cookie") && name_in_requests(field.value) == name;
  });
  if (set.empty()) return false;
  const bool is_final = head.status >= kFirstFinal;  // what switches protocols, nobody keeps
  if (is_final) {
    const Keepers keepers = keepers_of(fields);
    if (keepers == Keepers::Anybody) return false;
    if (keepers == Keepers::LeftOpen) {
      // What a 304 leaves out goes on as the cache has it (RFC 9111 §3.2): perhaps `public`.
      if (head.status == kNotModified && !fields.contains("Cache-Control")) return false;
      fields.add("Cache-Control", "private");
    }
  }
  fields.add("Set-Cookie", set);
  return true;
}

}  // namespace banyan::strangler
