// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "fuzz/http/entries.hpp"
#include "parse.hpp"

namespace banyan::http {
namespace {

const std::filesystem::path kData = BANYAN_HTTP_TEST_DATA;

std::string decode_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<std::uint32_t>(kDigits.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFF);
  }
  return bytes;
}

std::string member(std::string_view line, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\": \"";
  const std::size_t begin = line.find(key) + key.size();
  return std::string(line.substr(begin, line.find('"', begin) - begin));
}

std::map<std::string, std::string> corpus() {
  std::map<std::string, std::string> cases;
  std::ifstream file(kData / "requests.jsonl");
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) cases[member(line, "id")] = decode_base64(member(line, "b64"));
  }
  return cases;
}

TEST(RequestCorpus, IsTakenOrRefusedAsWritten) {
  std::ifstream file(kData / "requests.expected.tsv");
  std::map<std::string, std::string> expected;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    expected[line.substr(0, line.find('\t'))] = line.substr(line.find('\t') + 1);
  }
  const auto cases = corpus();
  ASSERT_EQ(cases.size(), 110U);
  for (const auto& [id, bytes] : cases) {
    const Parsed parsed = parse_requests(bytes);
    const std::string found = std::to_string(parsed.requests.size()) + "\t" +
                              (parsed.refusal.empty() ? "-" : parsed.refusal);
    EXPECT_EQ(found, expected[id]) << id << '\t' << found;
  }
}

TEST(RequestCorpus, MeansTheSameHoweverItIsCutAndSurvivesBeingForwarded) {
  for (const auto& [id, bytes] : corpus()) fuzz_request_parser(bytes);
}

TEST(ResponseSeeds, MeanTheSameHoweverTheyAreCutAndSurviveBeingForwarded) {
  for (const std::string_view bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\nok",
        "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nT: v\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.0 404 Not Found\r\n\r\nuntil the end",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "nonsense\r\n\r\n"}) {
    fuzz_response_parser(bytes);
  }
}

}  // namespace
}  // namespace banyan::http
