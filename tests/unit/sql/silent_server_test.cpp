// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL server whose machine takes connections and says nothing, as one that hangs does.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <system_error>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/random.hpp"
#include "banyan/postgres/connection.hpp"
#include "banyan/sql/fault.hpp"
#include "postgres_pool.hpp"
#include "postgres_writer.hpp"
#include "unit/sql/engine_under_test.hpp"

namespace banyan::sql {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// The system takes the connections; nobody reads them.
class SilentServer {
 public:
  SilentServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::system_error(errno, std::system_category(), "listen");
    }
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { close(); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

  DataSource source() const {
    return {Engine::Postgres, {}, "host=127.0.0.1 port=" + std::to_string(port_) + " dbname=shop"};
  }
  /// Whoever waits for it is told that it is gone.
  void close() {
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  }

 private:
  int listener_;
  int port_ = 0;
};

/// How long libpq would wait.
constexpr auto kConnectTimeout = 5s;

TEST(AServerThatSaysNothing, IsWaitedForNoLongerThanTheDeadline) {
  Options options;
  Ownership ownership(options);
  SilentServer server;
  const DataSource source = server.source();
  PostgresPool pool(source, ownership, 2, system_clock());
  const SteadyTime begin = system_clock().steady();
  try {
    (void)pool.take(begin + 200ms);
    FAIL() << "it has answered";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), FaultKind::ConnectionLost);
    EXPECT_THAT(fault.what(), HasSubstr("has not answered before the deadline"));
    EXPECT_THAT(fault.what(), HasSubstr("dbname=shop"));
  }
  EXPECT_LT(system_clock().steady() - begin, kConnectTimeout / 2);
  server.close();
}

TEST(AServerThatSaysNothing, KeepsNoMoreThreadsWaitingThanTheModuleHasConnections) {
  Options options;
  Ownership ownership(options);
  SilentServer server;
  const DataSource source = server.source();
  PostgresPool pool(source, ownership, 2, system_clock());
  std::vector<FaultKind> kinds;
  for (int i = 0; i < 4; ++i) {
    try {
      (void)pool.take(system_clock().steady() + 50ms);
    } catch (const Fault& fault) {
      kinds.push_back(fault.kind());
    }
  }
  EXPECT_THAT(kinds, testing::ElementsAre(FaultKind::ConnectionLost, FaultKind::ConnectionLost,
                                          FaultKind::Deadline, FaultKind::Deadline));
  server.close();
}

TEST(AServerThatSaysNothing, IsAskedOnceByAUnitOfWork) {
  const Options options;
  Ownership ownership(options);
  SilentServer server;
  const DataSource source = server.source();
  PostgresWriter writer(source, ownership, options);
  const Context context = Context::begin(400ms, system_clock(), system_random());
  EXPECT_THROW((void)writer.run(context, [](Connection&) { return true; }), Fault);
  EXPECT_EQ(writer.figures().again, 0U);
  server.close();
}

TEST(AConnectionThatIsOpenedTooLate, IsKeptForTheNext) {
  test::EngineUnderTest engine(Engine::Postgres);
  Options options;
  Ownership ownership(options);
  const DataSource source = engine.database().source();
  PostgresPool pool(source, ownership, 1, system_clock());
  EXPECT_THROW((void)pool.take(system_clock().steady()), Fault);
  auto connection = pool.take(system_clock().steady() + 1min);
  ASSERT_NE(connection, nullptr);
  pool.give_back(std::move(connection));
}

TEST(LimitsOfTimeOfAConnection, AreTheKitsUnlessItSaysThemItself) {
  const std::string plain = postgres::with_time_limits("host=a dbname=shop");
  EXPECT_THAT(plain, HasSubstr("connect_timeout='5'"));
  EXPECT_THAT(plain, HasSubstr("tcp_user_timeout='10000'"));
  EXPECT_THAT(plain, HasSubstr("keepalives_idle='10'"));
  const std::string own = postgres::with_time_limits("postgresql://a/shop?connect_timeout=30");
  EXPECT_THAT(own, HasSubstr("connect_timeout='30'"));
  EXPECT_THAT(own, HasSubstr("dbname='shop'"));
  EXPECT_THAT(own, Not(HasSubstr("connect_timeout='5'")));
}

TEST(LimitsOfTimeOfAConnection, AreThoseOfItsServiceWhereItNamesOne) {
  const std::string by_service = postgres::with_time_limits("service=shop connect_timeout=30");
  EXPECT_THAT(by_service, HasSubstr("service='shop'"));
  EXPECT_THAT(by_service, HasSubstr("connect_timeout='30'"));
  EXPECT_THAT(by_service, Not(HasSubstr("tcp_user_timeout")));
  EXPECT_THAT(by_service, Not(HasSubstr("keepalives_idle")));
}

TEST(LimitsOfTimeOfAConnection, LeaveTheRestAsItIs) {
  EXPECT_THAT(postgres::with_time_limits(R"(host=a password='it\'s a \\ secret')"),
              HasSubstr(R"(password='it\'s a \\ secret')"));
  EXPECT_EQ(postgres::with_time_limits("no such option=1"), "no such option=1");
}

}  // namespace
}  // namespace banyan::sql
