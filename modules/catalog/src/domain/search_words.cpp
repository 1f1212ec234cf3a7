// SPDX-License-Identifier: Apache-2.0
#include "domain/search_words.hpp"

#include <array>
#include <cstdint>

namespace catalog {
namespace {

// Latin letters with accents (U+00C0 … U+017F) without them; '.' has no such form.
constexpr char32_t kFirstAccented = 0xC0;
constexpr std::string_view kPlain =
    "aaaaaa.ceeeeiiii.nooooo..uuuuy..aaaaaa.ceeeeiiii.nooooo..uuuuy.y"
    "aaaaaaccccccccdd..eeeeeeeeeegggggggghh..iiiiiiiii...jjkk.llllll."
    "...nnnnnn...oooooo..rrrrrrsssssssstttt..uuuuuuuuuuuuwwyyyzzzzzz.";
static_assert(kPlain.size() == 0x180 - kFirstAccented);

constexpr char32_t kBroken = 0xFFFD;

/// Takes the first character off; kBroken where the bytes are no UTF-8.
char32_t next_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  text.remove_prefix(1);
  if (lead < 0x80) return lead;
  const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC2 ? 1 : 0;
  if (more == 0 || lead > 0xF4 || text.size() < more) return kBroken;
  char32_t character = lead & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return kBroken;
    character = character << 6U | (byte & 0x3FU);
  }
  text.remove_prefix(more);
  return character;
}

// What parts_words() leaves has three bytes at most.
void append(std::string& word, char32_t character) {
  const auto tail = [&](unsigned shift) {
    word += static_cast<char>(0x80U | (character >> shift & 0x3FU));
  };
  if (character < 0x80) {
    word += static_cast<char>(character);
  } else if (character < 0x800) {
    word += static_cast<char>(0xC0U | character >> 6U);
    tail(0);
  } else {
    word += static_cast<char>(0xE0U | character >> 12U);
    tail(6);
    tail(0);
  }
}

// Signs and symbols, without a table of Unicode: what stands in titles of records.
bool parts_words(char32_t character) {
  struct Range {
    char32_t first, last;
  };
  static constexpr std::array<Range, 11> kSigns{{{0x00, 0x2F},
                                                 {0x3A, 0x40},
                                                 {0x5B, 0x60},
                                                 {0x7B, 0xA9},
                                                 {0xAB, 0xB4},
                                                 {0xB6, 0xB9},
                                                 {0xBB, 0xBF},
                                                 {0x2000, 0x206F},
                                                 {0x20A0, 0x2BFF},
                                                 {0x3000, 0x303F},
                                                 {0xE000, 0xF8FF}}};
  if (character == 0xD7 || character == 0xF7 || character >= 0xFE00) return true;
  for (const Range& range : kSigns) {
    if (character >= range.first && character <= range.last) return true;
  }
  return false;
}

bool is_between(char32_t character, char32_t first, char32_t last) {
  return character >= first && character <= last;
}

char32_t folded(char32_t character) {
  if (is_between(character, 'A', 'Z')) return character + ('a' - 'A');
  if (is_between(character, kFirstAccented, 0x17F)) {
    const char plain = kPlain[character - kFirstAccented];
    if (plain != '.') return static_cast<char32_t>(plain);
    if (is_between(character, 0xC0, 0xDE)) return character + 0x20;
    // Capitals are odd in one stretch of the block and even in the rest.
    const bool odd_capitals = is_between(character, 0x139, 0x148);
    if (character >= 0x100 && (character % 2 == 1) == odd_capitals) return character + 1;
    return character;
  }
  if (is_between(character, 0x391, 0x3A9) || is_between(character, 0x410, 0x42F)) {
    return character + 0x20;  // Greek, Cyrillic
  }
  return is_between(character, 0x400, 0x40F) ? character + 0x50 : character;
}

}  // namespace

std::vector<std::string> search_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  while (!text.empty()) {
    const char32_t character = next_character(text);
    if (is_between(character, 0x300, 0x36F)) continue;  // an accent beside its letter
    if (parts_words(character)) {
      end_word();
    } else {
      append(word, folded(character));
    }
  }
  end_word();
  return words;
}

}  // namespace catalog
