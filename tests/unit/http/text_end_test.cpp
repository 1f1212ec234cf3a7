// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/text_end.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace banyan::http {
namespace {

TEST(TextEnd, WritesBehindWhatIsThere) {
  std::string text = "before";
  {
    TextEnd end(text);
    end.append(" and", " ", "after").append('!');
    EXPECT_EQ(end.size(), 17U);
    EXPECT_EQ(end.since(7), "and after!");
  }
  EXPECT_EQ(text, "before and after!");
}

TEST(TextEnd, GrowsAsFarAsIsNeeded) {
  std::string text;
  std::string expected;
  {
    TextEnd end(text);
    for (int i = 0; i < 3000; ++i) {
      end.append(std::to_string(i), ",");
      expected += std::to_string(i) + ",";
    }
    end.append(std::string(100'000, 'x'));
    expected += std::string(100'000, 'x');
  }
  EXPECT_EQ(text, expected);
}

TEST(TextEnd, TakesBackWhatWasWritten) {
  std::string text = "kept";
  TextEnd end(text);
  end.append(std::string(10'000, 'x'));
  end.cut(4);
  end.append("!");
  end.close();
  EXPECT_EQ(text, "kept!");
}

TEST(TextEnd, NeverTellsOfRoomThatWasNotWritten) {
  std::string text;
  TextEnd end(text);
  end.append("short");
  end.cut(1'000);
  end.close();
  EXPECT_EQ(text, "short");
}

TEST(TextEnd, LeavesTheTextAloneOnceItIsClosed) {
  std::string text;
  std::string taken;
  {
    TextEnd end(text);
    end.append("a head");
    end.close();
    taken = std::move(text);
    text = "another";
  }
  EXPECT_EQ(taken, "a head");
  EXPECT_EQ(text, "another");
}

TEST(TextEnd, WritesNothingWhenThereIsNothingToWrite) {
  std::string text = "as it was";
  {
    const TextEnd end(text);
  }
  EXPECT_EQ(text, "as it was");
}

}  // namespace
}  // namespace banyan::http
