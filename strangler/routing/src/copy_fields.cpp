// SPDX-License-Identifier: Apache-2.0
#include "copy_fields.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/comparison/credential_fields.hpp"
#include "banyan/http/message.hpp"
#include "banyan/http/method_override.hpp"
#include "banyan/http/names_alike.hpp"

namespace banyan::strangler {
namespace {

/// How a name is read by CGI and its heirs.
std::string with_hyphens(std::string_view name) {
  std::string read(name);
  std::ranges::replace(read, '_', '-');
  return read;
}

/// What is about the message, or one connection, or what the proxy says of where a request comes
/// from and what became of it.
bool is_of_the_proxy(std::string_view name) {
  constexpr http::FieldSet kTaken =
      http::kHopByHopFields |
      http::FieldSet(std::to_array<http::FieldName>(
          {"Host", "Content-Length", "Expect", "Max-Forwards", "Trailer", "Proxy-Authenticate",
           "Proxy-Authorization", "Proxy-Authentication-Info", "HTTP2-Settings", "Forwarded",
           "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via",
           "traceparent", "tracestate", "X-Request-Id", "X-Correlation-Id"}));
  // With these, too, a copy would be another request than the one that it is compared with.
  constexpr auto kOthers = std::to_array<std::string_view>(
      {"Accept-Encoding", "CF-Connecting-IP", "Content-Encoding", "Content-Range", "Content-Type",
       "Destination", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
       "If-Unmodified-Since", "Range", "True-Client-IP", "X-Client-IP", "X-Forwarded-Prefix",
       "X-Original-URL", "X-Rewrite-URL"});
  const std::string read = with_hyphens(name);
  return kTaken.contains(http::known_field(read)) || http::begins_ignoring_case(read, "Banyan-") ||
         http::overrides_method(read) || std::ranges::any_of(kOthers, [&](std::string_view other) {
           return http::equals_ignoring_case(other, read);
         });
}

/// Whether a part of the name says that the value is a secret: X-Service-Token, Api-Key.
bool is_called_a_secret(std::string_view name) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"apikey", "auth", "authentication", "authorization", "bearer", "credential", "credentials",
       "jwt", "key", "passwd", "password", "secret", "session", "token"});
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of("-_"), name.size());
    const std::string_view part = name.substr(0, end);
    if (std::ranges::any_of(kWords, [&](std::string_view word) {
          return http::equals_ignoring_case(part, word);
        })) {
      return true;
    }
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return false;
}

/// Of a cookie that was written with its value the value may be a secret.
std::string without_value(const std::string& cookie) {
  const std::size_t end = cookie.find('=');
  return end == std::string::npos ? cookie : cookie.substr(0, end) + "=…";
}

void read_cookie_names(Section& section, std::string_view key, std::vector<std::string>& names) {
  const auto texts = section.texts(key);
  if (!texts) return;
  for (const PlacedText& each : *texts) {
    names.push_back(each.text);
    const std::string_view text = each.text;
    const bool good =
        http::is_token(text) && std::min(text.find('*'), text.size() - 1) == text.size() - 1;
    if (good) continue;
    section.problem(each.location, '"' + without_value(each.text) + "\" in " + std::string(key) +
                                       " is no name of a cookie; expected one such as "
                                       "\"session\", or the beginning of names, \"_ga*\"");
  }
}

/// Lists of names that would change nothing are refused: whoever writes one means something by it.
void read_cookies(Section section, std::optional<CopyCredentials> credentials,
                  CopyCookies& cookies) {
  read_cookie_names(section, "pass", cookies.pass);
  read_cookie_names(section, "drop", cookies.drop);
  const bool passes = section.has("pass");
  const bool drops = section.has("drop");
  if (passes && drops) {
    section.problem(section.location("drop"),
                    "pass names all cookies that copies have, and drop all that they lack; say "
                    "one of the two");
  } else if (!passes && !drops) {
    section.problem(section.location(),
                    "no cookie is named in it: say pass = [\"language\"] for the only ones that "
                    "copies have, or drop = [\"_ga*\"] for the only ones that they lack");
  } else if (passes && credentials == CopyCredentials::Skip) {
    section.problem(section.location("pass"),
                    "pass lets nothing through with credentials = \"skip\", for whoever has a "
                    "cookie says who asks, and is not copied; say credentials = \"drop\", with "
                    "which copies have these cookies and nothing else of the kind, or \"pass\"; "
                    "or name with drop the cookies that say nothing");
  } else if (drops && credentials == CopyCredentials::Drop) {
    section.problem(section.location("drop"),
                    "drop takes nothing away with credentials = \"drop\", with which copies have "
                    "no cookies; name with pass those that they are to have, or leave cookies out");
  }
  section.finish();
}

/// Reads one table of fields.
class FieldReader {
 public:
  FieldReader(Section& shadow, std::string_view key, std::string section, const ShadowPlan& plan)
      : shadow_(shadow), key_(key), section_(std::move(section)), secrets_(plan.secret_fields) {}

  std::vector<CopyField> read() && {
    const toml::table* const table = shadow_.table(key_);
    if (table == nullptr) return {};
    if (table->empty()) {
      shadow_.problem(shadow_.location(key_),
                      key_ +
                          " is empty, expected fields that copies say, such as { X-Tenant = "
                          "\"shadow\" }");
    }
    for (const auto& [key, node] : *table) {
      CopyField field{.name = std::string(key.str()), .location = location_of(key.source())};
      if (is_free(field)) read_value(node, field);
      fields_.push_back(std::move(field));
    }
    return std::move(fields_);
  }

 private:
  void problem(FileLocation location, const CopyField& field, std::string_view what) {
    shadow_.problem(location, field.name + " in " + key_ + ' ' + std::string(what));
  }

  bool is_free(const CopyField& field) {
    if (!http::is_token(field.name)) {
      shadow_.problem(field.location, '"' + field.name + "\" in " + key_ +
                                          " is no name of a header field; expected one such as "
                                          "\"X-Tenant\"");
      return false;
    }
    if (is_of_the_proxy(field.name)) {
      problem(field.location, field,
              http::equals_ignoring_case(field.name, "Host")
                  ? "cannot be set: what a side is called says host in its [upstreams.NAME]"
                  : "cannot be set: it is about the connection or the message, or for the proxy "
                    "to say; take it out");
      return false;
    }
    const auto is_it = [&](const CopyField& other) {
      return http::names_are_alike(other.name, field.name);
    };
    if (std::ranges::any_of(fields_, is_it)) {
      problem(field.location, field, "is there twice, but for its spelling; keep one of them");
      return false;
    }
    return true;
  }

  void read_value(const toml::node& node, CopyField& field) {
    if (const toml::table* const table = node.as_table()) return read_file(*table, field);
    const auto* const text = node.as_string();
    if (text == nullptr) {
      problem(location_of(node), field,
              "is " + kind_of(node) +
                  ", expected a text, or { file = \"catalog.token\" } for a "
                  "secret");
    } else if (secrets_.contain(field.name) || is_called_a_secret(field.name)) {
      problem(location_of(node), field,
              "says who asks, and this file is no place for a secret; put it into one that only "
              "the proxy may read: { file = \"catalog.token\" }");
    } else if (text->get().empty() || !http::is_field_value(text->get())) {
      problem(location_of(node), field,
              "is empty, or has what no header field may have; expected a text of one line");
    } else {
      field.value = text->get();
    }
  }

  void read_file(const toml::table& table, CopyField& field) {
    Section section = shadow_.part(table, section_ + '.' + key_ + '.' + field.name + ']',
                                   "[rollouts.NAME.shadow.set.FIELD]");
    if (const auto file = section.required_text("file")) field.file = file->text;
    if (const auto scheme = section.text("scheme")) {
      field.scheme = scheme->text;
      if (!http::is_token(scheme->text)) {
        // Without what it is: the likeliest slip is to write the secret behind the word.
        section.problem(scheme->location,
                        "scheme is no word, expected one such as \"Bearer\"; the secret itself "
                        "goes into the file");
      }
    }
    section.finish();
  }

  Section& shadow_;
  std::string key_;
  std::string section_;  ///< "[rollouts.catalog.shadow": what follows closes it
  CredentialFields secrets_;
  std::vector<CopyField> fields_;
};

}  // namespace

void read_copy_fields(Section& shadow, const std::string& rollout,
                      std::optional<CopyCredentials> credentials, ShadowPlan& plan) {
  const std::string section = "[rollouts." + rollout + ".shadow";
  if (const toml::table* const cookies = shadow.table("cookies")) {
    read_cookies(shadow.part(*cookies, section + ".cookies]", "[rollouts.NAME.shadow.cookies]"),
                 credentials, plan.cookies);
  }
  plan.set = FieldReader(shadow, "set", section, plan).read();
  plan.set_old = FieldReader(shadow, "set_old", section, plan).read();
}

}  // namespace banyan::strangler
