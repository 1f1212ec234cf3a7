// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

/// What every program of the kit, and every program made with it, ends with. Scripts and service
/// managers go by these numbers: 0 and 1 as everywhere, the others those of sysexits.h.
/// docs/reference/exit-codes.md is the same table.
namespace banyan::exit_code {

inline constexpr int kDone = 0;
inline constexpr int kRefused = 1;
inline constexpr int kUsage = 64;             ///< EX_USAGE
inline constexpr int kBadData = 65;           ///< EX_DATAERR
inline constexpr int kUnavailable = 69;       ///< EX_UNAVAILABLE
inline constexpr int kFault = 70;             ///< EX_SOFTWARE
inline constexpr int kUnfinished = 75;        ///< EX_TEMPFAIL
inline constexpr int kBadConfiguration = 78;  ///< EX_CONFIG

struct Meaning {
  int code;
  std::string_view text;  ///< one line
};

/// All of them, ascending.
inline constexpr auto kAll = std::to_array<Meaning>({
    {kDone, "done, or stopped as asked"},
    {kRefused, "understood and refused, with the reason; a check found something"},
    {kUsage, "wrong usage of the command line; nothing was done"},
    {kBadData, "the data that was given is not fit; nothing was done"},
    {kUnavailable, "nobody answers, or what was named is not there or is held by somebody"},
    {kFault, "a fault of the program, or cut off by a second signal"},
    {kUnfinished, "done, and cleaning up is left: the same command again completes it"},
    {kBadConfiguration, "cannot start: the configuration, or something it needs, is not right"},
});

/// The table for `--help`: "Exit codes:", then a line for each.
std::string for_help();

}  // namespace banyan::exit_code
