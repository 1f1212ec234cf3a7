// SPDX-License-Identifier: Apache-2.0
#include "differences.hpp"

#include <algorithm>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/ip_address.hpp"
#include "banyan/kernel/in_quotes.hpp"
#include "banyan/kernel/listed.hpp"
#include "clients_words.hpp"
#include "comments.hpp"

namespace banyan::strangler {
namespace {

using Sentences = std::vector<std::string>;

void tell_of_tls(const Configuration& configuration, Sentences& all) {
  if (configuration.tls.empty()) return;
  std::vector<std::string> places;
  for (const TlsListeners& each : configuration.tls) {
    for (const ListenPoint& point : each.listen) {
      places.push_back(point.address.port == 0
                           ? point.address.host
                           : point.address.host + ':' + std::to_string(point.address.port));
    }
  }
  all.push_back("[[proxy.tls]]: it does not listen at " + listed(places) +
                ", where clients speak TLS. Certificates and keys are not exported.");
}

/// Where there is no cookie of a visit, who is asked next, and what that does to a first visit.
std::string behind_the_visit(const std::vector<StickinessKey>& sources) {
  using Source = StickinessKey::Source;
  auto next = std::ranges::find(sources, Source::Visit, &StickinessKey::source);
  if (next != sources.end()) ++next;
  std::string text = "the address";
  if (next != sources.end() && next->source == Source::Cookie) text = "the cookie " + next->name;
  if (next != sources.end() && next->source == Source::Header) text = "the header " + next->name;
  const bool torn = std::ranges::any_of(
      next, sources.end(), [](Source source) { return source == Source::Cookie; },
      &StickinessKey::source);
  return text + (torn ? ", and a first visit may change its side when it is given a cookie"
                      : ", page and assets of a first visit alike");
}

void tell_of_visits(const TableToExport& table, const Ways& ways, Sentences& all) {
  const auto& sources = table.configuration.stickiness_keys;
  const std::string cookie(visit_cookie(sources));
  if (cookie.empty() || ways.rollouts.empty()) return;
  all.push_back(
      "OTHER USERS: sticky = \"visit\": whoever has the cookie " + cookie +
      " stays on the same side, and nobody is given one. Who has none goes by " +
      behind_the_visit(sources) +
      ". The cookie goes on to upstreams, and what Banyan-Visit says counts for nothing.");
}

void tell_of_rollouts(const TableToExport& table, const Ways& ways, Sentences& all) {
  Sentences shadows, fallbacks, testers;
  for (const ExportedRollout& each : ways.rollouts) {
    const RolloutPlan* const plan = table.configuration.rollout(each.name);
    const bool copies =
        each.traffic.stage == TrafficStage::Shadow ||
        (each.traffic.stage == TrafficStage::Canary && plan != nullptr && plan->shadow.has_value());
    if (copies) shadows.push_back(each.name);
    if (plan != nullptr && plan->fallback) fallbacks.push_back(each.name);
    if (plan != nullptr && plan->testers) testers.push_back(each.name);
  }
  if (!shadows.empty()) {
    all.push_back("Of " + listed(shadows) +
                  ", reads are copied to the other side and compared now. Here nothing is copied.");
  }
  if (!fallbacks.empty()) {
    all.push_back("[rollouts.NAME.fallback] of " + listed(fallbacks) +
                  ": nobody answers in the place of a new side that has failed. What it answers, "
                  "be it 503, goes to the client.");
  }
  if (!testers.empty()) {
    all.push_back(
        "[rollouts.NAME.testers] of " + listed(testers) +
        ": nobody may choose a side, and a header by which testers do goes on as it came, "
        "with its secret. Leave it out with drop_fields before they send it here.");
  }
  if (!ways.rollouts.empty()) {
    all.push_back(
        "No rollout goes on or back by itself: there are no plans, no verdicts and no preflight, "
        "and no switch log of what is changed in these files by hand.");
  }
}

void tell_of_paths(const Ways& ways, Sentences& all) {
  all.push_back(
      "Paths with letters, digits, \"-\", \".\" or \"_\" in escapes (%61 for \"a\"), which nobody "
      "has to write so, are refused with 400. Banyan reads them as what they stand for.");
  const bool ambiguous = std::ranges::any_of(ways.ways, [](const Way& way) {
    return way.route->irregular_paths == IrregularPaths::RefuseAmbiguous;
  });
  if (ambiguous) {
    all.push_back(
        "Paths with //, \".\", \"..\", \"\\\", %2F, %5C or %00 are refused with 400, unless their "
        "route has irregular_paths = \"pass\". Banyan lets those pass that lead to the same route "
        "however they are read.");
  }
  const bool refuse = std::ranges::any_of(ways.ways, [](const Way& way) {
    return way.route->irregular_paths == IrregularPaths::Refuse;
  });
  if (refuse) {
    all.push_back(
        "irregular_paths = \"refuse\": escapes that stand for no UTF-8 are not noticed; all else "
        "that is irregular is refused.");
  }
  all.push_back(
      "A method that a path does not have is answered with 404. Banyan answers 405, with the "
      "methods that it has.");
}

void tell_of_rewriting(const Ways& ways, Sentences& all) {
  const bool any = std::ranges::any_of(ways.lines, [](const WayLine& line) {
    return line.route->legacy_path != PathChange{} || line.route->successor_path != PathChange{};
  });
  if (!any) return;
  all.push_back(
      "legacy_path and successor_path change what is asked. Answers go back as they came: "
      "Location, Content-Location, Refresh and the Path of cookies have the upstream's paths, and "
      "there is no X-Forwarded-Prefix.");
}

void tell_of_clients(const Configuration& configuration, Sentences& all) {
  const auto split = split_words(configuration);
  if (!split.empty()) {
    all.push_back("pass_fields: names that begin with " + listed(split) +
                  " are left out, also those that pass_fields names.");
  }
  if (!configuration.trusted_peers.empty()) {
    all.push_back(
        "trusted_peers: X-Forwarded-For is read, Forwarded is not. Who sends only that one counts "
        "by the address of the proxy in front.");
  }
  all.push_back("Forwarded and Via are not continued, and of traceparent no span is made.");
}

void tell_of_upstreams(const Configuration& configuration, Sentences& all) {
  Sentences breakers;
  for (const UpstreamGroup& each : configuration.upstreams) {
    if (each.breaker) breakers.push_back(in_quotes(each.name));
  }
  if (!breakers.empty()) {
    all.push_back("[upstreams.NAME.breaker] of " + listed(breakers) + ": there is no breaker.");
  }
  const bool names = std::ranges::any_of(configuration.upstreams, [](const UpstreamGroup& group) {
    return std::ranges::any_of(group.instances, [](const Address& each) {
      return !each.host.starts_with(http::kUnixPrefix) && !http::IpAddress::parse(each.host);
    });
  });
  if (names) {
    all.push_back("Instances that are names are looked up at the start, and not again.");
  }
}

void tell_of_the_rest(const Configuration& configuration, Sentences& all) {
  if (configuration.access_log) {
    all.push_back(
        "[access_log]: it is not written here. Say in the other proxy's words where it "
        "goes; X-Request-Id is what requests can be found by on both sides.");
  }
  if (!configuration.tracing.collector.empty()) {
    all.push_back("[tracing]: no spans are recorded, or sent to " +
                  configuration.tracing.collector + '.');
  }
  all.push_back(
      "[limits]: connections_per_client, uploads_per_client, body_rate, total_time, "
      "pinned_tunnel_time and the drain times have no counterpart here.");
  all.push_back(
      "/_banyan/, /metrics and /health/ are not here: `banyan status` and the page do not know "
      "what this proxy does.");
}

}  // namespace

std::string share_text(std::uint64_t hundredths) {
  std::string text = std::to_string(hundredths / 100);
  if (const std::uint64_t rest = hundredths % 100; rest != 0) {
    text += '.' + std::to_string(rest / 10);
    if (rest % 10 != 0) text += static_cast<char>('0' + rest % 10);
  }
  return text + " %";
}

std::vector<std::string> common_differences(const TableToExport& table, const Ways& ways) {
  const Configuration& configuration = table.configuration;
  Sentences all;
  tell_of_tls(configuration, all);
  tell_of_visits(table, ways, all);
  tell_of_rollouts(table, ways, all);
  tell_of_paths(ways, all);
  tell_of_rewriting(ways, all);
  tell_of_clients(configuration, all);
  tell_of_upstreams(configuration, all);
  tell_of_the_rest(configuration, all);
  return all;
}

std::vector<std::string> differences_of_the_hash(const TableToExport& table, const Ways& ways,
                                                 std::string_view how) {
  Sentences all;
  if (table.hash == BucketHash::Same) return all;
  for (const ExportedRollout& each : ways.rollouts) {
    const std::uint64_t share = each.traffic.reads.hundredths();
    if (share == 0 || share == 10'000) continue;
    // Of two hashes that know nothing of each other.
    const std::uint64_t otherwise = (2 * share * (10'000 - share) + 5'000) / 10'000;
    all.push_back("OTHER USERS: at " + share_text(share) + ", about " + share_text(otherwise) +
                  " of the users of " + each.name +
                  " are sent to another side than Banyan sends them to, for " + std::string(how) +
                  " is not Banyan's hash. Users keep their side while the share grows. Without "
                  "`--hash engine` each user stays on its side.");
  }
  return all;
}

}  // namespace banyan::strangler
