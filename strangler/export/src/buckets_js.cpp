// SPDX-License-Identifier: Apache-2.0
#include "buckets.hpp"
#include "comments.hpp"

namespace banyan::strangler {
namespace {

constexpr const char* kFunctions = R"(
// The bucket of a user in a rollout, 0 to 9999, as Banyan finds it: FNV-1a over 64 bits, seeded by
// the name of the rollout, with a stronger finish. A number of 64 bits is [high, low] here, 32 bits
// each, for numbers of JavaScript are exact up to 2^53 only.
const kWord = 4294967296;

// By 0x100000001B3, which is 2^40 + 435.
function times_prime(value) {
    const low = value[1] * 435;
    const high = value[0] * 435 + Math.floor(low / kWord) + value[1] * 256;
    return [high % kWord, low % kWord];
}

// By 0xD6E8FEB86659FD93.
function times_finish(value) {
    const kHigh = 0xD6E8FEB8, kLow = 0x6659FD93;
    const upper = (value[1] >>> 16) * kLow;
    const lower = (value[1] & 0xFFFF) * kLow + (upper % 65536) * 65536;
    const high = Math.floor(lower / kWord) + Math.floor(upper / 65536) +
        (Math.imul(value[0], kLow) >>> 0) + (Math.imul(value[1], kHigh) >>> 0);
    return [high % kWord, lower % kWord];
}

function hash(bytes, value) {
    for (let i = 0; i < bytes.length; i++) {
        value = times_prime([value[0], (value[1] ^ bytes[i]) >>> 0]);
    }
    value = times_finish([value[0], (value[1] ^ value[0]) >>> 0]);
    return [value[0], (value[1] ^ value[0]) >>> 0];
}

function rollout(name, share) {
    return {seed: hash(Buffer.from(name), [0xCBF29CE4, 0x84222325]), share: share};
}

function side(r, of) {
    const value = hash(r.rawVariables.banyan_key, of.seed);
    // 2^32 is 7296 more than a multiple of 10000.
    const bucket = ((value[0] % 10000) * 7296 + value[1]) % 10000;
    return bucket < of.share ? 'remote' : 'local';
}

)";

}  // namespace

std::string buckets_js(const TableToExport& table, const Ways& ways) {
  std::string text = file_head("nginx", table, "//") + kFunctions;
  std::string functions;
  text +=
      "// The share of the users whose reads the new side answers, in hundredths of a per cent.\n";
  for (const ExportedRollout& each : ways.rollouts) {
    const std::uint32_t share = each.traffic.reads.hundredths();
    if (share == 0 || share == 10'000) continue;
    text += "const " + each.word + "_rollout = rollout('" + each.name + "', " +
            std::to_string(share) + ");\n";
    functions +=
        "    " + each.word + ": function (r) { return side(r, " + each.word + "_rollout); },\n";
  }
  return text + "\nexport default {\n" + functions + "};\n";
}

}  // namespace banyan::strangler
