// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/control/admin_api.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::strangler {

/// The API over a control store with two rollouts, catalog and orders.
class AdminApiTest : public testing::Test {
 protected:
  void SetUp() override {
    auto store =
        ControlStore::open(folder_.file("control.db"), clock_, ControlStore::Mode::MayCreate);
    ASSERT_TRUE(store);
    store_ = std::move(*store);
    ASSERT_TRUE(store_->enlist({"catalog", "orders"}));
    board_ = std::make_unique<Switchboard>(*store_);
    api_ = std::make_unique<AdminApi>(*board_);
  }

  AdminAnswer get(std::string_view path, std::string_view query = {}) {
    return api_->answer({"GET", path, query, {}, {}});
  }
  AdminAnswer post(std::string_view path, std::string_view body,
                   std::string_view type = "application/json") {
    return api_->answer({"POST", path, {}, type, body});
  }
  static nlohmann::json json(const AdminAnswer& answer) {
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().error.message);
    return answer ? nlohmann::json::parse(*answer) : nlohmann::json();
  }
  static std::string rule(const AdminAnswer& answer) {
    return answer ? "done" : answer.error().error.rule;
  }
  static std::string message(const AdminAnswer& answer) {
    return answer ? "done" : answer.error().error.message;
  }
  static std::vector<std::string> details(const AdminAnswer& answer) {
    std::vector<std::string> lines;
    if (answer) return lines;
    for (const Detail& each : answer.error().error.details) {
      lines.push_back(each.where + ' ' + each.problem);
    }
    return lines;
  }

  test::TemporaryFolder folder_;
  ManualClock clock_;
  std::unique_ptr<ControlStore> store_;
  std::unique_ptr<Switchboard> board_;
  std::unique_ptr<AdminApi> api_;
};

}  // namespace banyan::strangler
