// SPDX-License-Identifier: Apache-2.0
// A shop whose standard output and error go through a pipe whose reader stops reading or ends.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/http/client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/becomes_true.hpp"
#include "support/child_process.hpp"

namespace banyan::test {
namespace {

using namespace std::chrono_literals;

class AShopThatLogsIntoAPipe : public testing::Test {
 protected:
  void SetUp() override {
    const std::string pipe = (folder_.path() / "pipe").string();
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    reader_ = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const auto ready = folder_.path() / "ready";
    process_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{BANYAN_BIN "/recordshop", "--port", "0", "--database",
                                 (folder_.path() / "shop.db").string(), "--log-level", "debug",
                                 "--ready-file", ready.string()},
        pipe);
    port_ = static_cast<std::uint16_t>(std::stoi(await_file(ready, *process_)));
    client_ = std::make_unique<http::Client>(http::Endpoint{"127.0.0.1", port_});
  }
  ~AShopThatLogsIntoAPipe() override { end_the_reader(); }

  void end_the_reader() {
    if (reader_ >= 0) ::close(std::exchange(reader_, -1));
  }
  http::Response get(const std::string& target) const {
    http::Request request;
    request.head.method = "GET";
    request.head.target = target;
    auto answer = client_->exchange(request, system_clock().steady() + 10s);
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }
  /// Each request is a line of the log.
  void log_more_than_a_pipe_holds() const {
    for (int i = 0; i < 1'000; ++i) ASSERT_EQ(get("/tracks?limit=1").head.status, 200u);
  }

  TemporaryFolder folder_;
  int reader_ = -1;
  std::uint16_t port_ = 0;
  std::unique_ptr<ChildProcess> process_;
  std::unique_ptr<http::Client> client_;
};

TEST_F(AShopThatLogsIntoAPipe, ServesOnAndCountsWhatIsLostWhenTheReaderEnds) {
  end_the_reader();
  const auto lost = [this] {
    constexpr std::string_view kName = "\nbanyan_log_lines_dropped_total ";
    const std::string text = get("/metrics").body;
    const std::size_t at = text.find(kName);
    return at == std::string::npos ? 0 : std::stoll(text.substr(at + kName.size()));
  };
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (lost() == 0 && std::chrono::steady_clock::now() < end) get("/tracks?limit=1");
  EXPECT_GT(lost(), 0);
  EXPECT_EQ(process_->stop(), 0);
}

TEST_F(AShopThatLogsIntoAPipe, ServesOnAndEndsWhenTheReaderStopsReading) {
  log_more_than_a_pipe_holds();
  EXPECT_EQ(get("/health/ready").head.status, 200u);
  EXPECT_EQ(process_->stop(10s), 0);
}

TEST_F(AShopThatLogsIntoAPipe, EndsAtOnceAtASecondSignal) {
  log_more_than_a_pipe_holds();
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  constexpr std::string_view kBegun =
      "POST /orders HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nIdempotency-Key: k\r\n"
      "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n";
  ASSERT_EQ(::send(socket, kBegun.data(), kBegun.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(kBegun.size()));
  std::array<char, 25> answer{};
  ASSERT_EQ(::recv(socket, answer.data(), answer.size(), MSG_WAITALL), 25) << "it reads the body";
  process_->signal(SIGTERM);
  EXPECT_FALSE(process_->wait(500ms)) << "a request is under way";
  ASSERT_TRUE(becomes_true([this] { return process_->has_taken(SIGTERM); }));
  process_->signal(SIGTERM);
  EXPECT_NE(process_->wait(5s).value_or(0), 0);
  ::close(socket);
}

}  // namespace
}  // namespace banyan::test
