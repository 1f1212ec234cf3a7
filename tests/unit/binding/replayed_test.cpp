// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "banyan/binding/loopback_transport.hpp"
#include "banyan/binding/once.hpp"
#include "banyan/binding/operation_table.hpp"
#include "banyan/binding/port_binding.hpp"
#include "banyan/kernel/memory_store.hpp"
#include "demo_port.hpp"

namespace {

using banyan::Context;
using banyan::Result;
using banyan::binding::kReplayedField;
using banyan::binding::OperationTable;
using banyan::binding::PortBinding;

struct Nothing {};

/// Makes things in a unit of work, as a module with a database does.
class Workshop : public testing::Test {
 protected:
  Workshop() {
    module_.before = [this] {
      const Result<void> written =
          store_.write(module_.seen, [](Nothing&) -> Result<void> { return {}; });
      if (!written) throw std::runtime_error(written.error().message);
    };
  }

  banyan::http::Response make(const std::string& name) {
    banyan::http::Request request{{"POST", "/things", 1, {}}, {}};
    request.head.fields.add("Content-Type", "application/json");
    request.body =
        R"({"name":")" + name + R"(","parts":[],"price":{"minor_units":1,"currency":"EUR"}})";
    return (*table_.match("POST", "/things"))->answer(request, context_);
  }

  banyan::ManualClock clock_{{}, banyan::system_clock().steady()};
  banyan::SeededRandom random_{1};
  demo::DemoModule module_;
  banyan::MemoryLedger ledger_{clock_};
  banyan::MemoryStore<Nothing, Nothing, Nothing> store_{{}, clock_, &ledger_};
  std::unique_ptr<demo::Demo> once_ = PortBinding<demo::Demo>::once(module_, ledger_, clock_);
  OperationTable table_{PortBinding<demo::Demo>::bind(*once_, banyan::no_observer(), clock_)};
  Context context_ = Context::begin(std::chrono::seconds(5), clock_, random_).with_key("key-1");
};

TEST_F(Workshop, SaysWhenAnAnswerIsThatOfAnEarlierRequest) {
  const auto first = make("lamp");
  const auto again = make("lamp");

  EXPECT_EQ(first.head.status, 201U) << first.body;
  EXPECT_FALSE(first.head.fields.contains(kReplayedField));
  EXPECT_EQ(again.head.fields.find(kReplayedField), "true");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.head.fields.find("Location"), first.head.fields.find("Location"));
  EXPECT_EQ(module_.calls, 1);
}

TEST_F(Workshop, ARefusalOfTheKeyIsNoReplay) {
  make("lamp");
  const auto other = make("table");
  EXPECT_EQ(other.head.status, 409U);
  EXPECT_FALSE(other.head.fields.contains(kReplayedField));
}

TEST_F(Workshop, TellsItAcrossAWireToo) {
  banyan::binding::LoopbackTransport transport(table_, clock_, random_);
  const auto port =
      PortBinding<demo::Demo>::remote(transport, banyan::no_observer(), "rehearsal", clock_);
  const OperationTable outer(PortBinding<demo::Demo>::bind(*port, banyan::no_observer(), clock_));
  make("lamp");

  banyan::http::Request request{{"POST", "/things", 1, {}}, {}};
  request.head.fields.add("Content-Type", "application/json");
  request.body = R"({"name":"lamp","parts":[],"price":{"minor_units":1,"currency":"EUR"}})";
  const auto answer = (*outer.match("POST", "/things"))->answer(request, context_);

  EXPECT_EQ(answer.head.fields.find(kReplayedField), "true") << answer.body;
}

TEST_F(Workshop, TroubleThatPassesIsNotRememberedAsTheAnswer) {
  module_.before = [&] {
    const Result<void> written =
        store_.write(module_.seen, [&](Nothing&, banyan::UnitOfWork& unit) -> Result<void> {
          unit.accept(demo::Thing{demo::thing_id(1), "accepted", std::nullopt, {}, {}});
          return {};
        });
    ASSERT_TRUE(written);
  };
  module_.error = {banyan::ErrorCode::ResourceExhausted, "banyan.writer_queue_full", "", {}};
  EXPECT_EQ(make("lamp").head.status, 504U);
  module_.error.reset();
  const auto again = make("lamp");
  EXPECT_EQ(again.head.status, 201U) << again.body;
  EXPECT_NE(again.body.find("accepted"), std::string::npos) << again.body;
}

TEST_F(Workshop, WhatTheModuleAsksOfOthersSaysNothingAboutItsOwnAnswer) {
  bool told = true;
  module_.before = [&] { told = module_.seen.replayed != nullptr; };
  make("lamp");
  EXPECT_FALSE(told);
}

}  // namespace
