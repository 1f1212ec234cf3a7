// SPDX-License-Identifier: Apache-2.0
// A proxy whose standard output and error go through a pipe, as under a supervisor or a container's
// engine, and whose reader stops reading or ends.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "proxy_fixture.hpp"
#include "support/child_process.hpp"

namespace banyan::serving {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class AProxyThatLogsIntoAPipe : public ProxyTest {
 protected:
  /// Its log goes to standard error, its access log to standard output.
  void run() {
    port_ = test::free_port();
    std::string text =
        shop_configuration(silent_.port(), catalog_.port(), "[access_log]\nfile = \"-\"\n");
    text.replace(text.find("127.0.0.1:0"), 11, "127.0.0.1:" + std::to_string(port_));
    write(file(), text);
    const std::string pipe = (folder_.path() / "pipe").string();
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    reader_ = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    process_.emplace(std::vector<std::string>{PROXY_UNDER_TEST, file(), ""}, pipe);
    until("the proxy listens", [this] { return serves(); });
  }
  bool serves() const {
    try {
      return test::get(port_, "/health/live").status == 200;
    } catch (const std::exception&) {
      return false;
    }
  }
  ~AProxyThatLogsIntoAPipe() override {
    if (reader_ >= 0) ::close(reader_);
  }
  void end_the_reader() { ::close(std::exchange(reader_, -1)); }
  void send_long_lines(int count) const {
    const std::string agent = "User-Agent: " + std::string(8'000, 'a') + "\r\n";
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(test::get(port_, "/nobody", agent).status, 404u);
    }
  }
  std::uint64_t counter(const std::string& name) const {
    const std::string text = test::get(port_, "/metrics").body;
    const std::size_t at = text.find('\n' + name + ' ');
    return at == std::string::npos ? 0 : std::stoull(text.substr(at + name.size() + 2));
  }

  test::Listener silent_;  ///< the old application: answers nothing
  int reader_ = -1;
  std::optional<test::ChildProcess> process_;
};

TEST_F(AProxyThatLogsIntoAPipe, ServesOnAndCountsWhatIsLostWhenTheReaderEnds) {
  run();
  end_the_reader();
  send_long_lines(2);
  process_->signal(SIGHUP);  // the log says that it has read its file
  until("both have counted", [this] {
    return counter("banyan_access_log_lines_dropped_total") >= 2 &&
           counter("banyan_log_lines_dropped_total") >= 1;
  });
  EXPECT_EQ(process_->stop(), 0);
}

TEST_F(AProxyThatLogsIntoAPipe, ServesOnAndEndsWhenTheReaderStopsReading) {
  run();
  // More than a pipe holds, twice.
  send_long_lines(30);
  until("what is written to the log does not fit either", [this] {
    for (int i = 0; i < 100; ++i) process_->signal(SIGHUP);
    return counter("banyan_access_log_lines_dropped_total") > 0;
  });
  EXPECT_EQ(test::get(port_, "/_banyan/api/upstreams").status, 200u);
  EXPECT_EQ(process_->stop(10s), 0);
}

TEST_F(AProxyThatLogsIntoAPipe, EndsAtOnceAtASecondSignalAlthoughNobodyReads) {
  run();
  send_long_lines(30);
  test::Peer client = test::Peer::connect(port_);
  client.send("GET /shop HTTP/1.1\r\nHost: localhost\r\n\r\n");
  test::Peer upstream = silent_.accept();
  upstream.read_head();
  process_->signal(SIGTERM);
  EXPECT_FALSE(process_->wait(300ms)) << "a request is under way";
  until("it has taken the first", [this] { return process_->has_taken(SIGTERM); });
  process_->signal(SIGTERM);
  EXPECT_EQ(process_->wait(30s), 70);
}

TEST_F(AProxyThatLogsIntoAPipe, StartsAlthoughThePipeIsFullAlready) {
  const std::string pipe = (folder_.path() / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const int filler = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  const std::array<char, 4'096> page{};
  while (::write(filler, page.data(), page.size()) > 0) {
  }
  port_ = test::free_port();
  std::string text = shop_configuration(silent_.port(), catalog_.port());
  text.replace(text.find("127.0.0.1:0"), 11, "127.0.0.1:" + std::to_string(port_));
  write(file(), text);
  process_.emplace(std::vector<std::string>{PROXY_UNDER_TEST, file(), ""}, pipe);
  until("the proxy listens", [this] { return serves(); });
  EXPECT_EQ(process_->stop(10s), 0);
  ::close(filler);
  ::close(reader);
}

}  // namespace
}  // namespace banyan::serving
