// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "all_ports.hpp"

namespace recordshop {
namespace {

std::string place_of(const banyan::PortInfo& port) {
  const std::string name(port.name);
  return "modules/" + name + "/include/" + name + "/examples.hpp";
}

TEST(Examples, ThereIsOneOfEachOperation) {
  for (const auto& port : all_ports()) {
    for (const auto& described : port.operations) {
      EXPECT_TRUE(described.example)
          << port.port->name << '.' << described.operation->name
          << " has no example: write one into examples() of " << place_of(*port.port);
    }
  }
}

TEST(Examples, ThereIsOneOfEachAnswerThatIsGivenWhileTheWorkGoesOn) {
  for (const auto& port : all_ports()) {
    for (const auto& described : port.operations) {
      if (!described.example) continue;
      EXPECT_EQ(described.at.goes_on != nullptr, !described.example->accepted.empty())
          << "the third argument of the example of " << port.port->name << '.'
          << described.operation->name << ", in " << place_of(*port.port)
          << ": there for an operation with accepted_while<…>, and for no other";
    }
  }
}

TEST(Examples, ThereIsOneOfEachErrorAndOfNoOther) {
  for (const auto& port : all_ports()) {
    std::set<std::string_view> declared;
    for (const auto& described : port.operations) {
      declared.insert(described.operation->errors.begin(), described.operation->errors.end());
    }
    std::set<std::string_view> shown;
    for (const banyan::Error& error : port.example_errors) {
      EXPECT_TRUE(shown.insert(error.rule).second) << error.rule << " is there twice";
      EXPECT_TRUE(declared.contains(error.rule))
          << "no operation of " << port.port->name << " declares " << error.rule
          << ": take it out of example_errors() in " << place_of(*port.port);
      EXPECT_FALSE(error.message.empty()) << error.rule;
    }
    for (const std::string_view rule : declared) {
      EXPECT_TRUE(shown.contains(rule))
          << "the error " << rule << " has no example: write one into example_errors() of "
          << place_of(*port.port);
    }
  }
}

}  // namespace
}  // namespace recordshop
