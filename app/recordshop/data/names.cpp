// SPDX-License-Identifier: Apache-2.0
#include "data/names.hpp"

#include <array>
#include <string_view>

namespace recordshop {
namespace {

using Words = std::string_view;

constexpr auto kAdjectives = std::to_array<Words>(
    {"Silent",  "Golden",   "Broken", "Electric", "Hollow", "Crimson", "Paper",  "Northern",
     "Velvet",  "Distant",  "Lucky",  "Midnight", "Slow",   "Bright",  "Wooden", "Restless",
     "Copper",  "Faithful", "Wild",   "Quiet",    "Frozen", "Honest",  "Salt",   "Second",
     "Western", "Blue",     "Lonely", "Painted",  "Summer", "Ancient", "Idle",   "Tender"});
constexpr auto kNouns = std::to_array<Words>(
    {"River",   "Harbour",  "Banyan",  "Engine", "Mirror", "Garden",     "Lantern", "Satellite",
     "Orchard", "Station",  "Thunder", "Window", "Circus", "Shadow",     "Sparrow", "Avenue",
     "Machine", "Island",   "Letter",  "Signal", "Desert", "Compass",    "Wolf",    "Cathedral",
     "Ocean",   "Carousel", "Meadow",  "Tiger",  "Radio",  "Lighthouse", "Bridge",  "Morning"});
constexpr auto kVerbs =
    std::to_array<Words>({"Leaving", "Finding", "Counting", "Losing", "Following", "Remembering",
                          "Crossing", "Waiting for", "Dancing with", "Running from", "Dreaming of",
                          "Building", "Burning", "Singing to", "Under", "Beyond"});
constexpr auto kFirstNames =
    std::to_array<Words>({"Ada",  "Bruno", "Clara", "Dmitri", "Elena", "Farid",  "Greta",  "Hugo",
                          "Ines", "Jonas", "Kaito", "Leila",  "Marta", "Nikhil", "Olivia", "Pavel",
                          "Rosa", "Samir", "Tilda", "Ugo",    "Vera",  "Wanda",  "Yusuf",  "Zoe"});
constexpr auto kLastNames = std::to_array<Words>(
    {"Almeida", "Bergström", "Castillo", "Dvořák",    "Eriksen", "Fontaine", "García", "Haddad",
     "Ivanova", "Jensen",    "Kowalski", "Lindqvist", "Moreau",  "Nakamura", "Okafor", "Petrov",
     "Quispe",  "Rossi",     "Schäfer",  "Takács",    "Usman",   "Vogel",    "Weber",  "Zhang"});

/// Takes a choice out of a number and leaves the rest of it for the next.
template <class List>
std::string pick(const List& list, std::uint64_t& number) {
  const std::uint64_t at = number % list.size();
  number /= list.size();
  return std::string(list.at(at));
}

}  // namespace

std::string person_name(std::uint64_t number) {
  const std::string first = pick(kFirstNames, number);
  return first + ' ' + pick(kLastNames, number);
}

std::string street_name(std::uint64_t number) {
  const std::string noun = pick(kNouns, number);
  return noun + (number % 2 == 0 ? " Street " : " Lane ") + std::to_string(1 + number / 2 % 120);
}

std::string artist_name(std::uint64_t number) {
  const std::uint64_t kind = number % 4;
  number /= 4;
  if (kind == 0) return person_name(number);
  const std::string adjective = pick(kAdjectives, number);
  const std::string noun = pick(kNouns, number);
  if (kind == 1) return "The " + adjective + ' ' + noun + 's';
  if (kind == 2) return adjective + ' ' + noun;
  return noun + " & " + pick(kNouns, number);
}

std::string album_title(std::uint64_t number) {
  const std::uint64_t kind = number % 3;
  number /= 3;
  if (kind == 0) return pick(kAdjectives, number) + ' ' + pick(kNouns, number);
  const std::string verb = pick(kVerbs, number);
  if (kind == 1) return verb + " the " + pick(kNouns, number);
  return "Live at the " + pick(kAdjectives, number) + ' ' + pick(kNouns, number);
}

std::string track_title(std::uint64_t number) {
  const std::uint64_t kind = number % 4;
  number /= 4;
  if (kind == 0) return pick(kNouns, number) + " Song";
  if (kind == 1) return pick(kVerbs, number) + " the " + pick(kNouns, number);
  const std::string adjective = pick(kAdjectives, number);
  if (kind == 2) return adjective + ' ' + pick(kNouns, number);
  return adjective + ' ' + pick(kNouns, number) + " (" + pick(kAdjectives, number) + " Version)";
}

}  // namespace recordshop
