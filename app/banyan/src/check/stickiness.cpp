// SPDX-License-Identifier: Apache-2.0
#include "check/stickiness.hpp"

#include <algorithm>
#include <string>

#include "banyan/forwarding/stickiness_key.hpp"
#include "banyan/kernel/in_quotes.hpp"

namespace banyan::cli::check {
namespace {

using strangler::StickinessKey;
using Source = StickinessKey::Source;
using Keys = std::vector<StickinessKey>::const_iterator;

/// A cookie that an answer sets changes what its user is known by from the next request on.
void look_at_first_visits(const std::vector<StickinessKey>& keys, Keys answers_always,
                          std::vector<Finding>& found) {
  constexpr const char* kWhen =
      ". Change it before a rollout begins, or at 0% or 100%, for all users get other buckets at "
      "once";
  const auto cookie =
      std::ranges::find(keys.begin(), answers_always, Source::Cookie, &StickinessKey::source);
  if (cookie == answers_always) return;
  if (answers_always != keys.end() && answers_always->source == Source::Visit) {
    add(found, Weight::Warning, "first_visit_moves", {},
        "in sticky the cookie " + cookie->name +
            " stands before \"visit\": a first visit goes by the id that it is given, until the "
            "application sets its cookie, and from then on by that, perhaps on the other side. "
            "Put \"visit\" before the cookie" +
            kWhen);
    return;
  }
  add(found, Weight::Note, "first_visit_moves", {},
      "in sticky the cookie " + cookie->name +
          " is what users go by, and a first visit has none yet: its page goes by what stands "
          "behind it, in the end the address, and what it asks next by the cookie that the page "
          "has set, perhaps on the other side; so does what is asked after a login that sets "
          "another. With \"visit\" in its place page, assets and login stay together" +
          kWhen);
}

/// Behind "visit" some are asked where no visit can begin, and by what is exported.
void look_at_the_unheard(const std::vector<StickinessKey>& keys, Keys answers_always,
                         std::vector<Finding>& found) {
  if (answers_always == keys.end()) return;
  const bool by_visit = answers_always->source == Source::Visit;
  for (auto each = answers_always + 1; each != keys.end(); ++each) {
    if (each->source == Source::Address || each->source == Source::Visit) continue;
    const bool is_header = each->source == Source::Header;
    const std::string key = (is_header ? "header:" : "cookie:") + each->name;
    add(found, by_visit && !is_header ? Weight::Note : Weight::Warning, "sticky_unheard", {},
        in_quotes(key) + " stands behind " +
            (by_visit ? "\"visit\" in sticky, and is asked only where no visit can begin: of "
                        "other methods than GET and HEAD without its cookie, and by what banyan "
                        "export writes"
                      : "\"address\" in sticky, and is never asked: everybody has an address") +
            ". Put it before, or leave it out");
  }
}

}  // namespace

void look_at_stickiness(const strangler::Configuration& configuration,
                        std::vector<Finding>& found) {
  const bool anything_moves =
      !configuration.rollouts.empty() ||
      std::ranges::any_of(configuration.routes,
                          [](const strangler::Route& route) { return !route.rollout.empty(); });
  if (!anything_moves) return;
  // Whoever comes without all that stands before it is told apart by this one.
  const auto answers_always =
      std::ranges::find_if(configuration.stickiness_keys, [](const StickinessKey& key) {
        return key.source == Source::Address || key.source == Source::Visit;
      });
  look_at_first_visits(configuration.stickiness_keys, answers_always, found);
  look_at_the_unheard(configuration.stickiness_keys, answers_always, found);
  if (const auto cookie = strangler::visit_cookie(configuration.stickiness_keys);
      (cookie.starts_with("__Host-") || cookie.starts_with("__Secure-")) &&
      configuration.tls.empty() && configuration.trusted_peers.empty()) {
    add(found, Weight::Warning, "visit_never_kept", {},
        "browsers keep a cookie named " + std::string(cookie) +
            " only where it is Secure, and it is that for clients that speak TLS: to "
            "[[proxy.tls]], or to one of trusted_peers. There is neither, so each request is a "
            "visit of its own. Name it \"visit\"");
  }
}

}  // namespace banyan::cli::check
