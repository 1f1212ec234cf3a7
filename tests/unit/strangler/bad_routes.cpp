// SPDX-License-Identifier: Apache-2.0
#include "bad_configurations.hpp"

namespace banyan::test {

std::vector<BadFile> bad_routes() {
  return {
      {"PathChanges",
       R"([[routes]]
prefix = "/shop"
methods = ["GET"]
effect = "read"
legacy = "old"
legacy_path = { strip = "/sho", add = "v2" }
successor_path = { add = "/v3/" }
[[routes]]
path = "/a/{id}"
methods = ["GET"]
effect = "read"
legacy = "old"
legacy_path = { strip = "/a/{id}" }
[[routes]]
path = "/b"
methods = ["GET"]
effect = "read"
legacy = "old"
legacy_path = {}
)",
       R"(banyan.toml:10:25: strip is "/sho", and the route's own path, /shop, does not begin with it
banyan.toml:10:39: add is "v2", expected the first segments of a path as plain text, such as "/shop"
banyan.toml:11:1: successor_path without a successor
banyan.toml:11:26: add is "/v3/", expected the first segments of a path as plain text, such as "/shop"
banyan.toml:17:25: strip is "/a/{id}", expected the first segments of a path as plain text, such as "/shop"
banyan.toml:23:15: legacy_path says neither what to strip nor what to add
)"},
      {"RoutesWithOneBracket",
       R"([routes]
path = "/"
)",
       R"(banyan.toml:5:1: routes is a table, expected [[routes]] with two brackets, once for each route
)"},
      {"EmptyRoute",
       R"([[routes]]
)",
       R"(banyan.toml:5:1: [[routes]] lacks path, such as path = "/albums/{id}", or prefix, such as prefix = "/albums"
banyan.toml:5:1: [[routes]] lacks methods, such as methods = ["GET"], or ["*"] for all
banyan.toml:5:1: [[routes]] lacks legacy, such as legacy = "NAME" of a section [upstreams.NAME]
)"},
      {"UnknownMethod",
       R"([[routes]]
methods = ["get", "FETCH"]
path = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:6:12: unknown method "get". Did you mean "GET"?
banyan.toml:6:19: unknown method "FETCH". Known: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, and those of the registry such as PROPFIND; any other goes to a route with methods = ["*"].
)"},
      {"TwoRoutesForAllMethods",
       R"([[routes]]
methods = ["*"]
prefix = "/"
legacy = "old"
ignore_last_slash = 1
[[routes]]
name = "other"
methods = ["*"]
prefix = "/"
legacy = "old"
)",
       R"(banyan.toml:9:21: ignore_last_slash is an integer, expected true or false
banyan.toml:13:10: "other" and "* /" both match * / and below; give them different methods or paths
)"},
      {"UnknownRuleForIrregularPaths",
       R"([[routes]]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
irregular_paths = "passes"
)",
       R"(banyan.toml:10:19: irregular_paths is "passes", expected "refuse_ambiguous" (refuses those that could be read as the path of another route), "pass" (refuses none) or "refuse" (refuses all). Did you mean "pass"?
)"},
      {"MethodsAreText",
       R"([[routes]]
methods = "GET"
path = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:6:11: methods is a text, expected a list such as ["GET", "HEAD"]
)"},
      {"MethodsAreEmpty",
       R"([[routes]]
methods = []
path = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:6:11: methods is empty, expected at least one entry, as in ["GET", "HEAD"]
)"},
      {"PathAndPrefix",
       R"([[routes]]
methods = ["GET"]
path = "/a"
prefix = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:8:1: a route has either path (this path) or prefix (this path and all below it), not both
)"},
      {"PathWithoutSlash",
       R"([[routes]]
methods = ["GET"]
path = "albums"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "albums" is no path of a route: a path begins with "/"
)"},
      {"PathWithStar",
       R"([[routes]]
methods = ["GET"]
path = "/albums/*"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/albums/*" is no path of a route: "*" has no meaning here; "prefix" matches everything below a path, and "{name}" matches one segment
)"},
      {"PathWithDots",
       R"([[routes]]
methods = ["GET"]
path = "/a/../b"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a/../b" is no path of a route: a route cannot have a segment ".."
)"},
      {"PathWithEscape",
       R"([[routes]]
methods = ["GET"]
path = "/a%20b"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a%20b" is no path of a route: a route is written without escapes: put the character itself instead of "a%20b"
)"},
      {"PathWithQuery",
       R"([[routes]]
methods = ["GET"]
path = "/a?x=1"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a?x=1" is no path of a route: a path has no query, fragment, parameters or backslash, and "a?x=1" has
)"},
      {"PathWithEmptySegment",
       R"([[routes]]
methods = ["GET"]
path = "/a//b"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a//b" is no path of a route: a path has no empty segment ("//")
)"},
      {"ParameterTwice",
       R"([[routes]]
methods = ["GET"]
path = "/a/{id}/b/{id}"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a/{id}/b/{id}" is no path of a route: the parameter {id} is there twice
)"},
      {"ParameterName",
       R"([[routes]]
methods = ["GET"]
path = "/a/{}"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a/{}" is no path of a route: a parameter has a name of letters, digits and "_", and "{}" has not
)"},
      {"PrefixWithSlash",
       R"([[routes]]
methods = ["GET"]
prefix = "/a/"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:10: "/a/" is no path of a route: a prefix is whole segments: write "/a" without the last "/"
)"},
      {"UnknownEffect",
       R"([[routes]]
methods = ["GET"]
path = "/a"
effect = "reads"
legacy = "old"
)",
       R"(banyan.toml:8:10: effect is "reads", expected "read" (changes nothing, may move by percentage) or "write" (moves as a whole). Did you mean "read"?
)"},
      {"UnknownUpstream",
       R"([[routes]]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "odl"
)",
       R"(banyan.toml:9:10: there is no [upstreams.odl]. Did you mean "old"?
)"},
      {"UnknownRollout",
       R"([rollouts.catalog]
[[routes]]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
successor = "old"
rollout = "catalogue"
)",
       R"(banyan.toml:12:11: there is no [rollouts.catalogue]. Did you mean "catalog"?
)"},
      {"RolloutWithoutSuccessor",
       R"([rollouts.catalog]
[[routes]]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
rollout = "catalog"
)",
       R"(banyan.toml:11:1: a route with a rollout needs a successor: the upstream that its traffic moves to
)"},
      {"SuccessorWithoutRollout",
       R"([[routes]]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
successor = "old"
)",
       R"(banyan.toml:10:1: a route with a successor needs a rollout, by whose stage its traffic moves
)"},
      {"UnknownRouteKey",
       R"([[routes]]
method = ["GET"]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:6:1: unknown key "method" in [[routes]]. Did you mean "methods"?
)"},
      {"AmbiguousRoutes",
       R"([[routes]]
name = "a"
methods = ["GET"]
path = "/a/{x}"
effect = "read"
legacy = "old"
[[routes]]
name = "b"
methods = ["GET", "POST"]
path = "/a/{y}"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:14:8: "b" and "a" both match GET /a/{y}; give them different methods or paths
)"},
      {"SameName",
       R"([[routes]]
name = "a"
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
[[routes]]
name = "a"
methods = ["GET"]
path = "/b"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:14:8: there are two routes "a"; a name names one
)"},
      {"EmptyText",
       R"([[routes]]
name = ""
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:6:8: name is empty
)"},
  };
}

}  // namespace banyan::test
