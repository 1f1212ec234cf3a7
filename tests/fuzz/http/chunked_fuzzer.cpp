// SPDX-License-Identifier: Apache-2.0
// A chunked body means the same however its bytes are cut, the same as to a plain reader of the
// RFC, and the same again after it was written anew.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "banyan/http/parser.hpp"
#include "banyan/http/serializer.hpp"
#include "plain_chunk_reader.hpp"

namespace banyan::http {
namespace {

using End = ChunkedBody::End;

const Limits kLimits{.fields = 5, .trailer_bytes = 120, .chunk_line_bytes = 40, .body_bytes = 600};

/// How many bytes come next.
using Cuts = std::function<std::size_t()>;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

ChunkedBody decode(std::string_view bytes, const Limits& limits, const Cuts& cuts) {
  RequestParser parser(limits);
  parser.step("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  ChunkedBody read;
  std::string unread;
  for (;;) {
    const Step step = parser.step(unread);
    require(step.consumed <= unread.size(), "more was used than there is");
    read.used += step.consumed;
    switch (step.kind) {
      case Step::Kind::Body:
        require(!step.body.empty(), "an empty piece would end a body");
        read.body += step.body;
        break;
      case Step::Kind::End:
        read.end = End::Whole;
        read.trailers = parser.trailers();
        return read;
      case Step::Kind::Refused:
        read.end = End::Refused;
        read.status = parser.refusal().status;
        read.used = 0;
        return read;
      case Step::Kind::Head: require(false, "a second head"); break;
      case Step::Kind::NeedMore: {
        if (bytes.empty()) {
          require(parser.close() != nullptr, "a cut body passes for a whole one");
          read.used = 0;
          return read;
        }
        unread.erase(0, step.consumed);
        const std::string_view more = bytes.substr(0, std::max<std::size_t>(cuts(), 1));
        unread += more;
        bytes.remove_prefix(more.size());
        continue;
      }
    }
    unread.erase(0, step.consumed);
  }
}

/// As it goes on: pieces as `cuts` has them, and all trailers that may be some.
void survives_being_written(const ChunkedBody& read) {
  std::string out;
  for (std::string_view left = read.body; !left.empty();) {
    const std::string_view piece = left.substr(0, 7);
    begin_chunk(piece.size(), out);
    out.append(piece).append(kChunkEnd);
    left.remove_prefix(piece.size());
  }
  require(end_chunks(read.trailers, out).has_value(), "what was taken cannot be sent");
  ChunkedBody due = read;
  due.trailers.remove_if([](const Fields::Field& field) { return !may_be_trailer(field.name); });
  due.used = out.size();
  require(decode(out, {}, [] { return SIZE_MAX; }) == due, "a body changed on its way");
}

}  // namespace

void fuzz_chunked(std::string_view bytes) {
  const ChunkedBody plain = PlainChunkReader(bytes, kLimits).read();
  for (const std::size_t piece : {SIZE_MAX, std::size_t{1}, std::size_t{2}, std::size_t{13}}) {
    require(decode(bytes, kLimits, [&] { return piece; }) == plain,
            "a plain reader finds something else");
  }
  std::size_t seed = std::hash<std::string_view>()(bytes);
  const Cuts anyhow = [&] {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return seed >> 60U;
  };
  require(decode(bytes, kLimits, anyhow) == plain, "cutting changes what is found");
  if (plain.end == End::Whole) survives_being_written(plain);
}

}  // namespace banyan::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::http::fuzz_chunked({reinterpret_cast<const char*>(data), size});
  return 0;
}
