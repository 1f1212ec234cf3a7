// SPDX-License-Identifier: Apache-2.0
#include "web/basket.hpp"

#include <algorithm>
#include <charconv>

namespace recordshop::web {

using catalog::TrackId;

namespace {

// As fresh_key() makes them.
bool is_order_key(std::string_view text) {
  constexpr std::string_view kBegin = "web-";
  constexpr std::size_t kDigits = 32;
  return text.size() == kBegin.size() + kDigits && text.starts_with(kBegin) &&
         text.find_first_not_of("0123456789abcdef", kBegin.size()) == std::string_view::npos;
}

}  // namespace

// "<32 digits>*2.<32 digits>*1.web-<32 digits>": only characters that cookies may have.
Basket Basket::from(std::string_view cookie) {
  Basket basket;
  while (!cookie.empty()) {
    const std::string_view line = cookie.substr(0, cookie.find('.'));
    cookie.remove_prefix(std::min(line.size() + 1, cookie.size()));
    const std::size_t star = line.find('*');
    if (star == std::string_view::npos) {
      if (is_order_key(line)) basket.order_key_ = line;
      continue;
    }
    const auto track =
        TrackId::parse(std::string(TrackId::prefix) + '_' + std::string(line.substr(0, star)));
    std::int64_t copies = 0;
    const std::string_view number = line.substr(star + 1);
    std::from_chars(number.data(), number.data() + number.size(), copies);
    if (track && copies > 0) basket.add(*track, copies);
  }
  return basket;
}

std::string Basket::cookie() const {
  std::string text;
  for (const Line& line : lines_) {
    if (!text.empty()) text += '.';
    text += line.track.str().substr(TrackId::prefix.size() + 1) + '*' + std::to_string(line.copies);
  }
  if (!order_key_.empty()) text += '.' + order_key_;
  return text;
}

bool Basket::add(const TrackId& track, std::int64_t copies) {
  const auto there = std::ranges::find(lines_, track, &Line::track);
  if (there == lines_.end()) {
    if (lines_.size() == kMostLines) return false;
    lines_.push_back({track, std::clamp<std::int64_t>(copies, 1, kMostCopies)});
  } else {
    // The sum of what may be any number could overflow.
    there->copies += std::clamp<std::int64_t>(copies, 0, kMostCopies - there->copies);
  }
  return true;
}

void Basket::set(const TrackId& track, std::int64_t copies) {
  const auto there = std::ranges::find(lines_, track, &Line::track);
  if (there == lines_.end()) return;
  if (copies <= 0) {
    lines_.erase(there);
  } else {
    there->copies = std::min(copies, kMostCopies);
  }
}

std::int64_t Basket::copies() const {
  std::int64_t sum = 0;
  for (const Line& line : lines_) sum += line.copies;
  return sum;
}

}  // namespace recordshop::web
