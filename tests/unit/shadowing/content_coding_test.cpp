// SPDX-License-Identifier: Apache-2.0
#include "content_coding.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace banyan::strangler {
namespace {

std::string gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
  std::string from = text;
  std::string to(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(from.data());
  stream.avail_in = static_cast<uInt>(from.size());
  stream.next_out = reinterpret_cast<Bytef*>(to.data());
  stream.avail_out = static_cast<uInt>(to.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  to.resize(to.size() - stream.avail_out);
  deflateEnd(&stream);
  return to;
}

http::ResponseHead coded(const char* coding) {
  http::ResponseHead head;
  head.fields.add("Content-Encoding", coding);
  return head;
}

TEST(AContentCoding, IsUndoneWhereItIsGzip) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(decoded(coded("gzip"), gzip(text), 1'000'000), text);
}

TEST(AContentCoding, ThatIsABombOrBrokenOrUnknownIsNot) {
  const std::string bomb = gzip(std::string(1'000'000, 'x'));
  EXPECT_EQ(decoded(coded("gzip"), bomb, 999'999), std::nullopt);
  EXPECT_EQ(decoded(coded("gzip"), bomb.substr(0, bomb.size() / 2), 2'000'000), std::nullopt);
  EXPECT_EQ(decoded(coded("gzip"), "no such thing", 1'000), std::nullopt);
  EXPECT_EQ(decoded(coded("br"), "what", 1'000), std::nullopt);
}

TEST(AContentCoding, IsThereWhenItIsSaidAndIsNotIdentity) {
  EXPECT_FALSE(is_coded({}));
  EXPECT_FALSE(is_coded(coded("identity")));
  EXPECT_TRUE(is_coded(coded("br")));
}

}  // namespace
}  // namespace banyan::strangler
