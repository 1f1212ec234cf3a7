// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/path_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banyan::http {
namespace {

using testing::ElementsAre;

PathEntry route(std::string name, std::initializer_list<std::string_view> methods, std::string path,
                PathKind kind = PathKind::Template) {
  PathEntry route;
  route.name = std::move(name);
  for (const std::string_view method : methods) {
    if (method == "*") {
      route.methods = MethodSet::any();
    } else {
      EXPECT_TRUE(route.methods.add(method)) << method;
    }
  }
  route.path = std::move(path);
  route.kind = kind;
  return route;
}

PathTable table(std::vector<PathEntry> routes) {
  auto built = PathTable::build(std::move(routes));
  EXPECT_TRUE(built) << built.error().front().message;
  return std::move(*built);
}

std::vector<std::string> problems(std::vector<PathEntry> routes) {
  std::vector<std::string> messages;
  const auto built = PathTable::build(std::move(routes));
  if (built) return messages;
  for (const PathProblem& each : built.error()) messages.push_back(each.message);
  return messages;
}

/// "name", "404", "405 GET, HEAD" or "400: why".
std::string look(const PathTable& routes, std::string_view method, std::string_view target) {
  const PathMatch match = routes.match(method, target);
  if (match.fault) return "400: " + std::string(to_string(*match.fault));
  if (match.found()) return routes.entries()[match.entry].name;
  return match.allowed.empty() ? "404" : "405 " + match.allowed.to_string();
}

PathTable shop() {
  return table({route("list", {"GET"}, "/albums"), route("add", {"POST"}, "/albums"),
                route("get", {"GET", "PUT"}, "/albums/{id}"), route("new", {"GET"}, "/albums/new"),
                route("tracks", {"GET"}, "/albums/{id}/tracks"),
                route("best", {"GET"}, "/albums/new/{year}"),
                route("images", {"*"}, "/albums/images", PathKind::Prefix),
                route("shop-stock", {"GET"}, "/shops/{shop}/stock", PathKind::Prefix)});
}

TEST(ThePathTable, FindsTheOperation) {
  const PathTable routes = shop();
  EXPECT_EQ(look(routes, "GET", "/albums"), "list");
  EXPECT_EQ(look(routes, "POST", "/albums"), "add");
  EXPECT_EQ(look(routes, "GET", "/albums?page=2&x=/../y"), "list");
  EXPECT_EQ(look(routes, "GET", "/albums/alb_1"), "get");
  EXPECT_EQ(look(routes, "GET", "/albums/alb_1/tracks"), "tracks");
}

TEST(ThePathTable, PrefersALiteralToAParameter) {
  const PathTable routes = shop();
  EXPECT_EQ(look(routes, "GET", "/albums/new"), "new");
  EXPECT_EQ(look(routes, "GET", "/albums/new/2026"), "best");
}

TEST(ThePathTable, ListsItsEntriesInTheOrderInWhichTheyWin) {
  const PathTable routes =
      table({route("all", {"*"}, "/", PathKind::Prefix),
             route("below", {"GET"}, "/albums", PathKind::Prefix),
             route("one", {"GET"}, "/albums/{id}"), route("any way", {"*"}, "/albums/new"),
             route("new", {"GET"}, "/albums/new"), route("albums", {"GET"}, "/albums")});
  std::vector<std::string> names;
  for (const std::size_t each : routes.by_precedence()) {
    names.push_back(routes.entries()[each].name);
  }
  EXPECT_THAT(names, ElementsAre("albums", "new", "any way", "one", "below", "all"));
}

TEST(ThePathTable, GoesBackToTheParameterWhenTheLiteralLeadsNowhere) {
  const PathTable routes = shop();
  EXPECT_EQ(look(routes, "PUT", "/albums/new"), "get");
  // "/albums/new/{year}" is the more special by its second segment.
  EXPECT_EQ(look(routes, "GET", "/albums/new/tracks"), "best");
}

TEST(ThePathTable, MatchesPrefixesByWholeSegments) {
  const PathTable routes = shop();
  EXPECT_EQ(look(routes, "GET", "/albums/images"), "images");
  EXPECT_EQ(look(routes, "DELETE", "/albums/images/a/b"), "images");
  EXPECT_EQ(look(routes, "GET", "/albums/images/"), "images");
  EXPECT_EQ(look(routes, "GET", "/albums/imagesque"), "get");
  EXPECT_EQ(look(routes, "GET", "/shops/berlin/stock/rare"), "shop-stock");
  EXPECT_EQ(look(routes, "GET", "/shops/berlin"), "404");
}

TEST(ThePathTable, PrefersTheLongestPrefixThatHasTheMethod) {
  const PathTable routes = table({route("all", {"*"}, "/", PathKind::Prefix),
                                  route("albums", {"GET"}, "/albums", PathKind::Prefix),
                                  route("rare", {"GET"}, "/albums/rare", PathKind::Prefix)});
  EXPECT_EQ(look(routes, "GET", "/albums/rare/1"), "rare");
  EXPECT_EQ(look(routes, "GET", "/albums/1"), "albums");
  EXPECT_EQ(look(routes, "POST", "/albums/1"), "all");
  EXPECT_EQ(look(routes, "PROPFIND", "/albums/rare"), "all");
  EXPECT_EQ(look(routes, "GET", "/"), "all");
}

TEST(ThePathTable, PrefersWhoNamesTheMethodToWhoTakesAll) {
  const PathTable routes = table({route("all", {"*"}, "/", PathKind::Prefix),
                                  route("some", {"*"}, "/shop", PathKind::Prefix),
                                  route("read", {"GET"}, "/shop", PathKind::Prefix),
                                  route("any", {"*"}, "/cart"), route("add", {"POST"}, "/cart")});
  EXPECT_EQ(look(routes, "GET", "/shop/1"), "read");
  EXPECT_EQ(look(routes, "HEAD", "/shop/1"), "read") << "as GET";
  EXPECT_EQ(look(routes, "POST", "/shop/1"), "some");
  EXPECT_EQ(look(routes, "BREW", "/shop/1"), "some");
  EXPECT_EQ(look(routes, "POST", "/cart"), "add");
  EXPECT_EQ(look(routes, "PROPFIND", "/cart"), "any");
  EXPECT_EQ(look(routes, "GET", "/cart/1"), "all");
}

TEST(ThePathTable, KnowsMethodsOfOtherProtocolsByName) {
  const PathTable routes = table({route("dav", {"PROPFIND", "MKCOL"}, "/dav", PathKind::Prefix),
                                  route("get", {"GET"}, "/dav", PathKind::Prefix)});
  EXPECT_EQ(look(routes, "PROPFIND", "/dav/a"), "dav");
  EXPECT_EQ(look(routes, "MKCOL", "/dav/a"), "dav");
  EXPECT_EQ(look(routes, "BREW", "/dav/a"), "405 GET, HEAD, MKCOL, PROPFIND");
  for (const char* safe : {"GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "QUERY"}) {
    EXPECT_TRUE(is_safe_method(safe)) << safe;
  }
  for (const char* other : {"POST", "PUT", "DELETE", "PATCH", "MKCOL", "BREW", "get", ""}) {
    EXPECT_FALSE(is_safe_method(other)) << other;
  }
}

TEST(ThePathTable, TellsWhatIsMissingFromWhatIsNotAllowed) {
  const PathTable routes = shop();
  EXPECT_EQ(look(routes, "GET", "/artists"), "404");
  EXPECT_EQ(look(routes, "DELETE", "/albums"), "405 GET, HEAD, POST");
  EXPECT_EQ(look(routes, "PATCH", "/albums/new"), "405 GET, HEAD, PUT");
  EXPECT_EQ(look(routes, "get", "/albums"), "405 GET, HEAD, POST");
}

TEST(ThePathTable, TakesHeadWhereGetGoesUnlessSomebodyElseClaimsIt) {
  EXPECT_EQ(look(shop(), "HEAD", "/albums"), "list");
  const PathTable routes = table({route("get", {"GET"}, "/a"), route("head", {"HEAD"}, "/a")});
  EXPECT_EQ(look(routes, "HEAD", "/a"), "head");
  EXPECT_EQ(look(routes, "GET", "/a"), "get");
}

TEST(ThePathTable, TellsAPathFromTheSamePathWithASlash) {
  const PathTable routes = table({route("plain", {"GET"}, "/a"), route("slash", {"GET"}, "/a/"),
                                  route("root", {"GET"}, "/"), route("one", {"GET"}, "/b/{x}")});
  EXPECT_EQ(look(routes, "GET", "/a"), "plain");
  EXPECT_EQ(look(routes, "GET", "/a/"), "slash");
  EXPECT_EQ(look(routes, "GET", "/"), "root");
  EXPECT_EQ(look(routes, "GET", "/b/"), "404");
}

TEST(ThePathTable, IgnoresCaseAndLastSlashWhereAnEntrySaysSo) {
  PathEntry loose = route("loose", {"GET"}, "/albums/{id}");
  loose.ignore_case = loose.ignore_last_slash = true;
  PathEntry slash = route("slash", {"GET"}, "/Shops/");
  slash.ignore_last_slash = true;
  PathEntry below = route("below", {"GET"}, "/K\xC3\xBCnstler", PathKind::Prefix);
  below.ignore_case = true;
  const PathTable routes =
      table({loose, slash, below, route("exact", {"GET"}, "/Albums/new"),
             route("strict", {"GET"}, "/tracks/{id}"), route("all", {"*"}, "/", PathKind::Prefix)});
  for (const char* target :
       {"/albums/1", "/Albums/1", "/ALBUMS/1/", "/%41lbums/1", "/albums/new"}) {
    EXPECT_EQ(look(routes, "GET", target), "loose") << target;
  }
  EXPECT_EQ(look(routes, "GET", "/Albums/new"), "exact") << "the same text comes first";
  EXPECT_EQ(look(routes, "GET", "/albums/1//"),
            "400: " + std::string(to_string(TargetFault::EmptySegment)))
      << "merged it is another route's";
  EXPECT_EQ(look(routes, "GET", "/albums/"), "all") << "there is no id";
  EXPECT_EQ(look(routes, "GET", "/Shops"), "slash");
  EXPECT_EQ(look(routes, "GET", "/shops/"), "all");
  EXPECT_EQ(look(routes, "GET", "/k\xC3\xBCNSTLER/1"), "below");
  EXPECT_EQ(look(routes, "GET", "/k\xC3\x9Cnstler/1"), "all") << "only letters of ASCII have case";
  EXPECT_EQ(look(routes, "GET", "/tracks/1/"), "all");
  EXPECT_EQ(look(routes, "POST", "/Albums/1"), "all");
}

TEST(ThePathTable, TellsWhatPassesByAWatchedEntryForItsSpellingOnly) {
  PathEntry album = route("album", {"GET", "PUT"}, "/albums/{id}");
  album.watched = true;
  PathEntry all = route("all", {"*"}, "/", PathKind::Prefix);
  all.irregular_paths = IrregularPaths::Pass;
  const PathTable routes = table({album, all});
  const auto beside = [&](std::string_view method, std::string_view target) -> std::string {
    const PathMatch match = routes.match(method, target);
    return match.beside == PathMatch::kNone ? "" : routes.entries()[match.beside].name;
  };
  for (const char* target : {"/albums/1/", "/Albums/1", "/ALBUMS/1/", "//albums/1",
                             "/x/../albums/1", "/albums%2F1", "/Albums//1"}) {
    EXPECT_EQ(look(routes, "PUT", target), "all") << target;
    EXPECT_EQ(beside("PUT", target), "album") << target;
  }
  for (const char* target :
       {"/albums/1", "/albums", "/albums/1/tracks", "/album/1", "/", "/x//y"}) {
    EXPECT_EQ(beside("PUT", target), "") << target;
  }
  EXPECT_EQ(beside("DELETE", "/Albums/1"), "") << "would not be for it in any spelling";
}

TEST(ThePathTable, TellsWhatPassesByAWatchedEntryAndFindsNothing) {
  PathEntry album = route("album", {"GET"}, "/albums/{id}");
  album.watched = true;
  const PathTable routes = table({album});
  const PathMatch match = routes.match("GET", "/Albums/1");
  EXPECT_FALSE(match.found());
  EXPECT_EQ(match.beside, 0U);
}

TEST(ThePathTable, ReadsEscapesAsTheUpstreamWill) {
  const PathTable routes =
      table({route("albums", {"GET"}, "/albums"), route("umlaut", {"GET"}, "/k\xC3\xBCnstler"),
             route("space", {"GET"}, "/a b")});
  EXPECT_EQ(look(routes, "GET", "/%61lb%75ms"), "albums");
  EXPECT_EQ(look(routes, "GET", "/k%C3%BCnstler"), "umlaut");
  EXPECT_EQ(look(routes, "GET", "/k%c3%bcnstler"), "umlaut");
  EXPECT_EQ(look(routes, "GET", "/a%20b"), "space");
  EXPECT_EQ(look(routes, "GET", "/Albums"), "404");
}

TEST(ThePathTable, DisregardsPathParameters) {
  const PathTable routes = shop();
  EXPECT_EQ(look(routes, "GET", "/albums;jsessionid=12"), "list");
  EXPECT_EQ(look(routes, "GET", "/albums;v=1/new;x"), "new");
}

TEST(ThePathTable, RefusesIrregularPathsOfARouteThatSaysSo) {
  PathEntry strict = route("all", {"*"}, "/", PathKind::Prefix);
  strict.irregular_paths = IrregularPaths::Refuse;
  const PathTable routes = table({strict});
  const std::pair<std::string_view, TargetFault> cases[] = {
      {"", TargetFault::NotOriginForm},
      {"*", TargetFault::NotOriginForm},
      {"albums", TargetFault::NotOriginForm},
      {"?a=/b", TargetFault::NotOriginForm},
      {"http://shop/albums", TargetFault::NotOriginForm},
      {"/a/../b", TargetFault::DotSegment},
      {"/a/./b", TargetFault::DotSegment},
      {"/..", TargetFault::DotSegment},
      {"/a/%2e%2E/b", TargetFault::DotSegment},
      {"/a/.%2e", TargetFault::DotSegment},
      {"/a/..;x=1/b", TargetFault::DotSegment},
      {"/a/.;/b", TargetFault::DotSegment},
      {"//a", TargetFault::EmptySegment},
      {"/a//b", TargetFault::EmptySegment},
      {"/a/;x/b", TargetFault::EmptySegment},
      {"/a%2fb", TargetFault::EncodedSeparator},
      {"/a%5Cb", TargetFault::EncodedSeparator},
      {"/a%00", TargetFault::EncodedSeparator},
      {"/a;x=%2F", TargetFault::EncodedSeparator},
      {"/a%", TargetFault::BadEscape},
      {"/a%2", TargetFault::BadEscape},
      {"/a%zz", TargetFault::BadEscape},
      {"/a%2/b", TargetFault::BadEscape},
      {"/a\\b", TargetFault::UnescapedCharacter},
      {"/a|b", TargetFault::UnescapedCharacter},
      {"/a#b", TargetFault::BadCharacter},
      {"/a b", TargetFault::BadCharacter},
      {"/a\tb", TargetFault::BadCharacter},
      {"/\xC3\xBC", TargetFault::UnescapedCharacter},
      {"/{id}", TargetFault::UnescapedCharacter},
      {"/a%0Ab", TargetFault::NotText},
      {"/a%7f", TargetFault::NotText},
      {"/%C3%28", TargetFault::NotText},
      {"/%ff", TargetFault::NotText},
      {"/%ED%A0%80", TargetFault::NotText},
  };
  for (const auto& [target, fault] : cases) {
    EXPECT_EQ(routes.match("GET", target).fault, fault) << target;
  }
  EXPECT_EQ(look(routes, "GET", "/a..b/...;/..c?x=//../%zz"), "all");
  EXPECT_EQ(look(routes, "GET", "/;jsessionid=1"), "all");
  EXPECT_EQ(look(routes, "GET", "/k%C3%BCnstler/%E2%82%AC"), "all");
}

/// RFC 3986 §3.3, what WHATWG URL leaves unescaped in a path, and what applications go by.
constexpr std::string_view kIrregular[] = {
    "/group%2Fname", "/@scope%2fname", "//",        "/a//b",    "/a/",
    "/a|b",          "/{x}",           "/a%5Cb",    "/a\\b",    "/\xC3\xBC/\xE2\x82\xAC",
    "/100%",         "/a%zz",          "/a^`\"<>b", "/a/../b",  "/..",
    "/a/%2e%2E/b",   "/a/..;x=1/b",    "/a%00b",    "/a;x=%2F", "/[a]/b!$&'()*+,;=:@c",
    "/caf%E9",       "/a%0Ab",
};

TEST(ThePathTable, PassesIrregularPathsToTheOnlyRouteThereIs) {
  const PathTable routes = table({route("all", {"*"}, "/", PathKind::Prefix)});
  for (const std::string_view target : kIrregular) EXPECT_EQ(look(routes, "GET", target), "all");
  for (const std::string_view never : {"/a b", "/a\tb", "/a#b", "/a\x7F"}) {
    EXPECT_EQ(routes.match("GET", never).fault, TargetFault::BadCharacter) << never;
  }
}

TEST(ThePathTable, RefusesIrregularPathsThatCouldLeadToAnotherRoute) {
  const PathTable routes = table({route("all", {"*"}, "/", PathKind::Prefix),
                                  route("shop", {"*"}, "/shop", PathKind::Prefix),
                                  route("cart", {"GET"}, "/shop/cart")});
  for (const std::string_view target :
       {"/shop%2Fx", "//shop", "/.//shop", "/shop\\x", "/shop%5cx", "/a/../shop", "/shop/../a",
        "/shop/..%2fa", "/shop%00", "/a%2F..%2Fshop", "/a%2F..%5Cshop/x", "/shop//cart",
        "/shop/./cart", "/shop/..;/a", "/a%00/../shop", "/shop/x/..%2Fcart",
        "/x%2F%2E%2E%2Fshop"}) {
    EXPECT_TRUE(routes.match("GET", target).fault.has_value()) << target;
  }
  for (const std::string_view target :
       {"/shopping%2Fcart", "//a", "/a/../b", "/a%2Fshop", "/a\\shop", "/shopping//shop"}) {
    EXPECT_EQ(look(routes, "GET", target), "all") << target;
  }
  for (const std::string_view target : {"/shop//x", "/shop/a%2Fb", "/shop/x/../y", "/shop/{id}"}) {
    EXPECT_EQ(look(routes, "GET", target), "shop") << target;
  }
  EXPECT_EQ(look(routes, "POST", "/shop//cart"), "shop") << "the other one has no POST";
}

TEST(ThePathTable, RefusesIrregularPathsThatCouldLeadToARouteOrToNone) {
  const PathTable routes = table(
      {route("shop", {"*"}, "/shop", PathKind::Prefix), route("album", {"GET"}, "/albums/{id}")});
  EXPECT_TRUE(routes.match("GET", "/shop/../admin").fault.has_value());
  EXPECT_TRUE(routes.match("GET", "/admin/../shop").fault.has_value());
  EXPECT_TRUE(routes.match("GET", "/albums/a%2Fb").fault.has_value());
  EXPECT_EQ(look(routes, "GET", "/nobody//here"), "404");
}

TEST(ThePathTable, PassesIrregularPathsAsTheyCameWhereItIsToldTo) {
  PathEntry album = route("album", {"GET"}, "/albums/{id}");
  album.irregular_paths = IrregularPaths::Pass;
  const PathTable routes = table({album, route("all", {"*"}, "/", PathKind::Prefix)});
  EXPECT_EQ(look(routes, "GET", "/albums/a%2Fb"), "album");
  EXPECT_EQ(look(routes, "GET", "/albums/.."), "album") << "a name like others";
  EXPECT_TRUE(routes.match("GET", "//albums/a").fault.has_value()) << "the rule of its own route";
}

TEST(ThePathTable, TakesPathsOfAnyNumberOfSegments) {
  const PathTable routes = table(
      {route("all", {"*"}, "/", PathKind::Prefix), route("a", {"*"}, "/a/a", PathKind::Prefix)});
  std::string target;
  for (std::size_t i = 0; i < TargetPath::kMaxSegments; ++i) target += "/a";
  EXPECT_EQ(look(routes, "GET", target), "a");
  EXPECT_EQ(look(routes, "GET", target + "/a/b/c"), "a");
  EXPECT_EQ(look(routes, "GET", "/b" + target + target), "all");
}

TEST(ThePathTable, RefusesTwoRoutesForTheSameRequests) {
  EXPECT_THAT(
      problems({route("a", {"GET", "PUT"}, "/albums/{id}"), route("b", {"PUT"}, "/albums/{name}"),
                route("c", {"POST"}, "/albums/{id}"), route("p", {"*"}, "/x", PathKind::Prefix),
                route("q", {"GET"}, "/x", PathKind::Prefix), route("r", {"GET"}, "/x"),
                route("s", {"POST", "GET"}, "/x", PathKind::Prefix),
                route("t", {"*"}, "/x", PathKind::Prefix)}),
      ElementsAre(
          R"("b" and "a" both match PUT /albums/{name}; give them different methods or paths)",
          R"("s" and "q" both match GET /x and below; give them different methods or paths)",
          R"("t" and "p" both match * /x and below; give them different methods or paths)"));
}

TEST(ThePathTable, ReportsEveryProblemOfItsRoutesAtOnce) {
  EXPECT_THAT(
      problems({route("a", {}, "/a"), route("a", {"GET"}, "b"), route("c", {"GET"}, "/{x}y")}),
      ElementsAre("the route \"a\" has no method", "there are two routes \"a\"; a name names one",
                  "\"b\" is no path of a route: a path begins with \"/\"",
                  "\"/{x}y\" is no path of a route: a parameter stands for a whole segment, "
                  "and \"{x}y\" is more than one"));
}

TEST(ThePathTable, FindsEachOfManyRoutes) {
  std::vector<PathEntry> many;
  for (int i = 0; i < 2'000; ++i) {
    many.push_back(
        route("r" + std::to_string(i), {"GET"},
              "/area" + std::to_string(i % 40) + "/thing" + std::to_string(i) + "/{id}"));
  }
  const PathTable routes = table(std::move(many));
  for (int i = 0; i < 2'000; ++i) {
    ASSERT_EQ(
        look(routes, "GET", "/area" + std::to_string(i % 40) + "/thing" + std::to_string(i) + "/7"),
        "r" + std::to_string(i));
  }
}

}  // namespace
}  // namespace banyan::http
