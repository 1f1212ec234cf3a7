// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/export/exported_table.hpp"

namespace banyan::strangler {

/// A banyan.toml and stages, kept as long as what is made of them.
struct ExampleTable {
  Configuration configuration;
  Stand stages{.revision = 7, .head = {}, .rollouts = {}};

  explicit ExampleTable(std::string_view text)
      : configuration(parse_configuration(text, "banyan.toml").value()) {}

  ExampleTable& at(std::string rollout, std::uint32_t reads, Side writes = Side::Local) {
    const Traffic traffic = Traffic::of(Percent::of_hundredths(reads).value(), writes);
    stages.rollouts.push_back({std::move(rollout), traffic, 7});
    return *this;
  }

  TableToExport table(BucketHash hash = BucketHash::Same) const {
    return {.configuration = configuration,
            .stages = stages,
            .source = "banyan.toml and the stages of control.db at revision 7",
            .command = "banyan export haproxy",
            .hash = hash};
  }
};

/// Something of all: stages, effects, methods, changed paths, cookies, trusted peers.
inline constexpr std::string_view kWholeTable = R"([proxy]
listen = ["127.0.0.1:8080", "[::1]:8080"]
sticky = ["cookie:session", "header:X-Tenant", "address"]
trusted_peers = ["10.0.0.0/8"]
drop_fields = ["X-Auth-*"]
[access_log]
file = "access.log"
[upstreams.shop]
instances = ["127.0.0.1:9000"]
host = "shop.internal"
[upstreams.catalog]
instances = ["127.0.0.1:9001", "unix:/run/catalog.sock"]
balance = "least_loaded"
health = { path = "/health/ready?all" }
breaker = {}
[rollouts.catalog]
[rollouts.catalog.fallback]
[rollouts.orders]
[[routes]]
name = "list albums"
path = "/albums"
methods = ["GET", "POST"]
legacy = "shop"
successor = "catalog"
rollout = "catalog"
[[routes]]
name = "album"
path = "/albums/{id}"
methods = ["GET"]
legacy = "shop"
successor = "catalog"
successor_path = { strip = "/albums", add = "/v2" }
rollout = "catalog"
[[routes]]
name = "orders"
prefix = "/orders"
methods = ["*"]
legacy = "shop"
successor = "catalog"
rollout = "orders"
[[routes]]
name = "files"
prefix = "/files"
methods = ["GET"]
legacy = "shop"
irregular_paths = "pass"
[[routes]]
name = "rest"
prefix = "/"
methods = ["GET", "POST"]
legacy = "shop"
)";

inline ExampleTable whole_table() {
  return ExampleTable(kWholeTable).at("catalog", 25'00).at("orders", 100'00, Side::Remote);
}

}  // namespace banyan::strangler
