// SPDX-License-Identifier: Apache-2.0
// What a request is taken for, and where it goes.
#include <array>

#include "key_sections.hpp"

namespace banyan::strangler {
namespace {

using enum KeyKind;

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

constexpr std::array kRoutesSections = std::to_array<KeySection>({
    {"[[routes]]", "What a request is taken for and where it goes, once for each route.", kRoute},
    {"legacy_path, successor_path", "How the path is changed on the way.", kPathChange},
});

}  // namespace

std::span<const KeySection> sections_of_routes() { return kRoutesSections; }

}  // namespace banyan::strangler
