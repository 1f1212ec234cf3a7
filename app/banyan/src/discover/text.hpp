// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "banyan/discovery/proposal.hpp"

namespace banyan::cli::discover {

/// A line that could not be read.
struct BadLine {
  std::string file;
  std::uint64_t number = 0;
  std::string why;
  std::string shape;  ///< discovery::shape_of_line()
};

/// What was read.
struct Reading {
  std::vector<std::string> files;
  std::uint64_t lines = 0;
  std::uint64_t bad = 0;
  std::uint64_t copies = 0;   ///< lines of copies, which no client has sent
  std::uint64_t untaken = 0;  ///< lines of what was no request
  std::vector<BadLine> first_bad;
  std::string described_by;  ///< where the OpenAPI document is; "": there is none
  std::uint64_t described = 0;
  std::uint64_t not_writable = 0;  ///< described, and not as a route can be written
};

/// The routes as TOML, with the evidence in comments: the text of a file to review.
std::string toml_of(const discovery::Proposal& proposal, const Reading& reading,
                    const std::string& upstream);

/// One JSON object. `text`: the file, where it is written nowhere else; "".
std::string json_of(const discovery::Proposal& proposal, const Reading& reading,
                    const std::string& file, const std::string& text);

/// The sentences about what is covered and what is not, for people.
std::vector<std::string> summary_of(const discovery::Proposal& proposal, const Reading& reading);

/// Requests for which a route is proposed.
std::uint64_t covered_by(const discovery::Proposal& proposal);

}  // namespace banyan::cli::discover
