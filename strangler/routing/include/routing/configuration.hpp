// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "routing/route.hpp"
#include "routing/route_table.hpp"
#include "stages/percent.hpp"

/// banyan.toml: the structure of a strangler, never its stages (those are in the control store), so
/// that reading the file again never undoes a shift.
namespace banyan::strangler {

/// Something wrong in a configuration file.
struct FileProblem {
  std::string file;
  Place place;
  std::string message;  ///< what is wrong, what was expected, what was probably meant
};
/// "banyan.toml:12:3: …", the form that editors jump to.
std::string to_string(const FileProblem& problem);
/// One line each.
std::string to_string(const std::vector<FileProblem>& problems);

struct Address {
  std::string host;  ///< a name or an IP address, IPv6 without brackets
  std::uint16_t port = 0;
  friend bool operator==(const Address&, const Address&) = default;
};

/// `[limits]`: what one client may take.
struct Limits {
  std::uint32_t connections = 10'000;
  std::uint32_t header_bytes = 32 * 1024;
  std::uint32_t header_fields = 100;
  std::uint64_t body_bytes = 1024ull * 1024 * 1024;
  std::chrono::milliseconds header_time{10'000};
  std::chrono::milliseconds body_time{60'000};
  std::chrono::milliseconds idle_time{75'000};
  std::chrono::milliseconds drain_time{30'000};
  friend bool operator==(const Limits&, const Limits&) = default;
};

/// `[upstreams.NAME]`: instances of one and the same service.
struct UpstreamGroup {
  std::string name;
  std::vector<Address> instances;  ///< at least one
  std::chrono::milliseconds connect_time{2'000};
  std::chrono::milliseconds answer_time{30'000};  ///< until the head of the answer
  std::uint32_t connections = 256;                ///< per instance
};

/// What stickiness goes by besides the principal, in order: "cookie:NAME", "header:NAME",
/// "address".
struct StickyUnit {
  enum class Source : std::uint8_t { Cookie, Header, Address };
  Source source = Source::Address;
  std::string name;
  friend bool operator==(const StickyUnit&, const StickyUnit&) = default;
};

/// `[migrations.NAME]`.
struct MigrationPlan {
  std::string name;
  std::vector<Percent> steps;  ///< ascending, the last is 100 %
};

struct Configuration {
  std::vector<Address> listen;  ///< port 0: any free one
  std::string control_store;    ///< as written, relative to the file's folder
  std::vector<StickyUnit> sticky_units;
  Limits limits;
  std::vector<UpstreamGroup> upstreams;   ///< sorted by name
  std::vector<MigrationPlan> migrations;  ///< sorted by name
  std::vector<Route> routes;              ///< in the order of the file

  const UpstreamGroup* upstream(std::string_view name) const;
  const MigrationPlan* migration(std::string_view name) const;
  std::vector<std::string> migration_names() const;
};

/// Reads the text of a configuration and checks it as a whole: all problems at once, in the order
/// of the file. `file` is only for messages.
std::expected<Configuration, std::vector<FileProblem>> parse_configuration(std::string_view text,
                                                                           const std::string& file);

/// The same from disk.
std::expected<Configuration, std::vector<FileProblem>> read_configuration(const std::string& file);

}  // namespace banyan::strangler
