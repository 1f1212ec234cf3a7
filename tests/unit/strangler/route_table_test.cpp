// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/route_table.hpp"

#include <gtest/gtest.h>

namespace banyan::strangler {
namespace {

RouteTable table(std::vector<Route> routes) {
  auto built = RouteTable::build(std::move(routes));
  EXPECT_TRUE(built) << built.error().front().message;
  return std::move(*built);
}

Route route(std::string name, MethodSet methods, std::string path, PathKind kind) {
  Route route;
  route.name = std::move(name);
  route.methods = methods;
  route.path = std::move(path);
  route.kind = kind;
  return route;
}

MethodSet get() {
  MethodSet methods;
  methods.add("GET");
  return methods;
}

TEST(TheRouteTable, TakesTheOperationsOfModules) {
  const RouteTable routes =
      table({route_of({"catalog", "get_album", "GET", "/albums/{id}", Effect::Read}),
             route_of({"orders", "place_order", "POST", "/orders", Effect::Write})});

  const RouteMatch match = routes.match("POST", "/orders");

  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->name, "orders.place_order");
  EXPECT_EQ(match.route->module, "orders");
  EXPECT_EQ(match.route->operation, "place_order");
  EXPECT_EQ(match.route->rollout, "orders");
  EXPECT_EQ(match.route->effect_for("GET"), Effect::Write) << "declared";
  EXPECT_EQ(effect_text(*match.route), "write");
  EXPECT_EQ(routes.match("HEAD", "/albums/alb_1").route->name, "catalog.get_album");
  EXPECT_EQ(routes.match("DELETE", "/orders").allowed.to_string(), "POST");
}

TEST(TheRouteTable, RefusesIrregularPathsToOperationsOfModules) {
  const RouteTable routes =
      table({route_of({"catalog", "get_album", "GET", "/albums/{id}", Effect::Read}),
             route("all", MethodSet::any(), "/", PathKind::Prefix)});
  EXPECT_EQ(routes.match("GET", "/albums/{x}").fault, TargetFault::UnescapedCharacter);
  EXPECT_EQ(routes.match("GET", "/a|b").route->name, "all");
}

TEST(TheRouteTable, TellsReadsFromWritesByTheMethodWhereNothingIsDeclared_RFC9110_9_2_1) {
  const Route all = route("all", MethodSet::any(), "/", PathKind::Prefix);
  for (const char* method : {"GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND"}) {
    EXPECT_EQ(all.effect_for(method), Effect::Read) << method;
  }
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "BREW"}) {
    EXPECT_EQ(all.effect_for(method), Effect::Write) << method;
  }
  EXPECT_EQ(effect_text(all), "by method");
}

TEST(TheRouteTable, TellsWhatPassesByAMovingRoute) {
  Route albums = route("albums", get(), "/albums", PathKind::Prefix);
  albums.rollout = "catalog";
  const RouteTable routes = table({albums, route("all", MethodSet::any(), "/", PathKind::Prefix),
                                   route("tracks", get(), "/tracks", PathKind::Prefix)});
  const RouteMatch match = routes.match("GET", "/Albums/1");
  EXPECT_EQ(match.route->name, "all");
  ASSERT_NE(match.beside, nullptr);
  EXPECT_EQ(match.beside->name, "albums");
  EXPECT_EQ(routes.match("GET", "/albums/1").beside, nullptr);
  EXPECT_EQ(routes.match("GET", "/Tracks/1").beside, nullptr) << "nobody moves it";
}

}  // namespace
}  // namespace banyan::strangler
