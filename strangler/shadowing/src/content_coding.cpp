// SPDX-License-Identifier: Apache-2.0
#include "content_coding.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace banyan::strangler {
namespace {

/// The largest window, and whichever of the headers of gzip and zlib there is.
constexpr int kAnyHeader = 15 + 32;

std::string_view coding_of(const http::ResponseHead& head) {
  return head.fields.find("Content-Encoding").value_or(std::string_view());
}

bool can_be_undone(std::string_view coding) {
  return std::ranges::any_of(
      std::to_array<std::string_view>({"gzip", "x-gzip", "deflate"}),
      [&](std::string_view known) { return http::equals_ignoring_case(coding, known); });
}

}  // namespace

bool is_coded(const http::ResponseHead& head) {
  const std::string_view coding = coding_of(head);
  return !coding.empty() && !http::equals_ignoring_case(coding, "identity");
}

std::optional<std::string> decoded(const http::ResponseHead& head, std::string_view body,
                                   std::size_t most) {
  if (!can_be_undone(coding_of(head)) || head.fields.count("Content-Encoding") > 1) {
    return std::nullopt;
  }
  z_stream stream{};
  if (inflateInit2(&stream, kAnyHeader) != Z_OK) return std::nullopt;
  std::string bytes(body);  // zlib's interface takes no const
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  std::array<char, 16 * 1024> piece;
  int result = Z_OK;
  while (result == Z_OK && text.size() <= most) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (result != Z_STREAM_END || text.size() > most) return std::nullopt;
  return text;
}

}  // namespace banyan::strangler
