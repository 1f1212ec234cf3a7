// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "banyan/routing/configuration.hpp"

namespace banyan::strangler {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// A file that is complete, with a line added to the section.
std::string file_with(std::string section, const std::string& line) {
  std::string file = R"([proxy]
listen = ["127.0.0.1:8080"]
[[proxy.tls]]
listen = ["127.0.0.1:8443"]
certificates = [{ chain = "shop.pem", key = "shop.key" }]
[limits]
[access_log]
file = "access.log"
[tracing]
[upstreams.shop]
instances = ["127.0.0.1:9000"]
[upstreams.shop.health]
[upstreams.shop.breaker]
[upstreams.shop.retries]
[upstreams.shop.tls]
[rollouts.shop]
[rollouts.shop.shadow]
[rollouts.shop.fallback]
[rollouts.shop.testers]
new = ["ada"]
[rollouts.shop.plan]
[rollouts.shop.compare]
[[rollouts.shop.compare.fields]]
path = "/at"
[[routes]]
prefix = "/"
methods = ["*"]
legacy = "shop"
)";
  if (const auto name = section.find("NAME"); name != std::string::npos) {
    section.replace(name, 4, "shop");
  }
  const std::size_t header = file.find(section + '\n');
  EXPECT_NE(header, std::string::npos) << section;
  return file.insert(header + section.size() + 1, line + '\n');
}

/// A file with nothing but the key, whose value is of a type that no key takes.
std::string file_with_a_date(std::string section, const std::string& key) {
  const std::string date = key + " = 1979-05-27";
  if (section == "an entry of listen") return "[proxy]\nlisten = [{ " + date + " }]\n";
  if (section == "an entry of certificates") {
    return "[[proxy.tls]]\ncertificates = [{ " + date + " }]\n";
  }
  if (section == "legacy_path, successor_path") {
    return "[[routes]]\nlegacy_path = { " + date + " }\n";
  }
  if (const auto name = section.find("NAME"); name != std::string::npos) {
    section.replace(name, 4, "shop");
  }
  return section + '\n' + date + '\n';
}

std::vector<std::string> problems_of(const std::string& file) {
  std::vector<std::string> messages;
  const auto read = parse_configuration(file, "banyan.toml");
  if (read) return messages;
  for (const FileProblem& problem : read.error()) messages.push_back(problem.message);
  return messages;
}

TEST(Keys, AreAllReadAndTheirMessagesSayWhatIsDeclared) {
  for (const KeySection& section : key_sections()) {
    for (const Key& key : section.keys) {
      const std::string name(key.name);
      EXPECT_THAT(problems_of(file_with_a_date(std::string(section.name), name)),
                  Contains(name + " is a date or time, expected " + expected_of(key)))
          << section.name << ' ' << name;
    }
  }
}

TEST(Keys, TakeWhatIsDeclaredAndNothingBeyond) {
  for (const KeySection& section : key_sections()) {
    for (const Key& key : section.keys) {
      if (key.kind != KeyKind::Number) continue;
      const std::string of_key = std::string(key.name) + " = ";
      const auto with = [&](std::uint64_t value) {
        return problems_of(file_with(std::string(section.name), of_key + std::to_string(value)));
      };
      EXPECT_THAT(with(key.least), testing::IsEmpty()) << section.name << ' ' << key.name;
      EXPECT_THAT(with(key.most), testing::IsEmpty()) << section.name << ' ' << key.name;
      EXPECT_THAT(with(key.most + 1), Contains(HasSubstr("expected " + expected_of(key))));
    }
  }
}

/// Everything that keys with a preset can change.
void expect_alike(const Configuration& left, const Configuration& right) {
  EXPECT_EQ(left.half_close, right.half_close);
  EXPECT_EQ(left.ignore_case, right.ignore_case);
  EXPECT_EQ(left.ignore_last_slash, right.ignore_last_slash);
  EXPECT_EQ(left.control_store, right.control_store);
  EXPECT_TRUE(std::ranges::equal(left.stickiness_keys, right.stickiness_keys));
  EXPECT_EQ(left.tls.at(0).tls.minimum_version, right.tls.at(0).tls.minimum_version);
  EXPECT_EQ(left.tls.at(0).tls.client_certificates, right.tls.at(0).tls.client_certificates);
  EXPECT_EQ(left.limits, right.limits);
  EXPECT_EQ(left.access_log, right.access_log);
  EXPECT_EQ(left.tracing, right.tracing);
  EXPECT_EQ(left.upstreams, right.upstreams);
  EXPECT_EQ(left.rollouts.at(0).steps, right.rollouts.at(0).steps);
  EXPECT_EQ(left.rollouts.at(0).reads_only, right.rollouts.at(0).reads_only);
  EXPECT_EQ(left.rollouts.at(0).compare, right.rollouts.at(0).compare);
  EXPECT_EQ(left.rollouts.at(0).testers, right.rollouts.at(0).testers);
  EXPECT_EQ(left.routes.at(0).irregular_paths, right.routes.at(0).irregular_paths);
}

TEST(Keys, HaveThePresetThatHoldsWithoutThem) {
  const auto without = parse_configuration(file_with("[proxy]", ""), "banyan.toml");
  ASSERT_TRUE(without) << to_string(without.error());
  for (const KeySection& section : key_sections()) {
    for (const Key& key : section.keys) {
      if (key.preset.empty()) {
        EXPECT_FALSE(key.otherwise.empty()) << key.name << ": what holds without it?";
        continue;
      }
      const std::string line = std::string(key.name) + " = " + std::string(key.preset);
      const auto with =
          parse_configuration(file_with(std::string(section.name), line), "banyan.toml");
      ASSERT_TRUE(with) << to_string(with.error());
      SCOPED_TRACE(std::string(section.name) + ' ' + line);
      expect_alike(*with, *without);
    }
  }
}

TEST(Keys, HaveASentenceForEach) {
  for (const KeySection& section : key_sections()) {
    EXPECT_FALSE(section.help.empty()) << section.name;
    for (const Key& key : section.keys) EXPECT_FALSE(key.help.empty()) << key.name;
  }
}

}  // namespace
}  // namespace banyan::strangler
