// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/comparison/rules.hpp"
#include "banyan/forwarding/stickiness_key.hpp"
#include "banyan/routing/route.hpp"
#include "banyan/routing/route_table.hpp"
#include "banyan/routing/tls_settings.hpp"
#include "banyan/stages/percent.hpp"
#include "banyan/verdict/plan_runner.hpp"

/// banyan.toml: the structure of a strangler, never its stages (those are in the control store), so
/// that reading the file again never undoes a shift.
namespace banyan::strangler {

/// Something wrong in a configuration file.
struct FileProblem {
  std::string file;
  FileLocation location;
  std::string message;  ///< what is wrong, what was expected, what was probably meant
};
/// "banyan.toml:12:3: …", the form that editors jump to.
std::string to_string(const FileProblem& problem);
/// One line each.
std::string to_string(const std::vector<FileProblem>& problems);

struct Address {
  /// A name or an IP address, IPv6 without brackets; or "unix:" and the path of a Unix socket.
  std::string host;
  std::uint16_t port = 0;  ///< 0 with a Unix socket
  friend bool operator==(const Address&, const Address&) = default;
};

/// An entry of `listen`: an address, or a table with `address` and what else there is to say about
/// that listener.
struct ListenPoint {
  Address address;  ///< an IP address or a Unix socket; port 0: any free one
  friend bool operator==(const ListenPoint&, const ListenPoint&) = default;
};

/// `[limits]`: what clients may take. The defaults are a careful operator's.
struct Limits {
  std::uint32_t connections = 10'000;  ///< in all; further ones are told 503
  /// From one address, unless it is a trusted peer's; further ones are told 503.
  std::uint32_t connections_per_client = 1'000;
  std::uint32_t target_bytes = 8 * 1024;
  std::uint32_t header_bytes = 32 * 1024;
  std::uint32_t header_fields = 100;
  std::uint64_t body_bytes = 1024ull * 1024 * 1024;
  std::chrono::milliseconds header_time{10'000};
  std::chrono::milliseconds body_time{60'000};
  std::uint64_t body_rate = 240;                 ///< bytes a second of a body, on average; 0 is any
  std::chrono::milliseconds body_grace{10'000};  ///< before that is asked for
  std::uint32_t uploads_per_client = 256;        ///< bodies that still come; 0 is any number
  std::chrono::milliseconds idle_time{75'000};
  std::chrono::milliseconds write_time{30'000};  ///< while a client takes nothing of its answer
  /// While neither side of a WebSocket says anything.
  std::chrono::milliseconds tunnel_time{600'000};
  /// Of a WebSocket on a side from which its user's traffic has moved away; 0 is none.
  std::chrono::milliseconds pinned_tunnel_time{0};
  /// From the head of a request to the end of its answer; 0 is none, for an answer that is a stream
  /// has no end.
  std::chrono::milliseconds total_time{0};
  std::chrono::milliseconds drain_time{30'000};
  /// At the stop, clients are told to go at moments spread over this time, which is a part of
  /// `drain_time`.
  std::chrono::milliseconds drain_spread{1'000};
  friend bool operator==(const Limits&, const Limits&) = default;
};

/// `[access_log]`.
struct AccessLogPlan {
  std::string file;  ///< as written, relative to the file's folder; "-" is standard output
  bool json = true;  ///< `format`; else "combined"
  Percent share = Percent::all();  ///< of the requests that get a line
  friend bool operator==(const AccessLogPlan&, const AccessLogPlan&) = default;
};

/// `[tracing]`.
struct TracingPlan {
  std::string collector;  ///< "http://127.0.0.1:4318"; "": traces are kept for the page only
  Percent share = Percent::none();      ///< of the traces that begin here, for the collector
  std::chrono::milliseconds slow{500};  ///< what takes longer is kept for the page
  friend bool operator==(const TracingPlan&, const TracingPlan&) = default;
};

/// `health` of an upstream: asks each instance by itself how it is.
struct HealthCheck {
  std::string path = "/health/ready";
  std::string host;  ///< in the Host field; "" is the upstream's `host`, or the instance's address
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::pair<unsigned, unsigned>> expect{{200, 399}};  ///< statuses that are a pass
  std::chrono::milliseconds every{5'000};
  std::chrono::milliseconds timeout{1'000};
  std::uint32_t healthy_after = 2;    ///< passes in a row
  std::uint32_t unhealthy_after = 3;  ///< failures in a row
  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

/// `breaker` of an upstream: when it is not asked at all.
struct BreakerPlan {
  std::uint32_t min_requests = 10;  ///< fewer of them within `window` never open it
  Percent failures = Percent::of_hundredths(5'000).value();  ///< from this share on it opens
  std::chrono::milliseconds window{10'000};
  std::chrono::milliseconds open_time{5'000};  ///< then one request at a time goes through
  std::uint32_t probes = 2;                    ///< successes in a row that close it again
  friend bool operator==(const BreakerPlan&, const BreakerPlan&) = default;
};

/// `retries` of an upstream: what may be added to the requests by sending some again.
struct RetryPlan {
  /// Of the requests of the last ten seconds.
  Percent share = Percent::of_hundredths(2'000).value();
  std::uint32_t per_second = 10;  ///< in any case
  friend bool operator==(const RetryPlan&, const RetryPlan&) = default;
};

/// `[upstreams.NAME]`: instances of one and the same service.
struct UpstreamGroup {
  std::string name;
  std::vector<Address> instances;  ///< at least one
  std::chrono::milliseconds connect_time{2'000};
  std::chrono::milliseconds answer_time{60'000};     ///< until the head of the answer
  std::chrono::milliseconds stall_time{60'000};      ///< between two pieces of a body
  std::chrono::milliseconds stream_time{3'600'000};  ///< between two pieces of an event stream
  std::uint64_t max_answer_head = 256 * 1024;        ///< bytes
  std::uint32_t max_answer_fields = 1'000;
  std::string host;  ///< what it is called, in the Host field; "" is what the client said
  std::uint32_t connections = 256;  ///< kept for reuse, per instance and loop
  bool least_loaded =
      false;  ///< `balance`: the instance with the fewest requests, not each in turn
  std::uint32_t max_requests = 1'024;  ///< under way, per instance; more are told 503
  std::optional<HealthCheck> health;
  std::optional<BreakerPlan> breaker;  ///< none: always asked
  RetryPlan retries;
  std::optional<UpstreamTls> tls;  ///< none: plain HTTP
  friend bool operator==(const UpstreamGroup&, const UpstreamGroup&) = default;
};

/// What becomes of requests that say who asks (CredentialFields), where others are copied. What
/// `cookies` and `set` take away, or say in its place, says it no more.
enum class CopyCredentials : std::uint8_t {
  Skip,  ///< they are not copied
  Pass,  ///< their copies say it too
  Drop,  ///< their copies are anonymous
};

/// `cookies` of that: which of a client's cookies copies have, by name; one that ends in "*" is the
/// beginning of names. One of the two lists, or none: then all of them.
struct CopyCookies {
  std::vector<std::string> pass{};  ///< these and no others
  std::vector<std::string> drop{};  ///< all but these
  friend bool operator==(const CopyCookies&, const CopyCookies&) = default;
};

/// An entry of `set` or `set_old` of that: a field that copies for one side say themselves, in
/// place of what the client says in it. A secret is in a file, and never here.
struct CopyField {
  std::string name;
  std::string value{};   ///< "" where a file has it
  std::string file{};    ///< as written: its only line is the value; "": there is none
  std::string scheme{};  ///< said before what the file has: "Bearer"
  FileLocation location{};
  friend bool operator==(const CopyField& left, const CopyField& right) {
    return left.name == right.name && left.value == right.value && left.file == right.file &&
           left.scheme == right.scheme;
  }
};

/// `[rollouts.NAME.shadow]`: which reads the other side is asked as well, for comparison only, and
/// how much all that may cost.
struct ShadowPlan {
  Percent share = Percent::of_hundredths(1'000).value();  ///< of the reads
  std::uint32_t at_least = 10;                            ///< of each operation, a minute
  Percent noise = Percent::of_hundredths(1'000).value();  ///< of the copies: the old side, twice
  CopyCredentials credentials = CopyCredentials::Skip;
  std::vector<std::string> secret_fields{};  ///< that say who asks too, in lower case
  CopyCookies cookies{};
  std::vector<CopyField> set{};             ///< in copies for the new side
  std::vector<CopyField> set_old{};         ///< in copies for the old side
  std::chrono::milliseconds time{5'000};    ///< for a copy as a whole
  std::uint32_t at_once = 16;               ///< copies under way
  std::uint64_t max_request = 64 * 1024;    ///< bytes of a request's body
  std::uint64_t max_answer = 256 * 1024;    ///< bytes of an answer's body
  std::uint64_t memory = 16 * 1024 * 1024;  ///< for all that is kept of them at a time
  friend bool operator==(const ShadowPlan&, const ShadowPlan&) = default;
};

/// Which writes the old side may be asked when the new one has failed.
enum class WriteFallback : std::uint8_t {
  Never,
  Unsent,  ///< those of which the new side provably has not seen a byte
  Keyed,   ///< those, and those with an idempotency key, which both sides know
};

/// `[rollouts.NAME.fallback]`: when the old side answers in place of a new one that has failed.
struct FallbackPlan {
  bool reads = true;
  WriteFallback writes = WriteFallback::Never;
  bool shared_data = false;  ///< both sides work on the same data, whoever writes it
  friend bool operator==(const FallbackPlan&, const FallbackPlan&) = default;
};

/// `[rollouts.NAME.testers]`: who may choose a side, whatever the percentage.
struct TestersPlan {
  std::string header;       ///< in which a request says "new" or "old"; "": in none
  std::string secret_file;  ///< as written: has what makes anybody's word count; "": there is none
  bool from_trusted_peers = false;    ///< whose word counts without it
  std::vector<std::string> new_side;  ///< what their requests are known by: keys of stickiness
  std::vector<std::string> old_side;
  friend bool operator==(const TestersPlan&, const TestersPlan&) = default;
};

/// `[rollouts.NAME]`.
struct RolloutPlan {
  std::string name;
  std::vector<Percent> steps;              ///< ascending, the last is 100 %
  bool reads_only = false;                 ///< writes of the same paths stay, and that is meant
  ComparisonPlan compare{};                ///< when the answers of both sides count as the same
  bool clear_examples = false;             ///< `examples` of `compare`: personal data is shown
  std::optional<ShadowPlan> shadow{};      ///< none: the usual one, at the stage shadow only
  std::optional<FallbackPlan> fallback{};  ///< none: nobody answers in the new side's place
  std::optional<TestersPlan> testers{};    ///< none: the percentage decides for everybody
  Plan plan = Plan::usual();               ///< how it moves by itself, when somebody starts that
  // Where the file has them, in their order: for what can be told only by who knows all operations.
  std::vector<FileLocation> rule_places{};    ///< of the rules of `compare`
  std::vector<FileLocation> waived_places{};  ///< of `waived` of `plan`
};

/// `[[proxy.tls]]`: where TLS is spoken.
struct TlsListeners {
  std::vector<ListenPoint> listen;  ///< at least one
  ListenerTls tls;
};

struct Configuration {
  std::vector<ListenPoint> listen;  ///< plain HTTP
  std::vector<TlsListeners> tls;    ///< in the order of the file
  /// Where the operators' pages are and nothing else is; loopback or a Unix socket. Without it they
  /// are where `listen` is one of these.
  std::optional<Address> operators;
  /// Where other processes of the application find what is for them only: an address of its own, or
  /// one of `tls`. Of applications that are told so; the file has no word for it.
  std::optional<Address> internal;
  std::string operators_token_file;  ///< as written; "": operators are on this machine only
  /// A client that has closed its sending side waits for its answer; else it counts as gone.
  bool half_close = false;
  /// What routes ignore of a path that say nothing of their own about it.
  bool ignore_case = false;
  bool ignore_last_slash = false;
  /// Addresses and networks of proxies in front whose word about the client is taken; "unix:" is
  /// whoever comes by a Unix socket.
  std::vector<std::string> trusted_peers;
  /// Fields of clients that are left out besides those that are always
  /// (forwarding/client_words.hpp), and of those the ones that pass. An entry that ends in "*" is
  /// the beginning of names.
  std::vector<std::string> drop_fields;
  std::vector<std::string> pass_fields;
  std::string control_store;  ///< as written, relative to the file's folder
  /// What stickiness goes by besides the principal, in order.
  std::vector<StickinessKey> stickiness_keys;
  Limits limits;
  std::optional<AccessLogPlan> access_log;
  TracingPlan tracing;
  std::vector<UpstreamGroup> upstreams;  ///< sorted by name
  std::vector<RolloutPlan> rollouts;     ///< sorted by name
  std::vector<Route> routes;             ///< in the order of the file
  /// What else decides where requests go, each as it is written but for order, layout and comments:
  /// "upstream NAME", "rollout NAME", "sticky". To be compared, see the switch log.
  std::map<std::string, std::string> canonical_parts;

  const UpstreamGroup* upstream(std::string_view name) const;
  const RolloutPlan* rollout(std::string_view name) const;
  std::vector<std::string> rollout_names() const;
};

/// Reads the text of a configuration and checks it as a whole: all problems at once, in the order
/// of the file. `file` is only for messages.
std::expected<Configuration, std::vector<FileProblem>> parse_configuration(std::string_view text,
                                                                           const std::string& file);

/// The same from disk.
std::expected<Configuration, std::vector<FileProblem>> read_configuration(const std::string& file);

}  // namespace banyan::strangler
