// SPDX-License-Identifier: Apache-2.0
#include "buckets.hpp"
#include "comments.hpp"

namespace banyan::strangler {
namespace {

constexpr const char* kConverter = R"(
-- The bucket of a user in a rollout, 0 to 9999, as Banyan finds it: FNV-1a over 64 bits, seeded by
-- the name of the rollout, with a stronger finish. Integers of Lua (from 5.3 on) wrap as those of C.
local function hash(text, value)
  for i = 1, #text do
    value = (value ~ text:byte(i)) * 0x100000001B3
  end
  value = value ~ (value >> 32)
  value = value * 0xD6E8FEB86659FD93
  return value ~ (value >> 32)
end

local seeds = {}

core.register_converters("banyan_bucket", function(key, rollout)
  local seed = seeds[rollout]
  if seed == nil then
    seed = hash(rollout, 0xCBF29CE484222325)
    seeds[rollout] = seed
  end
  local value = hash(key, seed)
  -- The remainder as of a number without a sign.
  return tostring((value >> 1) % 5000 * 2 + (value & 1))
end)
)";

}  // namespace

std::string buckets_lua(const TableToExport& table) {
  return file_head("haproxy", table, "--") + kConverter;
}

}  // namespace banyan::strangler
