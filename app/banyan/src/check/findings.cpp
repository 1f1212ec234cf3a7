// SPDX-License-Identifier: Apache-2.0
#include "check/findings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <optional>

#include "banyan/forwarding/stickiness_key.hpp"
#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/http/endpoint.hpp"
#include "banyan/http/loopback.hpp"
#include "banyan/http/names_alike.hpp"
#include "banyan/kernel/in_quotes.hpp"
#include "banyan/routing/rollout_reach.hpp"
#include "banyan/serving/secret_file.hpp"
#include "check/example_path.hpp"
#include "check/writes_apart.hpp"

namespace banyan::cli::check {
namespace {

using serving::Preview;
using strangler::Configuration;
using strangler::FileLocation;
using strangler::PathKind;
using strangler::Route;
using strangler::StickinessKey;
using Source = StickinessKey::Source;
using Keys = std::vector<StickinessKey>::const_iterator;

/// An application may add routes to those of the file.
std::string unless_of_module(const std::string& name) {
  return " (unless an application reads the file of which " + name +
         " is a module: it adds its modules' routes)";
}

/// Of the methods that a route names one by one; of one that takes all, some that there are.
std::vector<std::string> methods_of(const Route& route) {
  std::vector<std::string> all;
  for (const std::string& each : http::known_methods()) {
    if (route.methods.contains(each)) all.push_back(each);
  }
  if (route.methods.is_any()) all.emplace_back("BANYAN-CHECK");  // one that nobody names
  return all;
}

class Check {
 public:
  Check(const Preview& preview, const ControlStoreNow& store, const std::string& config_file)
      : preview_(preview),
        configuration_(preview.configuration()),
        store_(store),
        folder_(std::filesystem::path(config_file).parent_path()) {}

  std::vector<Finding> run() && {
    look_at_files();
    look_at_routes();
    std::ranges::move(writes_apart(preview_), std::back_inserter(found_));
    look_whose_it_is();
    look_at_what_is_unused();
    look_at_names();
    look_at_rollouts();
    look_at_what_has_no_effect();
    look_at_copies();
    look_at_ways_of_secrets();
    look_at_keys();
    look_at_operators();
    look_at_trust();
    look_at_stickiness();
    look_at_loops();
    look_at_the_rest_of_requests();
    std::ranges::stable_sort(found_, {}, &Finding::weight);
    return std::move(found_);
  }

 private:
  void add(Weight weight, std::string rule, FileLocation location, std::string message) {
    found_.push_back({weight, "check." + std::move(rule), location, std::move(message)});
  }

  void look_at_files() {
    if (store_.problem) {
      found_.push_back({Weight::Problem, store_.problem->rule, {}, store_.problem->message});
    }
    if (store_.unread) {
      found_.push_back({Weight::Note,
                        store_.unread->rule,
                        {},
                        "where the traffic stands is not known here: " + store_.unread->message});
    }
    const auto& log = configuration_.access_log;
    if (!log || log->file == "-") return;
    const std::filesystem::path file = folder_ / log->file;
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    std::error_code unknown;
    const bool there = std::filesystem::exists(file, unknown);
    if (::access(there ? file.c_str() : folder.c_str(), W_OK) == 0) return;
    add(Weight::Problem, "access_log", {},
        "the access log " + file.string() + " cannot be written: " + std::strerror(errno) +
            ". Make the folder, or set file in [access_log]");
  }

  void look_at_routes() {
    for (const Route& route : configuration_.routes) {
      look_whether_it_is_reached(route);
      if (route.rollout.empty()) continue;
      if (route.legacy == route.successor && route.legacy_path == route.successor_path) {
        add(Weight::Warning, "same_on_both_sides", route.location,
            in_quotes(route.name) + " leads to " + route.legacy +
                " on both sides, so that its rollout moves nothing; name another upstream as its "
                "successor");
      }
      look_whether_it_splits_writes(route);
      look_at_what_stays_below(route);
    }
  }

  /// By asking the table for what the route is for.
  void look_whether_it_is_reached(const Route& route) {
    std::string winner;
    const std::string path = example_path(route);
    std::vector<std::string> targets{path};
    if (route.kind == PathKind::Prefix) {
      targets.push_back(path == "/" ? "/banyan-check" : path + "/banyan-check");
    }
    for (const std::string& method : methods_of(route)) {
      for (const std::string& target : targets) {
        const Preview::Outcome outcome = preview_.request(method, target);
        if (outcome.route != nullptr && outcome.route->name == route.name) return;
        if (!winner.empty()) continue;
        winner = outcome.route != nullptr ? "the route " + in_quotes(outcome.route->name)
                 : outcome.answer == Preview::Answer::Operators ? "the operators' pages"
                 : outcome.answer == Preview::Answer::OwnPage
                     ? "the proxy's own page " + outcome.detail
                     : "a refusal";
      }
    }
    add(Weight::Warning, "unreachable_route", route.location,
        "no request reaches " + in_quotes(route.name) + ": " + winner +
            " always comes first; take one of them out, or give them different paths");
  }

  void look_whether_it_splits_writes(const Route& route) {
    if (route.declared_effect != Effect::Read) return;
    std::string unsafe;
    for (const std::string& method : methods_of(route)) {
      if (http::is_safe_method(method)) continue;
      if (route.methods.is_any()) {
        unsafe = "methods that write";
        break;
      }
      unsafe += (unsafe.empty() ? "" : ", ") + method;
    }
    if (unsafe.empty()) return;
    add(Weight::Warning, "writes_by_percentage", route.location,
        in_quotes(route.name) + " is declared a read and takes " + unsafe +
            ": in a canary some users' writes go to the old side and others' to the new one. If "
            "they change anything, leave effect out, and writes move as a whole");
  }

  void look_at_what_stays_below(const Route& route) {
    if (route.kind != PathKind::Prefix || route.path == "/") return;
    std::string staying;
    for (const Route& other : configuration_.routes) {
      const bool below = other.path == route.path || other.path.starts_with(route.path + '/');
      if (&other == &route || !below || !other.rollout.empty()) continue;
      if (!other.methods.intersects(route.methods)) continue;
      staying += (staying.empty() ? "" : ", ") + in_quotes(other.name);
    }
    if (staying.empty()) return;
    add(Weight::Note, "stays_below", route.location,
        in_quotes(route.name) + " moves what is below " + route.path + ", but for " + staying +
            ", which is more exact and has no rollout: it stays where it is");
  }

  /// What is said of it then is of a proxy only, and would have somebody delete what is in force.
  void look_whose_it_is() {
    if (!may_be_of_an_application(configuration_)) return;
    add(Weight::Note, "no_routes", {},
        "no [[routes]]: a proxy answers 404 to everything. An application that reads this file "
        "(--config) adds the routes of its modules; what the file says of a rollout or an upstream "
        "that has a module's name is in force there. Where their traffic stands, its own control "
        "store says, which is not looked at here: `banyan status` asks it");
  }

  void look_at_what_is_unused() {
    if (may_be_of_an_application(configuration_)) return;
    for (const strangler::UpstreamGroup& group : configuration_.upstreams) {
      const bool used = std::ranges::any_of(configuration_.routes, [&](const Route& route) {
        return route.legacy == group.name || route.successor == group.name;
      });
      if (used) continue;
      add(Weight::Warning, "unused_upstream", {},
          "no route leads to [upstreams." + group.name +
              "]; name it as the legacy or the successor of one, or take it out" +
              unless_of_module(group.name));
    }
  }

  /// Of applications that hear another name than the browser's.
  void look_at_names() {
    for (const strangler::UpstreamGroup& group : configuration_.upstreams) {
      const bool forms_come = std::ranges::any_of(configuration_.routes, [&](const Route& route) {
        const bool leads_there = route.legacy == group.name || route.successor == group.name;
        return leads_there && route.methods.contains("POST");
      });
      if (group.host.empty() || !forms_come) continue;
      add(Weight::Note, "host_beside_origin", {},
          "[upstreams." + group.name + "] hears Host: " + group.host +
              ", and Origin as browsers say it: an application that compares the two against "
              "forged "
              "requests refuses every form. Let it go by X-Forwarded-Host, or leave host out");
    }
  }

  void look_at_rollouts() {
    const bool of_application = may_be_of_an_application(configuration_);
    for (const strangler::RolloutPlan& plan : configuration_.rollouts) {
      const bool used =
          of_application || std::ranges::any_of(configuration_.routes, [&](const Route& route) {
            return route.rollout == plan.name;
          });
      if (used) continue;
      add(Weight::Warning, "unused_rollout", {},
          "no route goes by [rollouts." + plan.name + "]; give one rollout = " +
              in_quotes(plan.name) + ", or take it out" + unless_of_module(plan.name));
    }
    if (!store_.stand) return;
    for (const strangler::Rollout& each : store_.stand->rollouts) {
      if (is_over(each.traffic)) continue;
      const auto refused =
          strangler::why_left_behind(each.module, each.traffic,
                                     {.before = strangler::noted_reach(store_.table, each.module),
                                      .after = strangler::reach_of(configuration_, each.module)},
                                     store_.file);
      if (refused) {
        add(Weight::Problem, "rollout_without_routes", {},
            *refused + (of_application ? " (That is of a proxy: an application adds the routes of "
                                         "its modules, and starts.)"
                                       : ""));
      }
      if (refused || configuration_.rollout(each.module) != nullptr) continue;
      add(Weight::Warning, "rollout_without_routes", {},
          "the control store has " + each.module + " at " + to_string(each.traffic) +
              ", and the file has no [rollouts." + each.module +
              "]: requests go where the routes say. Put it back; or, if it is over, set it back: "
              "banyan shift " +
              each.module + " 0% --writes old --why over");
    }
  }

  void look_at_what_has_no_effect() {
    for (strangler::WithoutEffect& each : preview_.without_effect(system_clock().now())) {
      add(Weight::Warning, std::move(each.rule), each.location, std::move(each.message));
    }
  }

  /// What one is answered is no measure of what another is.
  void look_at_copies() {
    for (const strangler::RolloutPlan& plan : configuration_.rollouts) {
      if (!plan.shadow) continue;
      const strangler::CopyField* const for_new = first_name(plan.shadow->set);
      const strangler::CopyField* const for_old = first_name(plan.shadow->set_old);
      if (for_new == nullptr && for_old == nullptr) continue;
      const strangler::CopyField& field = for_new != nullptr ? *for_new : *for_old;
      std::string message = "copies of " + plan.name + " ask in their own name (" + field.name +
                            ", in [rollouts." + plan.name +
                            ".shadow]), and are compared with what the client was answered: what "
                            "depends on who asks differs, and says nothing of the new side, "
                            "though a plan goes by it. Copy what everybody gets alike, or name "
                            "the rest in [rollouts." +
                            plan.name + ".compare]";
      if (for_new != nullptr && for_old == nullptr) {
        message +=
            "; with set_old noise is measured in the same way, and takes what differs so for noise";
      }
      add(Weight::Note, "copies_ask_in_their_own_name", field.location, std::move(message));
    }
  }

  /// Whoever listens on the way has it.
  void look_at_ways_of_secrets() {
    for (const strangler::RolloutPlan& plan : configuration_.rollouts) {
      if (!plan.shadow) continue;
      look_at_way(plan, plan.shadow->set, &Route::successor);
      look_at_way(plan, plan.shadow->set_old, &Route::legacy);
    }
  }

  void look_at_way(const strangler::RolloutPlan& plan,
                   const std::vector<strangler::CopyField>& fields, std::string Route::* side) {
    const auto secret = std::ranges::find_if(
        fields, [](const strangler::CopyField& each) { return !each.file.empty(); });
    if (secret == fields.end()) return;
    for (const strangler::UpstreamGroup& group : configuration_.upstreams) {
      const bool is_asked = std::ranges::any_of(configuration_.routes, [&](const Route& route) {
        return route.rollout == plan.name && route.*side == group.name;
      });
      if (!is_asked || group.tls || is_of_this_machine(group)) continue;
      add(Weight::Note, "secret_in_the_clear", secret->location,
          "copies of " + plan.name + " bring the secret of " + secret->name + " to [upstreams." +
              group.name +
              "] without TLS: whoever listens on the way has it. Give it a section "
              "[upstreams." +
              group.name + ".tls], if that side speaks it");
    }
  }

  static bool is_of_this_machine(const strangler::UpstreamGroup& group) {
    return std::ranges::all_of(group.instances, [](const auto& each) {
      return each.host.starts_with(http::kUnixPrefix) || http::is_loopback(each.host);
    });
  }

  /// Of those by which a copy is from another than the client: a secret, or what users are told
  /// apart by.
  const strangler::CopyField* first_name(const std::vector<strangler::CopyField>& fields) const {
    const auto found = std::ranges::find_if(fields, [&](const strangler::CopyField& each) {
      return !each.file.empty() || tells_users_apart(each.name);
    });
    return found == fields.end() ? nullptr : &*found;
  }

  bool tells_users_apart(const std::string& field) const {
    return std::ranges::any_of(configuration_.stickiness_keys,
                               [&](const strangler::StickinessKey& key) {
                                 return key.source == strangler::StickinessKey::Source::Header &&
                                        http::names_are_alike(key.name, field);
                               });
  }

  /// Other secrets are refused when they are open to everybody; keys are often laid out by others.
  void look_at_keys() {
    const auto look = [this](const strangler::NamedFile& key) {
      if (const auto open = serving::why_open_to_everybody((folder_ / key.name).string())) {
        add(Weight::Warning, "key_open_to_everybody", key.location, *open);
      }
    };
    for (const strangler::TlsListeners& each : configuration_.tls) {
      for (const strangler::CertificateFiles& files : each.tls.certificates) look(files.key);
    }
    for (const strangler::UpstreamGroup& group : configuration_.upstreams) {
      if (group.tls && group.tls->certificate) look(group.tls->certificate->key);
    }
  }

  void look_at_operators() {
    const auto listening = preview_.listening();
    const auto operators = std::ranges::find(listening, true, &Preview::Listening::operators);
    if (operators == listening.end()) {
      add(Weight::Warning, "no_operators", {},
          "nobody can reach the operators' pages (/_banyan/, /metrics), and `banyan next` cannot "
          "either; set operators = \"127.0.0.1:9180\" in [proxy]");
    } else if (operators->clients && configuration_.operators_token_file.empty()) {
      add(Weight::Note, "operators_among_clients", {},
          "clients and operators share " + operators->url +
              ": whoever can call it from this machine moves traffic. Set operators = "
              "\"127.0.0.1:9180\" in [proxy], or operators_token_file, above all where another "
              "proxy "
              "stands in front");
    } else if (!operators->clients && !operators->of_this_machine) {
      add(Weight::Warning, "operators_in_the_clear", {},
          "operators bring their token to " + operators->url +
              " without TLS: whoever listens on the way moves traffic afterwards. Use a loopback "
              "address, and a tunnel to it");
    }
  }

  void look_at_trust() {
    // Two that have nothing in common but that they are addresses.
    constexpr std::array<std::array<const char*, 2>, 2> kAnybody{
        {{"8.0.0.1", "203.0.113.1"}, {"2001:db8::1", "2a00::1"}}};
    const auto peers = strangler::TrustedPeers::parse(configuration_.trusted_peers);
    for (const auto& [one, other] : kAnybody) {
      if (!peers || !peers->contains(one) || !peers->contains(other)) continue;
      add(Weight::Warning, "everybody_is_trusted", {},
          "trusted_peers takes everybody's word about who the client is (X-Forwarded-For): limits, "
          "logs and stickiness then go by what clients make up. Name the proxies in front only");
      break;
    }
    for (const strangler::UpstreamGroup& group : configuration_.upstreams) {
      if (!group.tls || !group.tls->insecure_verify_none) continue;
      add(Weight::Warning, "unverified_upstream", group.tls->location,
          "[upstreams." + group.name +
              ".tls] takes whoever answers for the upstream (verify = \"insecure-none\"); name "
              "its authority with ca = \"FILE\" instead");
    }
  }

  void look_at_stickiness() {
    const bool anything_moves = !configuration_.rollouts.empty() ||
                                std::ranges::any_of(configuration_.routes, [](const Route& route) {
                                  return !route.rollout.empty();
                                });
    if (!anything_moves) return;
    // Whoever comes without all that stands before it is told apart by this one.
    const auto answers_always =
        std::ranges::find_if(configuration_.stickiness_keys, [](const StickinessKey& key) {
          return key.source == Source::Address || key.source == Source::Visit;
        });
    look_at_first_visits(answers_always);
    look_at_the_unheard(answers_always);
    if (const auto cookie = strangler::visit_cookie(configuration_.stickiness_keys);
        (cookie.starts_with("__Host-") || cookie.starts_with("__Secure-")) &&
        configuration_.tls.empty() && configuration_.trusted_peers.empty()) {
      add(Weight::Warning, "visit_never_kept", {},
          "browsers keep a cookie named " + std::string(cookie) +
              " only where it is Secure, and it is that for clients that speak TLS: to "
              "[[proxy.tls]], or to one of trusted_peers. There is neither, so each request is a "
              "visit of its own. Name it \"visit\"");
    }
  }

  /// A cookie that an answer sets changes what its user is known by from the next request on.
  void look_at_first_visits(Keys answers_always) {
    constexpr const char* kWhen =
        ". Change it before a rollout begins, or at 0% or 100%, for all users get other buckets at "
        "once";
    const std::vector<StickinessKey>& keys = configuration_.stickiness_keys;
    const auto cookie =
        std::ranges::find(keys.begin(), answers_always, Source::Cookie, &StickinessKey::source);
    if (cookie == answers_always) return;
    if (answers_always != keys.end() && answers_always->source == Source::Visit) {
      add(Weight::Warning, "first_visit_moves", {},
          "in sticky the cookie " + cookie->name +
              " stands before \"visit\": a first visit goes by the id that it is given, until the "
              "application sets its cookie, and from then on by that, perhaps on the other side. "
              "Put \"visit\" before the cookie" +
              kWhen);
      return;
    }
    add(Weight::Note, "first_visit_moves", {},
        "in sticky the cookie " + cookie->name +
            " is what users go by, and a first visit has none yet: its page goes by what stands "
            "behind it, in the end the address, and what it asks next by the cookie that the page "
            "has set, perhaps on the other side; so does what is asked after a login that sets "
            "another. With \"visit\" in its place page, assets and login stay together" +
            kWhen);
  }

  /// Behind "visit" some are asked where no visit can begin, and by what is exported.
  void look_at_the_unheard(Keys answers_always) {
    const std::vector<StickinessKey>& keys = configuration_.stickiness_keys;
    if (answers_always == keys.end()) return;
    const bool by_visit = answers_always->source == Source::Visit;
    for (auto each = answers_always + 1; each != keys.end(); ++each) {
      if (each->source == Source::Address || each->source == Source::Visit) continue;
      const bool is_header = each->source == Source::Header;
      const std::string key = (is_header ? "header:" : "cookie:") + each->name;
      add(by_visit && !is_header ? Weight::Note : Weight::Warning, "sticky_unheard", {},
          in_quotes(key) + " stands behind " +
              (by_visit ? "\"visit\" in sticky, and is asked only where no visit can begin: of "
                          "other methods than GET and HEAD without its cookie, and by what banyan "
                          "export writes"
                        : "\"address\" in sticky, and is never asked: everybody has an address") +
              ". Put it before, or leave it out");
    }
  }

  void look_at_loops() {
    std::vector<strangler::Address> own;
    for (const auto& each : configuration_.listen) own.push_back(each.address);
    for (const auto& tls : configuration_.tls) {
      for (const auto& each : tls.listen) own.push_back(each.address);
    }
    if (configuration_.operators) own.push_back(*configuration_.operators);
    const auto leads_here = [&](const strangler::Address& address) {
      return std::ranges::any_of(own, [&](const strangler::Address& listening) {
        if (listening == address) return listening.port != 0 || address.host.starts_with("unix:");
        const bool any = listening.host == "0.0.0.0" || listening.host == "::";
        return any && listening.port == address.port && http::is_loopback(address.host);
      });
    };
    for (const strangler::UpstreamGroup& group : configuration_.upstreams) {
      if (std::ranges::none_of(group.instances, leads_here)) continue;
      add(Weight::Warning, "leads_to_itself", {},
          "[upstreams." + group.name +
              "] is an address on which this proxy listens itself, and a request that comes round "
              "is refused (508); name the address of the application");
    }
  }

  /// What no route is for.
  void look_at_the_rest_of_requests() {
    if (may_be_of_an_application(configuration_)) return;
    const auto found = [&](std::string_view method) {
      return preview_.request(method, "/banyan-check/no-such-path").answer ==
             Preview::Answer::Route;
    };
    if (found("GET") && found("BANYAN-CHECK")) return;
    add(Weight::Note, "no_catch_all", {},
        "what no route is for is answered 404 (405 where the path has other methods) by the proxy; "
        "to pass all the rest on, add a route with prefix = \"/\" and methods = [\"*\"]");
  }

  const Preview& preview_;
  const Configuration& configuration_;
  const ControlStoreNow& store_;
  std::filesystem::path folder_;
  std::vector<Finding> found_;
};

}  // namespace

std::string_view to_string(Weight weight) {
  switch (weight) {
    case Weight::Problem: return "problem";
    case Weight::Warning: return "warning";
    case Weight::Note: break;
  }
  return "note";
}

bool may_be_of_an_application(const Configuration& configuration) {
  return configuration.routes.empty();
}

std::vector<Finding> findings(const Preview& preview, const ControlStoreNow& store,
                              const std::string& config_file) {
  return Check(preview, store, config_file).run();
}

}  // namespace banyan::cli::check
