// SPDX-License-Identifier: Apache-2.0
#include "copy_rules.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "banyan/forwarding/forwarded_head.hpp"
#include "banyan/http/cookie.hpp"
#include "banyan/http/list.hpp"
#include "field_secret.hpp"

namespace banyan::serving {
namespace {

bool is_meant(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

/// Calls `use(pair, name)` for each cookie of a field.
template <class Use>
void each_cookie(std::string_view value, const Use& use) {
  while (!value.empty()) {
    const std::string_view pair = http::take_cookie(value);
    if (!pair.empty()) use(pair, http::trimmed(pair.substr(0, pair.find('='))));
  }
}

/// Of what is written in place of a path, and leads nowhere, it is not said what it is: it may be
/// the secret itself.
bool is_hardly_a_path(std::string_view written) {
  constexpr std::size_t kLongStep = 40;
  while (!written.empty()) {
    const std::string_view step = written.substr(0, written.find('/'));
    if (step.size() > kLongStep || step.contains(' ')) return true;
    written.remove_prefix(std::min(step.size() + 1, written.size()));
  }
  return false;
}

std::expected<std::string, std::string> secret_in(const std::filesystem::path& path,
                                                  std::string_view written) {
  std::error_code unknown;
  if (is_hardly_a_path(written) && !std::filesystem::exists(path, unknown)) {
    return std::unexpected(std::string(
        "file is to be a path, and what it says leads nowhere; write the secret into a file that "
        "only the proxy may read, and the path of that in its place"));
  }
  return read_field_secret(path.string());
}

}  // namespace

std::expected<CopyRules, std::vector<strangler::FileProblem>> CopyRules::make(
    const strangler::ShadowPlan& plan, const std::string& section, const std::string& config_file) {
  CopyRules rules;
  rules.cookies_ = plan.cookies;
  std::vector<strangler::FileProblem> problems;
  const auto take = [&](Side side, std::string_view key,
                        const std::vector<strangler::CopyField>& declared) {
    OfSide& to = rules.sides_[static_cast<std::size_t>(side)];
    for (const strangler::CopyField& each : declared) {
      std::string value = each.value;
      if (!each.file.empty()) {
        const auto path = std::filesystem::path(config_file).parent_path() / each.file;
        auto secret = secret_in(path, each.file);
        if (!secret) {
          problems.push_back(
              {config_file, each.location,
               std::string(key) + '.' + each.name + " of " + section + ": " + secret.error()});
          continue;
        }
        value = each.scheme.empty() ? *secret : each.scheme + ' ' + *secret;
        // By itself, too, where its scheme stands in the file before it.
        const std::size_t blank = secret->rfind(' ');
        if (blank != std::string::npos) to.secrets.push_back(secret->substr(blank + 1));
        to.secrets.insert(to.secrets.begin(), std::move(*secret));
      }
      to.names.push_back(each.name);
      to.fields.add(each.name, value);
    }
  };
  take(Side::Remote, "set", plan.set);
  take(Side::Local, "set_old", plan.set_old);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return rules;
}

bool CopyRules::have_cookie(std::string_view name) const {
  const auto is_it = [&](std::string_view pattern) { return is_meant(pattern, name); };
  if (!cookies_.pass.empty()) return std::ranges::any_of(cookies_.pass, is_it);
  return std::ranges::none_of(cookies_.drop, is_it);
}

std::string CopyRules::sifted(std::string_view value) const {
  std::string kept;
  each_cookie(value, [&](std::string_view pair, std::string_view name) {
    if (!have_cookie(name)) return;
    if (!kept.empty()) kept += "; ";
    kept += pair;
  });
  return kept;
}

bool CopyRules::have_cookies_of(const http::Fields& fields) const {
  bool all = true;
  fields.each("Cookie", [&](std::string_view value) {
    each_cookie(value, [&](std::string_view /*pair*/, std::string_view name) {
      all = all && have_cookie(name);
    });
  });
  return all;
}

void CopyRules::sift_cookies(http::Fields& fields) const {
  if (cookies_.pass.empty() && cookies_.drop.empty()) return;
  std::vector<std::string> kept;
  fields.each("Cookie", [&](std::string_view value) { kept.push_back(sifted(value)); });
  if (kept.empty()) return;
  fields.remove("Cookie");
  for (const std::string& each : kept) {
    if (!each.empty()) fields.add("Cookie", each);
  }
}

bool CopyRules::change(Side side) const {
  return !cookies_.pass.empty() || !cookies_.drop.empty() || !of(side).names.empty();
}

bool CopyRules::replace(Side side, std::string_view name) const {
  return strangler::is_withheld(of(side).names, name);
}

void CopyRules::say(http::Fields& fields, Side side) const {
  if (of(side).names.empty()) return;
  fields.remove_if([&](const http::Fields::Field& field) { return replace(side, field.name); });
  for (const auto field : of(side).fields) fields.add(field.name, field.value);
}

}  // namespace banyan::serving
