// SPDX-License-Identifier: Apache-2.0
// What the codec accepts it writes in a form that it reads again as the same value, whoever sent
// it.
#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/json/codec.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/money.hpp"

namespace {

enum class Kind { Vinyl, Tape };
BOOST_DESCRIBE_ENUM(Kind, Vinyl, Tape)

struct Line {
  std::string title;
  std::int64_t quantity = 0;
  std::optional<banyan::Money> price;
  friend bool operator==(const Line&, const Line&) = default;
};
BOOST_DESCRIBE_STRUCT(Line, (), (title, quantity, price))

struct Document {
  std::vector<Line> lines;
  std::map<std::string, bool> flags;
  std::optional<banyan::Timestamp> at;
  Kind kind = Kind::Vinyl;
  double weight = 0;
  friend bool operator==(const Document&, const Document&) = default;
};
BOOST_DESCRIBE_STRUCT(Document, (), (lines, flags, at, kind, weight))

void round_trip(std::string_view text, banyan::json::Reading reading) {
  const auto read = banyan::json::decode<Document>(text, reading);
  if (!read) return;
  const auto again =
      banyan::json::decode<Document>(banyan::json::encode(*read), banyan::json::Reading::Strict);
  if (!again || *again != *read) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  round_trip(text, banyan::json::Reading::Strict);
  round_trip(text, banyan::json::Reading::Tolerant);
  return 0;
}
