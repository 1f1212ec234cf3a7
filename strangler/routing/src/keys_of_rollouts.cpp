// SPDX-License-Identifier: Apache-2.0
// What moves, how by itself, what is compared, copied and answered in place, and who may choose.
#include <array>

#include "key_sections.hpp"
#include "key_values.hpp"

namespace banyan::strangler {
namespace {

using enum KeyKind;

constexpr std::array kRollout = std::to_array<Key>({
    {.name = "steps",
     .kind = Texts,
     .preset = R"(["1%", "10%", "50%", "100%"])",
     .example = R"(["1%", "10%", "50%", "100%"])",
     .help = "the shares of the reads that `banyan next NAME` walks along; they grow, and the last "
             "is 100 %"},
    {.name = "reads_only",
     .kind = Flag,
     .preset = "false",
     .help =
         "its reads move and writes of the same paths do not, and that is meant: `banyan check` "
         "warns of none"},
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
     .help = "what becomes of requests that say who asks: in Cookie, Authorization, X-Api-Key and "
             "the like, in a field that `sticky` goes by, or in one of `secret_fields`"},
    {.name = "secret_fields",
     .kind = Texts,
     .otherwise = "none",
     .example = R"(["X-Session", "X-Ticket"])",
     .help = "header fields by which this application knows who asks, besides those: no copy has "
             "them but with `credentials = \"pass\"`, and no example ever has"},
    {.name = "cookies",
     .kind = Table,
     .otherwise = "all of them, or none, as `credentials` has it",
     .example = R"({ drop = ["_ga*"] })",
     .help = "which of a client's cookies copies have, by name"},
    {.name = "set",
     .kind = Table,
     .otherwise = "none",
     .example = R"({ Authorization = { file = "catalog.token" }, X-Tenant = "shadow" })",
     .help = "header fields that copies for the new side say, in place of what the client has said "
             "in them: a text, or a table with the file of a secret. What is said so is no word of "
             "the client's, and `credentials` not about it. Not those that are about the message, "
             "the connection or where a request comes from"},
    {.name = "set_old",
     .kind = Table,
     .otherwise = "none",
     .example = R"({ Authorization = { file = "shop.token" } })",
     .help = "the same for copies that ask the old side: those that measure noise, and those of "
             "what the new side has answered"},
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

constexpr std::array kCopyCookies = std::to_array<Key>({
    {.name = "pass",
     .kind = Texts,
     .otherwise = "all but those of `drop`",
     .example = R"(["language"])",
     .help =
         "these and no others; needs `credentials = \"pass\"`, or `\"drop\"`, with which copies "
         "have these and nothing else that says who asks"},
    {.name = "drop",
     .kind = Texts,
     .otherwise = "none but by `pass`",
     .example = R"(["_ga*", "consent"])",
     .help =
         "all but these; with `credentials = \"skip\"` whoever has no others says nothing of who "
         "asks, and is copied"},
});

constexpr std::array kCopyFieldFile = std::to_array<Key>({
    {.name = "file",
     .kind = Text,
     .otherwise = "needed",
     .example = R"("catalog.token")",
     .help =
         "whose only line is the value; relative to this file, read again with it. Refused where "
         "everybody on the machine may read it"},
    {.name = "scheme",
     .kind = Text,
     .otherwise = "the value is what the file has",
     .example = R"("Bearer")",
     .help = "a word that is said before it, with a blank between"},
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

constexpr std::array kRolloutsSections = std::to_array<KeySection>({
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
    {"[rollouts.NAME.shadow.cookies]",
     "Which cookies copies have, by one of two lists. Names are exact; one that ends in `*` is the "
     "beginning of names.",
     kCopyCookies},
    {"[rollouts.NAME.shadow.set.FIELD]",
     "A secret that copies say in a field, in `set` and in `set_old`. It is never in this file, in "
     "a log or in an example.",
     kCopyFieldFile},
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
});

}  // namespace

std::span<const KeySection> sections_of_rollouts() { return kRolloutsSections; }

}  // namespace banyan::strangler
