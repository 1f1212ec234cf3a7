// SPDX-License-Identifier: Apache-2.0
#include "testers_section.hpp"

#include <algorithm>
#include <string>

#include "banyan/forwarding/client_words.hpp"
#include "banyan/http/message.hpp"

namespace banyan::strangler {
namespace {

/// One that means nothing to anybody else, since it is taken out of every request.
bool is_free(std::string_view name) {
  return http::is_token(name) && http::known_field(name) == 0 &&
         !http::begins_ignoring_case(name, "Banyan-") && !ClientWords().contains(name) &&
         !http::equals_ignoring_case(name, "Authorization");
}

std::vector<std::string> read_keys(Section& section, std::string_view key) {
  std::vector<std::string> keys;
  const auto texts = section.texts(key);
  if (!texts) return keys;
  for (const PlacedText& each : *texts) {
    keys.push_back(each.text);
    if (each.text.empty()) {
      section.problem(each.location, "an entry of " + std::string(key) +
                                         " is empty, expected what `sticky` of [proxy] knows a "
                                         "tester by, such as a session, or an address");
    }
  }
  return keys;
}

void check_word(Section& section, const TestersPlan& plan) {
  if (plan.header.empty()) {
    if (section.has("header")) return;  // what is wrong with it was said
    for (const std::string_view key : {"secret_file", "from_trusted_peers"}) {
      const bool said = key == "secret_file" ? section.has(key) : plan.from_trusted_peers;
      if (said) {
        section.problem(section.location(key),
                        std::string(key) +
                            " is about the word of a header, and none is named; "
                            "say which with header = \"X-Side\"");
      }
    }
    return;
  }
  if (!is_free(plan.header)) {
    section.problem(section.location("header"),
                    "header is \"" + plan.header +
                        "\", expected a name that nobody else uses, such as \"X-Side\"");
  }
  if (!section.has("secret_file") && !plan.from_trusted_peers) {
    section.problem(section.location("header"),
                    "nobody's word in " + plan.header +
                        " would count: name the file of a secret that testers send along with "
                        "secret_file = \"testers.secret\", or believe proxies in front with "
                        "from_trusted_peers = true");
  }
}

void check_proof(Section& section, const TestersPlan& plan,
                 const std::vector<RolloutPlan>& others) {
  for (const RolloutPlan& other : others) {
    if (plan.header.empty() || !other.testers) continue;
    if (!http::equals_ignoring_case(other.testers->header, plan.header)) continue;
    if (other.testers->secret_file == plan.secret_file &&
        other.testers->from_trusted_peers == plan.from_trusted_peers) {
      continue;
    }
    section.problem(section.location("header"),
                    plan.header + " is the header of [rollouts." + other.name +
                        ".testers] too, where another proof makes it count; give both the same "
                        "secret_file and from_trusted_peers, or two headers");
  }
}

void check_sides(Section& section, const TestersPlan& plan) {
  for (const std::string& key : plan.old_side) {
    if (std::ranges::find(plan.new_side, key) == plan.new_side.end()) continue;
    section.problem(section.location("old"), '"' + key + "\" is in new and in old");
  }
}

}  // namespace

TestersPlan read_testers(Section section, const std::vector<RolloutPlan>& others) {
  TestersPlan plan;
  if (const auto header = section.text("header")) plan.header = header->text;
  if (const auto file = section.text("secret_file")) plan.secret_file = file->text;
  section.flag("from_trusted_peers", plan.from_trusted_peers);
  plan.new_side = read_keys(section, "new");
  plan.old_side = read_keys(section, "old");
  if (!section.has("header") && !section.has("new") && !section.has("old")) {
    section.problem(section.location(),
                    "there are no testers in it: name a header by which they choose, such as "
                    "header = \"X-Side\", or list them, such as new = [\"203.0.113.9\"]");
  }
  check_word(section, plan);
  check_proof(section, plan, others);
  check_sides(section, plan);
  section.finish();
  return plan;
}

}  // namespace banyan::strangler
