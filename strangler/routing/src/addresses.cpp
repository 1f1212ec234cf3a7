// SPDX-License-Identifier: Apache-2.0
#include "addresses.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "banyan/http/endpoint.hpp"

namespace banyan::strangler {
namespace {

bool is_unix(std::string_view text) { return text.starts_with(http::kUnixPrefix); }

std::optional<Address> parse_address(std::string_view text, std::uint16_t least_port) {
  auto endpoint = http::endpoint_from(text);
  const bool fits = endpoint && (http::is_unix(*endpoint) || endpoint->port >= least_port);
  if (!fits) return std::nullopt;
  return Address{std::move(endpoint->host), endpoint->port};
}

/// What the key is about is in front of each problem: "… in listen".
std::optional<Address> read_address(Section& section, std::string_view key, const PlacedText& given,
                                    std::uint16_t least_port) {
  const bool local = is_unix(given.text);
  auto address = parse_address(given.text, least_port);
  if (!address) {
    section.problem(given.location,
                    '"' + given.text + "\" in " + std::string(key) +
                        (local ? " is no Unix socket, expected \"unix:\" and an absolute path of "
                                 "at most " +
                                     std::to_string(http::kLongestUnixPath) +
                                     " characters such as \"unix:/run/banyan.sock\""
                               : R"( is no address, expected "host:port" such as )"
                                 R"("127.0.0.1:8080" or "[::1]:8080", or "unix:/run/app.sock")"));
  }
  return address;
}

struct IpAddress {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  bool v4 = false;
};

std::optional<IpAddress> ip_address(const std::string& host) {
  IpAddress address;
  address.v4 = ::inet_pton(AF_INET, host.c_str(), address.bytes.data()) == 1;
  if (address.v4 || ::inet_pton(AF_INET6, host.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

bool is_loopback(const IpAddress& address) {
  if (address.v4) return address.bytes[0] == 127;
  const in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
  return std::ranges::equal(address.bytes, std::to_array(loopback.s6_addr));
}

/// One cannot listen on a name: it may stand for any number of addresses.
bool check_listenable(Section& section, std::string_view key, const PlacedText& given,
                      const Address& address) {
  if (is_unix(address.host) || ip_address(address.host)) return true;
  const std::string port = ':' + std::to_string(address.port);
  section.problem(given.location, '"' + given.text + "\" in " + std::string(key) +
                                      " is a name, and one listens on an address: \"127.0.0.1" +
                                      port + "\" or \"[::1]" + port +
                                      "\" for this machine only, \"0.0.0.0" + port +
                                      "\" or \"[::]" + port + "\" for all");
  return false;
}

void report_twice(Section& section, std::string_view key, const PlacedText& given) {
  section.problem(given.location, '"' + given.text + "\" is in " + std::string(key) + " twice");
}

/// Any number of listeners may ask for "any free port".
bool is_there(const std::vector<ListenPoint>& points, const Address& address) {
  const bool any_port = address.port == 0 && !is_unix(address.host);
  return !any_port && std::ranges::find(points, address, &ListenPoint::address) != points.end();
}

/// The address of an entry, be it a text or a table. More keys of the table are read here.
std::optional<PlacedText> read_entry(Section& section, const toml::node& node, ListenPoint&) {
  if (const auto* text = node.as_string()) return PlacedText{text->get(), location_of(node)};
  if (const toml::table* table = node.as_table()) {
    Section entry = section.part(*table, "an entry of listen", "an entry of listen");
    const auto address = entry.required_text("address");
    entry.finish();
    return address;
  }
  section.problem(location_of(node), "an entry of listen is " + kind_of(node) +
                                         R"(, expected a text in quotes, or a table such as )"
                                         R"({ address = "127.0.0.1:8080" })");
  return std::nullopt;
}

}  // namespace

std::vector<ListenPoint> read_listen(Section& section, const std::vector<ListenPoint>& others) {
  std::vector<ListenPoint> points;
  const toml::array* entries = section.list("listen");
  if (entries == nullptr) return points;
  for (const toml::node& node : *entries) {
    ListenPoint point;
    const auto given = read_entry(section, node, point);
    const auto address = given ? read_address(section, "listen", *given, 0) : std::nullopt;
    if (!address || !check_listenable(section, "listen", *given, *address)) continue;
    if (is_there(points, *address)) {
      report_twice(section, "listen", *given);
      continue;
    }
    if (is_there(others, *address)) {
      section.problem(given->location,
                      '"' + given->text + "\" is listened on twice, here and above");
      continue;
    }
    point.address = *address;
    points.push_back(std::move(point));
  }
  return points;
}

std::optional<Address> read_operators(Section& section, const std::vector<ListenPoint>& listen) {
  const auto given = section.text("operators");
  if (!given) return std::nullopt;
  auto address = read_address(section, "operators", *given, 0);
  if (!address || !check_listenable(section, "operators", *given, *address)) return std::nullopt;
  if (!is_unix(address->host) && !is_loopback(*ip_address(address->host)) &&
      !section.has("operators_token_file")) {
    section.problem(
        given->location,
        '"' + given->text +
            "\" in operators can be reached from elsewhere, and whoever reaches the "
            "operators' pages moves traffic; expected a loopback address such as "
            "\"127.0.0.1:9180\" or a Unix socket such as \"unix:/run/banyan-ops.sock\", or a token "
            "that operators have to know: operators_token_file = \"operators.token\"");
    return std::nullopt;
  }
  if (is_there(listen, *address)) {
    section.problem(given->location, '"' + given->text +
                                         "\" is in listen as well; operators is an address of its "
                                         "own, where nothing but their pages is");
  }
  return address;
}

std::vector<Address> read_instances(Section& section) {
  std::vector<Address> instances;
  const auto texts = section.texts("instances");
  if (!texts) return instances;
  for (const PlacedText& given : *texts) {
    const auto address = read_address(section, "instances", given, 1);
    if (!address) continue;
    if (std::ranges::find(instances, *address) != instances.end()) {
      report_twice(section, "instances", given);
    } else {
      instances.push_back(*address);
    }
  }
  return instances;
}

}  // namespace banyan::strangler
