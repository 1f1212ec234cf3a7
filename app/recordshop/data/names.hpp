// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

/// Believable names, each made from one number.
namespace recordshop {

std::string artist_name(std::uint64_t number);
std::string album_title(std::uint64_t number);
std::string track_title(std::uint64_t number);
std::string person_name(std::uint64_t number);
std::string street_name(std::uint64_t number);  ///< with a house number

}  // namespace recordshop
