// SPDX-License-Identifier: Apache-2.0
// A configuration is taken whole or refused with reasons that an editor can jump to, and means the
// same at the second reading, wherever in the file it stands.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/routing/configuration.hpp"

namespace banyan::strangler {
namespace {

using Read = std::expected<Configuration, std::vector<FileProblem>>;

const std::string kFile = "banyan.toml";
constexpr std::string_view kLineInFront = "# A line in front.\n";

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

void check_problems(std::string_view text, const std::vector<FileProblem>& problems) {
  require(!problems.empty(), "refused without a reason");
  const auto lines = lines_of(text);
  for (const FileProblem& each : problems) {
    require(each.file == kFile, "a problem of another file");
    require(each.location.line >= 1 && each.location.line <= lines.size(),
            "a line outside the file");
    require(each.location.column >= 1 &&
                each.location.column <= lines[each.location.line - 1].size() + 1,
            "a column outside the line");
    require(!each.message.empty(), "a problem without words");
    require(
        std::ranges::none_of(each.message, [](unsigned char c) { return c < 0x20 || c == 0x7F; }),
        "a message that is not one line, or has an escape for terminals");
  }
  require(std::ranges::is_sorted(problems, {},
                                 [](const FileProblem& each) {
                                   return std::pair(each.location.line, each.location.column);
                                 }),
          "problems out of order");
}

/// What the header promises of everything that is taken.
void check_configuration(const Configuration& taken) {
  require(!taken.listen.empty() || !taken.tls.empty(), "listens nowhere");
  require(!taken.control_store.empty() && !taken.stickiness_keys.empty(),
          "lacks what has a default");
  require(taken.limits.target_bytes < taken.limits.header_bytes, "a head without room");
  require(std::ranges::is_sorted(taken.upstreams, {}, &UpstreamGroup::name), "upstreams unsorted");
  for (const UpstreamGroup& each : taken.upstreams) {
    require(!each.instances.empty(), "an upstream without instances");
    for (const Address& address : each.instances) {
      require(address.host.starts_with("unix:") == (address.port == 0), "an upstream without port");
    }
  }
  require(std::ranges::is_sorted(taken.rollouts, {}, &RolloutPlan::name), "rollouts unsorted");
  for (const RolloutPlan& each : taken.rollouts) {
    require(!each.steps.empty() && each.steps.back() == Percent::all(), "a rollout without end");
    require(std::ranges::is_sorted(each.steps), "steps go down");
  }
  for (const Route& each : taken.routes) {
    require(taken.upstream(each.legacy) != nullptr, "a route to nobody");
    require(each.successor.empty() || taken.upstream(each.successor) != nullptr,
            "a successor that is nobody");
    require(each.rollout.empty() || taken.rollout(each.rollout) != nullptr,
            "a route with a rollout that is none");
    require(!each.path.empty() && each.path.front() == '/', "a route without path");
  }
}

bool same(const TlsListeners& left, const TlsListeners& right) {
  return left.listen == right.listen && left.tls.certificates == right.tls.certificates &&
         left.tls.minimum_version == right.tls.minimum_version &&
         left.tls.client_certificates == right.tls.client_certificates &&
         left.tls.client_ca == right.tls.client_ca;
}
bool same(const RolloutPlan& left, const RolloutPlan& right) {
  return left.name == right.name && left.steps == right.steps;
}
bool same(const Route& left, const Route& right) {
  return left.name == right.name && left.methods == right.methods && left.kind == right.kind &&
         left.path == right.path && left.declared_effect == right.declared_effect &&
         left.rollout == right.rollout && left.legacy == right.legacy &&
         left.successor == right.successor && left.legacy_path == right.legacy_path &&
         left.successor_path == right.successor_path && left.ignore_case == right.ignore_case &&
         left.ignore_last_slash == right.ignore_last_slash &&
         left.irregular_paths == right.irregular_paths;
}
bool same(const Configuration& left, const Configuration& right) {
  const auto alike = [](const auto& a, const auto& b) { return same(a, b); };
  return left.listen == right.listen && std::ranges::equal(left.tls, right.tls, alike) &&
         left.operators == right.operators && left.control_store == right.control_store &&
         left.trusted_peers == right.trusted_peers && left.drop_fields == right.drop_fields &&
         left.pass_fields == right.pass_fields && left.stickiness_keys == right.stickiness_keys &&
         left.limits == right.limits && left.access_log == right.access_log &&
         left.upstreams == right.upstreams &&
         std::ranges::equal(left.rollouts, right.rollouts, alike) &&
         std::ranges::equal(left.routes, right.routes, alike);
}

void check_same(const Read& first, const Read& second, std::uint32_t further_down) {
  require(first.has_value() == second.has_value(), "taken once and refused once");
  if (first) return require(same(*first, *second), "means something else when it is read again");
  require(first.error().size() == second.error().size(), "other problems when it is read again");
  for (std::size_t i = 0; i < first.error().size(); ++i) {
    const FileLocation before = first.error()[i].location;
    const FileLocation after = second.error()[i].location;
    // What is said of the file as a whole stands at its beginning.
    const bool of_the_file = before.line == 1 && before.column == 1 && after.line == 1;
    require(of_the_file || after.line == before.line + further_down, "a problem in another line");
  }
}

}  // namespace

void fuzz_configuration(std::string_view text) {
  const Read read = parse_configuration(text, kFile);
  if (read) {
    check_configuration(*read);
  } else {
    check_problems(text, read.error());
  }
  check_same(read, parse_configuration(text, kFile), 0);
  const bool marked = text.starts_with("\xEF\xBB\xBF");  // means something only where a file begins
  if (marked) return;
  check_same(read, parse_configuration(std::string(kLineInFront).append(text), kFile), 1);
}

}  // namespace banyan::strangler

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::strangler::fuzz_configuration({reinterpret_cast<const char*>(data), size});
  return 0;
}
