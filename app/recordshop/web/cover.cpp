// SPDX-License-Identifier: Apache-2.0
#include "web/cover.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include "banyan/digest/sha256.hpp"
#include "banyan/kernel/random.hpp"

namespace recordshop::web {
namespace {

struct Palette {
  std::string_view ground, first, second, third;
};

constexpr std::array<Palette, 12> kPalettes{{{"#f2e3c6", "#d1482b", "#274b5e", "#e8a13a"},
                                             {"#1f2a44", "#f2b84b", "#e5593f", "#8fb8c9"},
                                             {"#e9d8d0", "#6b2d3e", "#c9704f", "#2f4b4b"},
                                             {"#0f3b3a", "#f1d8a5", "#e2803f", "#78b39a"},
                                             {"#f4efe6", "#1d1d1f", "#d8432f", "#b9b1a3"},
                                             {"#3a2340", "#f0c3a0", "#e35d6a", "#7d6aa8"},
                                             {"#d9e4dd", "#24523f", "#e0a136", "#b5483a"},
                                             {"#f6d9a8", "#b3361f", "#214a4c", "#f6f0e2"},
                                             {"#23272f", "#d7e3ea", "#6fa0b8", "#e7b65a"},
                                             {"#efe4f0", "#51337a", "#d9629a", "#f0b94b"},
                                             {"#c8d7e6", "#1e3a5f", "#f05e3b", "#f8f3e8"},
                                             {"#2d1e1a", "#e9c79c", "#c2552d", "#7b8f62"}}};

/// Writes shapes on a square of 300 by 300.
class Canvas {
 public:
  explicit Canvas(std::uint64_t seed)
      : random_(seed), colours_(kPalettes[below(kPalettes.size())]) {
    svg_ = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300">)";
    rectangle(0, 0, 300, 300, colours_.ground);
  }

  std::string finish() {
    switch (below(7)) {
      case 0: rings(); break;
      case 1: stripes(); break;
      case 2: horizon(); break;
      case 3: dots(); break;
      case 4: quarters(); break;
      case 5: waves(); break;
      default: bars();
    }
    return svg_ + "</svg>";
  }

 private:
  std::uint64_t below(std::uint64_t end) { return random_.next() % end; }
  int between(int first, int last) {
    return first + static_cast<int>(below(static_cast<std::uint64_t>(last - first + 1)));
  }
  std::string_view any() {
    const std::array all{colours_.first, colours_.second, colours_.third};
    return all[below(all.size())];
  }

  void rectangle(int x, int y, int width, int height, std::string_view fill) {
    shape("rect", {{"x", x}, {"y", y}, {"width", width}, {"height", height}}, fill);
  }
  void circle(int x, int y, int radius, std::string_view fill) {
    shape("circle", {{"cx", x}, {"cy", y}, {"r", radius}}, fill);
  }
  void shape(std::string_view name, std::initializer_list<std::pair<std::string_view, int>> numbers,
             std::string_view fill) {
    svg_.append("<").append(name);
    for (const auto& [attribute, number] : numbers) {
      svg_.append(" ").append(attribute).append("=\"" + std::to_string(number) + '"');
    }
    svg_.append(" fill=\"").append(fill).append("\"/>");
  }
  void path(const std::string& along, std::string_view fill) {
    svg_.append("<path d=\"" + along + "\" fill=\"").append(fill).append("\"/>");
  }

  void rings() {
    const int x = between(60, 240);
    const int y = between(60, 240);
    const int step = between(16, 34);
    int turn = 0;
    const std::array order{colours_.first,  colours_.ground, colours_.second,
                           colours_.ground, colours_.third,  colours_.ground};
    for (int radius = step * 8; radius > 0; radius -= step) {
      circle(x, y, radius, order[static_cast<std::size_t>(turn++) % order.size()]);
    }
  }
  void stripes() {
    const int width = between(18, 42);
    const int lean = between(-160, 160);
    for (int x = -200; x < 500; x += 2 * width) {
      const std::string a = std::to_string(x);
      path("M" + a + " 0h" + std::to_string(width) + "l" + std::to_string(lean) + " 300h-" +
               std::to_string(width) + "z",
           any());
    }
    circle(between(80, 220), between(80, 220), between(30, 70), colours_.ground);
  }
  void horizon() {
    const int line = between(150, 220);
    circle(between(90, 210), line - between(0, 50), between(50, 95), colours_.second);
    rectangle(0, line, 300, 300 - line, colours_.first);
    int height = 5;
    for (int y = line + between(12, 20); y < 300; y += 2 * height + 8) {
      rectangle(0, y, 300, height, colours_.third);
      height += 3;
    }
  }
  void dots() {
    const int cells = between(3, 6);
    const int step = 300 / cells;
    for (int row = 0; row < cells; ++row) {
      for (int column = 0; column < cells; ++column) {
        circle(column * step + step / 2, row * step + step / 2, between(step / 6, step / 2), any());
      }
    }
  }
  void quarters() {
    const int cells = between(2, 4);
    const int step = 300 / cells;
    const std::string size = std::to_string(step);
    for (int row = 0; row < cells; ++row) {
      for (int column = 0; column < cells; ++column) {
        const std::string x = std::to_string(column * step);
        const std::string y = std::to_string(row * step);
        const std::string right = std::to_string((column + 1) * step);
        const std::string bottom = std::to_string((row + 1) * step);
        const std::array<std::string, 4> corners{"M" + x + " " + y + "H" + right + "A" + size +
                                                     " " + size + " 0 0 1 " + x + " " + bottom,
                                                 "M" + right + " " + y + "V" + bottom + "A" + size +
                                                     " " + size + " 0 0 1 " + x + " " + y,
                                                 "M" + right + " " + bottom + "H" + x + "A" + size +
                                                     " " + size + " 0 0 1 " + right + " " + y,
                                                 "M" + x + " " + bottom + "V" + y + "A" + size +
                                                     " " + size + " 0 0 1 " + right + " " + bottom};
        path(corners[below(corners.size())] + "z", any());
      }
    }
  }
  void waves() {
    const int step = between(26, 48);
    const int height = between(20, 46);
    int turn = 0;
    const std::array order{colours_.first, colours_.second, colours_.third, colours_.ground};
    for (int y = between(40, 110); y < 340; y += step) {
      const std::string up = std::to_string(height);
      path("M-20 " + std::to_string(y) + "q40 -" + up + " 80 0t80 0t80 0t80 0t80 0V320H-20z",
           order[static_cast<std::size_t>(turn++) % order.size()]);
    }
  }
  void bars() {
    const int width = between(14, 30);
    for (int x = between(10, 30); x + width < 290; x += width + between(6, 14)) {
      const int height = between(40, 240);
      rectangle(x, 270 - height, width, height, any());
    }
  }

  banyan::SeededRandom random_;
  Palette colours_;
  std::string svg_;
};

}  // namespace

std::string cover_of(const catalog::AlbumId& album) {
  const std::string digits = banyan::sha256_hex(album.str());
  return Canvas(std::stoull(digits.substr(0, 16), nullptr, 16)).finish();
}

}  // namespace recordshop::web
