// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/keys.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace banyan::strangler {
namespace {

using enum KeyKind;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
/// In milliseconds: no time in the file may be longer, but for streams.
constexpr std::uint64_t kHour = 3'600'000;
constexpr std::uint64_t kDay = 24 * kHour;

constexpr std::array kProxy = std::to_array<Key>({
    {.name = "listen",
     .kind = List,
     .otherwise = "needed, or `tls`",
     .example = R"(["127.0.0.1:8080"])",
     .help = "addresses and Unix sockets for clients, without TLS; an entry may be a table "
             "`{ address = \"0.0.0.0:8080\" }`",
     .at_restart = true},
    {.name = "tls",
     .kind = Tables,
     .otherwise = "none",
     .example = "[[proxy.tls]] with two brackets, once for each set of certificates",
     .help = "`[[proxy.tls]]`, listeners with TLS"},
    {.name = "operators",
     .kind = Text,
     .otherwise = "loopback entries of `listen`",
     .example = R"("127.0.0.1:9180")",
     .help = "where `/_banyan/`, `/metrics` and `/health/…` are, and nothing else is",
     .at_restart = true},
    {.name = "operators_token_file",
     .kind = Text,
     .otherwise = "none",
     .example = R"("operators.token")",
     .help = "the file with the operators' token, without which `operators` must be loopback or a "
             "Unix socket; with it, it is asked for where clients come too"},
    {.name = "half_close",
     .kind = Flag,
     .preset = "false",
     .help = "a client that has ended its sending side waits for its answer; else it counts as "
             "gone",
     .at_restart = true},
    {.name = "control_store",
     .kind = Text,
     .preset = R"("control.db")",
     .help =
         "the file with the stages of the rollouts and the log of their changes, beside this one",
     .at_restart = true},
    {.name = "sticky",
     .kind = Texts,
     .preset = R"(["address"])",
     .example = R"(["cookie:session", "address"])",
     .help = "what users are told apart by, in this order: `\"cookie:NAME\"`, `\"header:NAME\"`, "
             "`\"address\"`"},
    {.name = "trusted_peers",
     .kind = Texts,
     .otherwise = "nobody",
     .example = R"(["10.0.0.0/8", "unix:"])",
     .help = "addresses and networks whose word about clients is taken; `\"unix:\"` is whoever "
             "comes by a Unix socket",
     .at_restart = true},
    {.name = "drop_fields",
     .kind = Texts,
     .otherwise = "none",
     .example = R"(["X-Tenant", "X-Auth-*"])",
     .help = "further header fields that only a trusted peer may send",
     .at_restart = true},
    {.name = "pass_fields",
     .kind = Texts,
     .otherwise = "none",
     .example = R"(["X-Tenant", "X-Auth-*"])",
     .help = "header fields that anybody may send although they are a proxy's to say",
     .at_restart = true},
    {.name = "ignore_case",
     .kind = Flag,
     .preset = "false",
     .help = "letters of ASCII in paths match in either case, in routes that do not say it "
             "themselves"},
    {.name = "ignore_last_slash",
     .kind = Flag,
     .preset = "false",
     .help = "`/albums/` matches where `/albums` does, in routes that do not say it themselves"},
});

constexpr std::array kListenEntry = std::to_array<Key>({
    {.name = "address",
     .kind = Text,
     .otherwise = "needed",
     .example = R"("127.0.0.1:8080")",
     .help = "the address",
     .at_restart = true},
});

constexpr std::array kMinimumVersion = std::to_array<KeyChoice>({{"1.2"}, {"1.3"}});
constexpr std::array kClientCertificates =
    std::to_array<KeyChoice>({{"off"}, {"optional"}, {"required"}});

constexpr std::array kListenerTls = std::to_array<Key>({
    {.name = "listen",
     .kind = List,
     .otherwise = "needed",
     .example = R"(["0.0.0.0:443"])",
     .help = "addresses and Unix sockets where TLS is spoken",
     .at_restart = true},
    {.name = "certificates",
     .kind = Tables,
     .otherwise = "needed",
     .example = R"([{chain = "shop.pem", key = "shop.key"}])",
     .help = "chosen by the name that the client asks for; the first where none fits"},
    {.name = "minimum_version",
     .kind = Choice,
     .preset = R"("1.2")",
     .choices = kMinimumVersion,
     .help = "the oldest version of TLS that is spoken; what is older than 1.2 is broken"},
    {.name = "client_certificates",
     .kind = Choice,
     .preset = R"("off")",
     .choices = kClientCertificates,
     .help = "whether clients are asked for a certificate of their own"},
    {.name = "client_ca",
     .kind = Text,
     .otherwise = "none",
     .example = R"("partners.pem")",
     .help = "the file with the authorities that may sign clients' certificates"},
});

constexpr std::array kCertificate = std::to_array<Key>({
    {.name = "chain",
     .kind = Text,
     .otherwise = "needed",
     .example = R"("shop.pem")",
     .help = "the file with the certificate and those between it and the authority (PEM)"},
    {.name = "key",
     .kind = Text,
     .otherwise = "needed",
     .example = R"("shop.key")",
     .help = "the file with its private key (PEM)"},
});

constexpr std::array kLimits = std::to_array<Key>({
    {.name = "connections",
     .kind = Number,
     .preset = "10000",
     .least = 1,
     .most = 1'000'000,
     .help = "connections of clients; further ones are told 503 with `Retry-After` and closed",
     .at_restart = true},
    {.name = "connections_per_client",
     .kind = Number,
     .preset = "1000",
     .least = 1,
     .most = 1'000'000,
     .help = "the same by address (of IPv6: by /64); trusted peers have no limit",
     .at_restart = true},
    {.name = "target_bytes",
     .kind = Size,
     .preset = R"("8KiB")",
     .least = 256,
     .most = kMiB,
     .help = "of a request's target, a part of `header_bytes`; beyond it 414",
     .at_restart = true},
    {.name = "header_bytes",
     .kind = Size,
     .preset = R"("32KiB")",
     .least = kKiB,
     .most = kMiB,
     .help = "of a request's head; beyond it 431",
     .at_restart = true},
    {.name = "header_fields",
     .kind = Number,
     .preset = "100",
     .least = 1,
     .most = 10'000,
     .help = "in a request's head; beyond it 431",
     .at_restart = true},
    {.name = "body_bytes",
     .kind = Size,
     .preset = R"("1GiB")",
     .least = 0,
     .most = 1ULL << 50U,
     .help = "of a request's body; beyond it 413",
     .at_restart = true},
    {.name = "header_time",
     .kind = Time,
     .preset = R"("10s")",
     .most = kHour,
     .help = "for the head of a request; beyond it 408",
     .at_restart = true},
    {.name = "body_time",
     .kind = Time,
     .preset = R"("60s")",
     .most = kHour,
     .help = "between two pieces of a request's body; beyond it 408",
     .at_restart = true},
    {.name = "body_rate",
     .kind = Size,
     .preset = "240",
     .least = 0,
     .most = kGiB,
     .help = "bytes a second of a request's body, on average and after `body_grace`; below it 408. "
             "Only the time counts in which the client is waited for; 0 is any rate",
     .at_restart = true},
    {.name = "body_grace",
     .kind = Time,
     .preset = R"("10s")",
     .most = kHour,
     .help = "before `body_rate` is asked for",
     .at_restart = true},
    {.name = "uploads_per_client",
     .kind = Number,
     .preset = "256",
     .least = 0,
     .most = 1'000'000,
     .help = "bodies of one client that still come; beyond it 503. A trusted peer that speaks for "
             "many has no limit; 0 is any number",
     .at_restart = true},
    {.name = "idle_time",
     .kind = Time,
     .preset = R"("75s")",
     .most = kHour,
     .help = "between two requests of a connection; then it is closed",
     .at_restart = true},
    {.name = "write_time",
     .kind = Time,
     .preset = R"("30s")",
     .most = kHour,
     .help = "while a client takes nothing of its answer; then it is cut",
     .at_restart = true},
    {.name = "tunnel_time",
     .kind = Time,
     .preset = R"("10m")",
     .most = kHour,
     .help = "in which neither side of a WebSocket says anything; then it is cut",
     .at_restart = true},
    {.name = "pinned_tunnel_time",
     .kind = Time,
     .otherwise = "no limit",
     .most = kHour,
     .help = "of a WebSocket on a side from which its user has moved away; it ends at a moment of "
             "its own between a half and the whole of it",
     .at_restart = true},
    {.name = "total_time",
     .kind = Time,
     .otherwise = "no limit",
     .most = kHour,
     .help = "for a whole exchange, up and down; beyond it 504 (408 if it was the client who was "
             "slow), or the answer is cut if it has begun",
     .at_restart = true},
    {.name = "drain_time",
     .kind = Time,
     .preset = R"("30s")",
     .most = kHour,
     .help = "at the stop, for what is under way; what is left then is cut",
     .at_restart = true},
    {.name = "drain_spread",
     .kind = Time,
     .preset = R"("1s")",
     .most = kHour,
     .help = "at the stop, the part of `drain_time` over which clients are told to go",
     .at_restart = true},
});

constexpr std::array kFormats = std::to_array<KeyChoice>(
    {{"json", "one object a line"}, {"combined", "as Apache and nginx write it"}});

constexpr std::array kAccessLog = std::to_array<Key>({
    {.name = "file",
     .kind = Text,
     .otherwise = "needed",
     .example = R"("access.log")",
     .help = "beside this file; `\"-\"` is standard output",
     .at_restart = true},
    {.name = "format",
     .kind = Choice,
     .preset = R"("json")",
     .choices = kFormats,
     .help = "how a line is written; the fields are [in the page about logs](logs.md)",
     .at_restart = true},
    {.name = "share",
     .kind = Share,
     .preset = R"("100%")",
     .help = "of the requests that get a line; not 0 %",
     .at_restart = true},
});

constexpr std::array kTracing = std::to_array<Key>({
    {.name = "collector",
     .kind = Text,
     .otherwise = "none",
     .example = R"("http://127.0.0.1:4318")",
     .help = "who takes spans by OTLP over HTTP",
     .at_restart = true},
    {.name = "share",
     .kind = Share,
     .preset = R"("0%")",
     .help = "of the traces that begin here, for the collector",
     .at_restart = true},
    {.name = "slow",
     .kind = Time,
     .preset = R"("500ms")",
     .most = kHour,
     .help = "what takes longer is kept for `/_banyan/traces`",
     .at_restart = true},
});

constexpr std::array kBalances =
    std::to_array<KeyChoice>({{"round_robin", "each instance in turn"},
                              {"least_loaded", "the one with the fewest requests under way"}});

constexpr std::array kUpstream = std::to_array<Key>({
    {.name = "instances",
     .kind = Texts,
     .otherwise = "needed",
     .example = R"(["127.0.0.1:9000"])",
     .help = "instances of one service: `\"host:port\"`, `\"[2001:db8::1]:80\"`, `\"unix:/path\"`"},
    {.name = "connect_time",
     .kind = Time,
     .preset = R"("2s")",
     .most = kHour,
     .help = "to connect to an instance"},
    {.name = "answer_time",
     .kind = Time,
     .preset = R"("60s")",
     .most = kHour,
     .help = "to the head of the answer; beyond it 504"},
    {.name = "stall_time",
     .kind = Time,
     .preset = R"("60s")",
     .most = kHour,
     .help = "between two pieces of an answer's body; then it is cut"},
    {.name = "stream_time",
     .kind = Time,
     .preset = R"("60m")",
     .most = kDay,
     .help = "the same in a stream of events (`text/event-stream`)"},
    {.name = "max_answer_head",
     .kind = Size,
     .preset = R"("256KiB")",
     .least = kKiB,
     .most = 8 * kMiB,
     .help = "of an answer's head; beyond it 502, which is held against no instance"},
    {.name = "max_answer_fields",
     .kind = Number,
     .preset = "1000",
     .least = 1,
     .most = 10'000,
     .help = "in an answer's head; beyond it the same"},
    {.name = "host",
     .kind = Text,
     .otherwise = "the client's",
     .example = R"("shop.internal")",
     .help = "what the application hears as `Host`"},
    {.name = "connections",
     .kind = Number,
     .preset = "256",
     .least = 1,
     .most = 65'535,
     .help = "kept for reuse, for each instance and loop"},
    {.name = "balance",
     .kind = Choice,
     .preset = R"("round_robin")",
     .choices = kBalances,
     .help = "which instance gets the next request"},
    {.name = "max_requests",
     .kind = Number,
     .preset = "1024",
     .least = 1,
     .most = 1'000'000,
     .help = "under way at one instance, at most half of them uploads whose clients still send; "
             "beyond it another one is asked, and when all are full 503 with `Retry-After`"},
    {.name = "health",
     .kind = Table,
     .otherwise = "no checks",
     .example = R"({ path = "/health/ready", every = "5s" })",
     .help = "asks each instance by itself how it is"},
    {.name = "breaker",
     .kind = Table,
     .otherwise = "none; for calls between modules the presets below",
     .example = R"({ failures = "50%", open_time = "5s" })",
     .help = "stops asking the whole upstream for a while"},
    {.name = "retries",
     .kind = Table,
     .otherwise = "the presets below",
     .example = R"({ share = "20%", per_second = 10 })",
     .help = "how many requests may be sent once more"},
    {.name = "tls",
     .kind = Table,
     .otherwise = "plain HTTP",
     .example = R"({ ca = "authorities.pem" })",
     .help = "TLS is spoken to the instances; `tls = {}` with the system's authorities"},
});

constexpr std::array kHealth = std::to_array<Key>({
    {.name = "path",
     .kind = Text,
     .preset = R"("/health/ready")",
     .help = "what is asked for with GET, with its query"},
    {.name = "host",
     .kind = Text,
     .otherwise = "the upstream's `host`, else the instance's address",
     .example = R"("shop.internal")",
     .help = "what the application hears as `Host`"},
    {.name = "headers",
     .kind = Table,
     .otherwise = "none",
     .example = R"({ Authorization = "Basic …" })",
     .help = "further header fields of the check"},
    {.name = "expect",
     .kind = List,
     .preset = R"(["200-399"])",
     .example = R"(["200-399"] or [200, 401])",
     .help = "statuses that are a pass, 200 to 599"},
    {.name = "every",
     .kind = Time,
     .preset = R"("5s")",
     .most = kHour,
     .help = "between two checks of an instance"},
    {.name = "timeout", .kind = Time, .preset = R"("1s")", .most = kHour, .help = "for a check"},
    {.name = "healthy_after",
     .kind = Number,
     .preset = "2",
     .least = 1,
     .most = 100,
     .help = "passes in a row, after which an ejected instance is used again"},
    {.name = "unhealthy_after",
     .kind = Number,
     .preset = "3",
     .least = 1,
     .most = 100,
     .help = "failures in a row, after which an instance is ejected"},
});

constexpr std::array kBreaker = std::to_array<Key>({
    {.name = "min_requests",
     .kind = Number,
     .preset = "10",
     .least = 1,
     .most = 1'000'000,
     .help = "fewer of them within `window` never open it"},
    {.name = "failures",
     .kind = Share,
     .preset = R"("50%")",
     .help = "the share of failed requests from which on it opens; not 0 %"},
    {.name = "window",
     .kind = Time,
     .preset = R"("10s")",
     .most = kHour,
     .help = "the time whose requests are counted"},
    {.name = "open_time",
     .kind = Time,
     .preset = R"("5s")",
     .most = kHour,
     .help = "for which nothing is asked; then one request at a time goes through"},
    {.name = "probes",
     .kind = Number,
     .preset = "2",
     .least = 1,
     .most = 100,
     .help = "successes in a row that close it again"},
});

constexpr std::array kRetries = std::to_array<Key>({
    {.name = "share",
     .kind = Share,
     .preset = R"("20%")",
     .help = "of the requests of the last ten seconds"},
    {.name = "per_second",
     .kind = Number,
     .preset = "10",
     .least = 0,
     .most = 1'000'000,
     .help = "so many in any case"},
});

constexpr std::array kVerify = std::to_array<KeyChoice>(
    {{"full"}, {"insecure-none", "takes anybody who answers for the upstream"}});

constexpr std::array kUpstreamTls = std::to_array<Key>({
    {.name = "ca",
     .kind = Text,
     .otherwise = "the system's",
     .example = R"("authorities.pem")",
     .help = "the file with the authorities that may sign the instances' certificates"},
    {.name = "server_name",
     .kind = Text,
     .otherwise = "the instance's host",
     .example = R"("shop.internal")",
     .help = "the name that the certificate must have"},
    {.name = "certificate",
     .kind = Table,
     .otherwise = "none",
     .example = R"({chain = "shop.pem", key = "shop.key"})",
     .help = "the proxy's own, for instances that ask for one"},
    {.name = "minimum_version",
     .kind = Choice,
     .preset = R"("1.2")",
     .choices = kMinimumVersion,
     .help = "the oldest version of TLS that is spoken"},
    {.name = "verify",
     .kind = Choice,
     .preset = R"("full")",
     .choices = kVerify,
     .help = "whether the certificate is checked"},
});

constexpr std::array kRollout = std::to_array<Key>({
    {.name = "steps",
     .kind = Texts,
     .preset = R"(["1%", "10%", "50%", "100%"])",
     .example = R"(["1%", "10%", "50%", "100%"])",
     .help = "the shares of the reads that `banyan next NAME` walks along; they grow, and the last "
             "is 100 %"},
    {.name = "plan",
     .kind = Table,
     .otherwise = "the usual plan, as below",
     .example = R"({ dwell = "30m" })",
     .help = "how it moves by itself, when `banyan plan NAME start` begins that"},
    {.name = "compare",
     .kind = Table,
     .otherwise = "by the types of the port, else exactly",
     .example = R"({ headers = ["Content-Type"] })",
     .help = "when answers of the two sides count as the same"},
    {.name = "shadow",
     .kind = Table,
     .otherwise = "at the stage `shadow` as below, else no copies",
     .example = R"({ share = "10%", credentials = "pass" })",
     .help = "which reads the other side is asked as well, for comparison only"},
    {.name = "fallback",
     .kind = Table,
     .otherwise = "nobody answers in the new side's place",
     .example = R"({ reads = true })",
     .help = "when the old side answers in place of a new one that has failed"},
    {.name = "testers",
     .kind = Table,
     .otherwise = "the percentage decides for everybody",
     .example = R"({ new = ["203.0.113.9"] })",
     .help = "who may choose a side"},
});

constexpr std::array kTesters = std::to_array<Key>({
    {.name = "header",
     .kind = Text,
     .otherwise = "none",
     .example = R"("X-Side")",
     .help = "the field by which a request chooses: `new` or `old`, and after a blank the secret. "
             "It never goes on as it came: without the secret where its word counts, else not at "
             "all. Rollouts may share one, with the same proof"},
    {.name = "secret_file",
     .kind = Text,
     .otherwise = "nobody's word counts by a secret",
     .example = R"("testers.secret")",
     .help = "whose first line, of 16 characters or more, makes it count; relative to this file, "
             "read again with it"},
    {.name = "from_trusted_peers",
     .kind = Flag,
     .preset = "false",
     .help = "the word of `trusted_peers` counts without the secret: only where these take the "
             "field out of what their own clients send"},
    {.name = "new",
     .kind = Texts,
     .otherwise = "nobody",
     .example = R"(["4711", "203.0.113.9"])",
     .help = "who is on the new side: what `sticky` knows them by. Whoever can say such a key is "
             "on it, so name none that can be guessed"},
    {.name = "old",
     .kind = Texts,
     .otherwise = "nobody",
     .example = R"(["4712"])",
     .help = "the same for the old side"},
});

constexpr std::array kCopyCredentials = std::to_array<KeyChoice>(
    {{"skip", "they are not copied"}, {"pass", "copies have them"}, {"drop", "copies lack them"}});

constexpr std::array kShadow = std::to_array<Key>({
    {.name = "share",
     .kind = Share,
     .preset = R"("10%")",
     .help = "of the reads; `\"0%\"` with `at_least = 0` is none"},
    {.name = "at_least",
     .kind = Number,
     .preset = "10",
     .least = 0,
     .most = 1'000'000,
     .help = "copies of each operation a minute, whatever the share, so that what is rarely asked "
             "is compared too"},
    {.name = "noise",
     .kind = Share,
     .preset = R"("10%")",
     .help = "of the copies those that ask the old side a second time in place of the new one: "
             "what it differs from itself in is noise"},
    {.name = "credentials",
     .kind = Choice,
     .preset = R"("skip")",
     .choices = kCopyCredentials,
     .help = "what becomes of requests with Cookie or Authorization"},
    {.name = "time",
     .kind = Time,
     .preset = R"("5s")",
     .most = kHour,
     .help = "for a copy as a whole, then it is given up"},
    {.name = "at_once",
     .kind = Number,
     .preset = "16",
     .least = 1,
     .most = 10'000,
     .help = "copies under way; for more there is no room, and they are not made"},
    {.name = "max_request",
     .kind = Size,
     .preset = R"("64KiB")",
     .most = kGiB,
     .help = "of a request's body; longer ones are not copied"},
    {.name = "max_answer",
     .kind = Size,
     .preset = R"("256KiB")",
     .least = 1,
     .most = kGiB,
     .help = "of an answer's body; longer ones are not compared"},
    {.name = "memory",
     .kind = Size,
     .preset = R"("16MiB")",
     .least = 1,
     .most = 64 * kGiB,
     .help = "for all that is kept of requests and answers at a time; what has no room is not "
             "copied"},
});

constexpr std::array kWriteFallback = std::to_array<KeyChoice>(
    {{"never"},
     {"unsent", "those of which not a byte was sent"},
     {"keyed", "those, and those with an Idempotency-Key, which both sides must know"}});

constexpr std::array kFallback = std::to_array<Key>({
    {.name = "reads",
     .kind = Flag,
     .preset = "true",
     .help = "reads fall back, while the writes are on the old side or `shared_data` says that it "
             "makes no difference"},
    {.name = "writes",
     .kind = Choice,
     .preset = R"("never")",
     .choices = kWriteFallback,
     .help = "which writes fall back; needs `shared_data`"},
    {.name = "shared_data",
     .kind = Flag,
     .preset = "false",
     .help = "both sides work on the same data, so that the old side's is good even when the new "
             "one writes"},
});

constexpr std::array kExamples = std::to_array<KeyChoice>(
    {{"masked", "every text is replaced by its form"}, {"clear", "personal data is shown"}});

constexpr std::array kPlan = std::to_array<Key>({
    {.name = "steps",
     .kind = Texts,
     .preset = R"(["1%", "5%", "25%", "50%", "100%"])",
     .example = R"(["1%", "10%", "100%", "writes"])",
     .help = "the shares of the reads, which grow; after `100%` may come `writes`, which moves the "
             "writes as a whole"},
    {.name = "dwell",
     .kind = Time,
     .preset = R"("10m")",
     .most = 366 * kDay,
     .help = "how long a step lasts at least"},
    {.name = "samples",
     .kind = Number,
     .preset = "1000",
     .least = 0,
     .most = 1'000'000'000,
     .help = "requests of each operation that the new side has to get in a step"},
    {.name = "waived",
     .kind = Texts,
     .otherwise = "none",
     .example = R"(["getCover"])",
     .help = "operations that need not be shown to be good, because hardly anybody asks for them; "
             "worse they may not be"},
    {.name = "back_dwell",
     .kind = Time,
     .preset = R"("30s")",
     .most = 366 * kDay,
     .help = "how long a step lasts on a way back that is no emergency"},
});

constexpr std::array kCompare = std::to_array<Key>({
    {.name = "headers",
     .kind = Texts,
     .preset = R"(["content-type", "location"])",
     .example = R"(["Content-Type", "ETag"])",
     .help = "header fields of answers that are compared"},
    {.name = "request_headers",
     .kind = Texts,
     .preset = R"(["accept", "accept-language", "content-type", "if-none-match", "range"])",
     .example = R"(["Accept", "X-Tenant"])",
     .help =
         "header fields of requests that examples keep; never credentials, whatever is said here"},
    {.name = "examples",
     .kind = Choice,
     .preset = R"("masked")",
     .choices = kExamples,
     .help = "whether examples show what requests and answers said, or the form of it"},
    {.name = "fields",
     .kind = Tables,
     .otherwise = "none",
     .example = "[[rollouts.NAME.compare.fields]] with two brackets, once for each field",
     .help = "rules for fields"},
});

constexpr std::array kCompareAs = std::to_array<KeyChoice>(
    {{"exact"},
     {"number", "no further apart than `within`"},
     {"time", "of RFC 3339, no further apart than `within`"},
     {"generated_id", "each side makes its own, always the same for the same thing"},
     {"any_order", "a list whose order says nothing"},
     {"same_form", "there, and of about that length"},
     {"ignored", "`until` a day, by an `owner`, for a reason (`why`)"}});

constexpr std::array kCompareField = std::to_array<Key>({
    {.name = "path",
     .kind = Text,
     .otherwise = "needed",
     .example = R"("/albums/*/released_at")",
     .help = "where the field is in the body, with `*` for any element or any key, or "
             "`\"header:NAME\"`; a rule covers what is below it too where it says ignored or form"},
    {.name = "operation",
     .kind = Text,
     .otherwise = "all of them",
     .example = R"("browse")",
     .help = "whose answers are meant: an operation of a module, or a route's name"},
    {.name = "as",
     .kind = Choice,
     .preset = R"("exact")",
     .choices = kCompareAs,
     .help = "when two values count as the same"},
    {.name = "within",
     .kind = Text,
     .otherwise = "needed with `number` and `time`",
     .example = R"("2s")",
     .help = "how far apart: `\"0.01\"`, `\"1%\"` of the old side's value, `\"2s\"`"},
    {.name = "key",
     .kind = Text,
     .otherwise = "all of an element",
     .example = R"("id")",
     .help = "with `any_order`: the field that tells the elements apart"},
    {.name = "until",
     .kind = Text,
     .otherwise = "needed with `ignored`",
     .example = R"("2027-03-31")",
     .help = "the last day; from the next one on it counts as a difference, and says so"},
    {.name = "owner",
     .kind = Text,
     .otherwise = "needed with `ignored`",
     .example = R"("catalog team")",
     .help = "who answers for it"},
    {.name = "why",
     .kind = Text,
     .otherwise = "needed with `ignored`",
     .example = R"("the old side rounds down, see #123")",
     .help = "the reason"},
    {.name = "open",
     .kind = Flag,
     .preset = "false",
     .help = "no personal data: examples show its texts as they are"},
});

constexpr std::array kEffects = std::to_array<KeyChoice>(
    {{"read", "changes nothing, may move by percentage"}, {"write", "moves as a whole"}});
constexpr std::array kIrregular = std::to_array<KeyChoice>(
    {{"refuse_ambiguous", "refuses those that could be read as the path of another route"},
     {"pass", "refuses none"},
     {"refuse", "refuses all"}});

constexpr std::array kRoute = std::to_array<Key>({
    {.name = "path",
     .kind = Text,
     .otherwise = "needed, or `prefix`",
     .example = R"("/albums/{id}")",
     .help = "this path; a `{parameter}` is one segment"},
    {.name = "prefix",
     .kind = Text,
     .otherwise = "needed, or `path`",
     .example = R"("/albums")",
     .help = "this path and all below it"},
    {.name = "methods",
     .kind = Texts,
     .otherwise = "needed",
     .example = R"(["GET", "HEAD"])",
     .help = "by name, those of RFC 9110 and of IANA's registry; `[\"*\"]` is any; GET stands for "
             "HEAD"},
    {.name = "name",
     .kind = Text,
     .otherwise = "methods and path",
     .example = R"("browse")",
     .help = "in status, log and metrics"},
    {.name = "effect",
     .kind = Choice,
     .otherwise = "by method: GET, HEAD and other safe methods are reads, all others writes",
     .choices = kEffects,
     .help = "what all requests of the route are"},
    {.name = "legacy",
     .kind = Text,
     .otherwise = "needed",
     .example = R"("NAME" of a section [upstreams.NAME])",
     .help = "the upstream that has answered so far"},
    {.name = "successor",
     .kind = Text,
     .otherwise = "none",
     .example = R"("NAME" of a section [upstreams.NAME])",
     .help = "the upstream that is to answer; with `rollout`"},
    {.name = "rollout",
     .kind = Text,
     .otherwise = "none",
     .example = R"("NAME" of a section [rollouts.NAME])",
     .help = "by whose stage the traffic moves to the successor"},
    {.name = "legacy_path",
     .kind = Table,
     .otherwise = "as it came",
     .example = R"({ strip = "/shop", add = "/v2" })",
     .help = "another beginning of the path, for the legacy upstream"},
    {.name = "successor_path",
     .kind = Table,
     .otherwise = "as it came",
     .example = R"({ strip = "/shop", add = "/v2" })",
     .help = "the same for the successor"},
    {.name = "irregular_paths",
     .kind = Choice,
     .preset = R"("refuse_ambiguous")",
     .choices = kIrregular,
     .help = "what becomes of paths that are spelled unusually (`%2F`, `//`, `..`)"},
    {.name = "ignore_case",
     .kind = Flag,
     .otherwise = "as `[proxy]` says",
     .help = "letters of ASCII match in either case"},
    {.name = "ignore_last_slash",
     .kind = Flag,
     .otherwise = "as `[proxy]` says",
     .help = "`/albums/` matches where `/albums` does"},
});

constexpr std::array kPathChange = std::to_array<Key>({
    {.name = "strip",
     .kind = Text,
     .otherwise = "nothing",
     .example = R"("/shop")",
     .help = "the first segments of the route's path, which are taken away"},
    {.name = "add",
     .kind = Text,
     .otherwise = "nothing",
     .example = R"("/v2")",
     .help = "what is put there"},
});

constexpr std::array kSections = std::to_array<KeySection>({
    {"[proxy]", "Where it listens and whom it believes.", kProxy},
    {"an entry of listen", "Where an entry of `listen` is a table.", kListenEntry},
    {"[[proxy.tls]]", "Listeners with TLS, once for each set of certificates.", kListenerTls},
    {"an entry of certificates",
     "`{chain = \"shop.pem\", key = \"shop.key\"}`; so is `certificate` "
     "of an upstream.",
     kCertificate},
    {"[limits]", "What clients may take.", kLimits},
    {"[access_log]", "A line for each request; without the section there is none.", kAccessLog},
    {"[tracing]", "Which traces are recorded, and who takes them.", kTracing},
    {"[upstreams.NAME]",
     "Where requests go. The name has up to 64 lower-case letters, digits, `-` and `_`. The "
     "section "
     "of a module that the program calls is in force from the next start on.",
     kUpstream},
    {"[upstreams.NAME.health]", "Health checks.", kHealth},
    {"[upstreams.NAME.breaker]", "The circuit breaker.", kBreaker},
    {"[upstreams.NAME.retries]", "The retry budget.", kRetries},
    {"[upstreams.NAME.tls]", "TLS to the instances.", kUpstreamTls},
    {"[rollouts.NAME]", "Traffic that moves; its stage is in the control store.", kRollout},
    {"[rollouts.NAME.plan]", "How traffic moves by itself, when somebody starts that.", kPlan},
    {"[rollouts.NAME.compare]", "How the answers of the two sides are compared.", kCompare},
    {"[[rollouts.NAME.compare.fields]]",
     "When the values of a field count as the same, once for each field. What is not said here is "
     "compared by its type, and exactly where that says nothing.",
     kCompareField},
    {"[rollouts.NAME.shadow]",
     "Copies of reads for the other side, at the stages `shadow` and "
     "`canary`. Writes are never copied.",
     kShadow},
    {"[rollouts.NAME.fallback]",
     "When the new side fails before its answer has begun: it cannot be reached, does not answer "
     "in time, or answers a read with 500, 502, 503 or 504.",
     kFallback},
    {"[rollouts.NAME.testers]",
     "Who may choose a side, whatever the percentage: by a header that carries proof, or by a "
     "list. "
     "Only reads are sent to another side than the writes are on, and only where the matrix of "
     "stages lets a canary be; they count for no verdict and are not compared.",
     kTesters},
    {"[[routes]]", "What a request is taken for and where it goes, once for each route.", kRoute},
    {"legacy_path, successor_path", "How the path is changed on the way.", kPathChange},
});

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

/// "a" (meaning), "b" or "c".
std::string all_choices(std::span<const KeyChoice> choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) text += i + 1 == choices.size() ? " or " : ", ";
    text += quoted(choices[i].value);
    if (!choices[i].meaning.empty()) text.append(" (").append(choices[i].meaning).append(")");
  }
  return text;
}

}  // namespace

std::span<const KeySection> key_sections() { return kSections; }

std::span<const Key> keys_of(std::string_view section) {
  const auto* const found = std::ranges::find(kSections, section, &KeySection::name);
  if (found == kSections.end()) {
    throw std::logic_error("no keys are declared for " + std::string(section));
  }
  return found->keys;
}

std::string time_text(std::uint64_t milliseconds) {
  if (milliseconds % 60'000 == 0) return std::to_string(milliseconds / 60'000) + 'm';
  if (milliseconds % 1'000 == 0) return std::to_string(milliseconds / 1'000) + 's';
  return std::to_string(milliseconds) + "ms";
}

std::string expected_of(const Key& key) {
  const std::string example(key.example);
  const std::string from = std::to_string(key.least) + " to " + std::to_string(key.most);
  switch (key.kind) {
    case Flag: return "true or false";
    case Number: return "an integer from " + from;
    case Size: return "a number of bytes from " + from + R"(, or a text such as "64KiB" or "1GiB")";
    case Time:
      return "a time from 1ms to " + time_text(key.most) + R"( such as "500ms", "10s" or "2m")";
    case Share: return R"(a percentage in quotes, such as "25%")";
    case Choice: return all_choices(key.choices);
    case Text: return "a text in quotes";
    case Texts:
    case List: return "a list such as " + example;
    case Table: return "a table such as " + example;
    case Tables: return example.starts_with("[[") ? example : "a list such as " + example;
  }
  return example;
}

}  // namespace banyan::strangler
