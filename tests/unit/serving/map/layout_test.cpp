// SPDX-License-Identifier: Apache-2.0
#include "layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace banyan::map {
namespace {

bool overlap(const Rectangle& one, const Rectangle& other) {
  return one.x < other.x + other.width && other.x < one.x + one.width &&
         one.y < other.y + other.height && other.y < one.y + one.height;
}

bool is_inside(Point point, const Rectangle& box) {
  constexpr double kTouch = 0.01;  // lines begin and end on a box
  return point.x > box.x + kTouch && point.x < box.x + box.width - kTouch &&
         point.y > box.y + kTouch && point.y < box.y + box.height - kTouch;
}

Point on_curve(const Curve& curve, std::size_t piece, double t) {
  const Point& a = curve[piece];
  const Point& b = curve[piece + 1];
  const Point& c = curve[piece + 2];
  const Point& d = curve[piece + 3];
  const double u = 1 - t;
  const auto mix = [&](double p, double q, double r, double s) {
    return u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s;
  };
  return {mix(a.x, b.x, c.x, d.x), mix(a.y, b.y, c.y, d.y)};
}

/// Overlaps of boxes, points of lines inside of boxes, and whatever lies outside of the picture.
std::size_t faults(const Layout& layout) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < layout.boxes.size(); ++i) {
    const Rectangle& box = layout.boxes[i];
    if (box.x < 0 || box.y < 0 || box.x + box.width > layout.width ||
        box.y + box.height > layout.height) {
      ++count;
    }
    for (std::size_t j = 0; j < i; ++j) count += overlap(box, layout.boxes[j]) ? 1 : 0;
  }
  for (const Curve& curve : layout.lines) {
    for (std::size_t piece = 0; piece + 3 < curve.size(); piece += 3) {
      for (int step = 0; step <= 20; ++step) {
        const Point point = on_curve(curve, piece, step / 20.0);
        count += static_cast<std::size_t>(std::ranges::count_if(
            layout.boxes, [&](const Rectangle& box) { return is_inside(point, box); }));
      }
    }
  }
  return count;
}

TEST(ALayout, PutsWhoNeedsAboveWhomItNeeds) {
  const Layout layout = lay_out({{100, 40}, {100, 40}, {100, 40}}, {{0, 1}, {1, 2}, {0, 2}});
  EXPECT_LT(layout.boxes[0].y, layout.boxes[1].y);
  EXPECT_LT(layout.boxes[1].y, layout.boxes[2].y);
  EXPECT_EQ(faults(layout), 0U);
  EXPECT_EQ(layout.lines[2].size(), 10U) << "a lane beside the box in the middle";
}

TEST(ALayout, HasNoPlaceForNothing) {
  EXPECT_EQ(lay_out({}, {}).boxes.size(), 0U);
  EXPECT_EQ(faults(lay_out({{100, 40}}, {})), 0U);
}

TEST(ALayout, LetsALooseLineStandInACircle) {
  const Layout layout = lay_out({{100, 40}, {100, 40}},
                                {{0, 1}, {.from = 0, .to = 1, .from_above = false, .firm = false}});
  EXPECT_LT(layout.boxes[0].y, layout.boxes[1].y);
  EXPECT_EQ(layout.lines.size(), 2U);
  EXPECT_EQ(faults(layout), 0U);
}

TEST(ALayout, KeepsWhatIsOutsideBelowAll) {
  const Layout layout = lay_out({{100, 40}, {100, 40, true}, {100, 40}}, {{0, 1}, {0, 2}});
  EXPECT_GT(layout.boxes[1].y, layout.boxes[2].y);
  EXPECT_EQ(faults(layout), 0U);
}

TEST(ALayout, OverlapsNothingWhateverTheModules) {
  std::mt19937 random(1);  // NOLINT(bugprone-random-generator-seed): the same each time
  const auto below = [&](std::size_t most) { return static_cast<std::size_t>(random() % most); };
  for (int round = 0; round < 200; ++round) {
    std::vector<BoxSpec> boxes;
    const std::size_t count = 1 + below(12);
    for (std::size_t i = 0; i < count; ++i) {
      boxes.push_back({100.0 + static_cast<double>(below(120)),
                       50.0 + static_cast<double>(below(40)), below(6) == 0});
    }
    std::vector<LineSpec> lines;
    for (std::size_t from = 0; from < count; ++from) {
      for (std::size_t to = 0; to < count; ++to) {
        if (from == to || boxes[from].on_ground || below(4) != 0) continue;
        const bool firm = to < from || boxes[to].on_ground;
        lines.push_back({from, to, firm || below(2) == 0, firm});
      }
    }
    const Layout layout = lay_out(boxes, lines);
    ASSERT_EQ(faults(layout), 0U) << "round " << round;
    ASSERT_EQ(layout.lines.size(), lines.size());
  }
}

TEST(TheseChecks, SeeABoxThatLiesOnAnother) {
  Layout layout = lay_out({{100, 40}, {100, 40}}, {{0, 1}});
  layout.boxes[1] = layout.boxes[0];
  EXPECT_GT(faults(layout), 0U);
}

}  // namespace
}  // namespace banyan::map
