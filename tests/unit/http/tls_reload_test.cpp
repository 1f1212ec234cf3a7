// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "tls_fixture.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

class TlsReload : public TlsTest {
 protected:
  static void copy(const Issued& from, const Issued& to) {
    std::filesystem::copy_file(from.chain_file, to.chain_file,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(from.key_file, to.key_file,
                               std::filesystem::copy_options::overwrite_existing);
  }
  Issued next_ = authority_.issue("next", {.names = {"DNS:localhost"}});
};

TEST_F(TlsReload, ShowsTheNewCertificateToNewConnectionsAndLetsOldOnesLive) {
  serve();
  TlsSocket old = connect();
  copy(next_, shop_);

  ASSERT_TRUE(tls_->reload());

  EXPECT_EQ(connect().peer_name(), "next");
  EXPECT_EQ(old.peer_name(), "shop");
  old.send(kGet);
  EXPECT_THAT(old.read_to_end(), EndsWith("GET /x "));
}

TEST_F(TlsReload, OfABadFileLeavesEverythingAsItWas) {
  const Issued api = authority_.issue("api", {.names = {"DNS:api.example"}});
  serve({.certificates = {files_of(shop_), files_of(api)}});
  copy(next_, shop_);
  std::filesystem::copy_file(next_.key_file, api.key_file,
                             std::filesystem::copy_options::overwrite_existing);

  const auto reloaded = tls_->reload();

  ASSERT_FALSE(reloaded);
  EXPECT_EQ(
      to_string(reloaded.error()),
      api.key_file + ": the key does not belong to the certificate in " + api.chain_file + "\n");
  EXPECT_EQ(connect().peer_name(), "shop") << "not even the good half of it";
}

TEST_F(TlsReload, UnderLoadDropsNothing) {
  serve();
  const Issued first = authority_.issue("first", {.names = {"DNS:localhost"}});
  std::atomic<bool> stop = false;
  std::atomic<int> answered = 0;
  std::atomic<int> lost = 0;
  std::vector<std::jthread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&, keeps = i == 0] {
      std::unique_ptr<TlsSocket> socket;
      while (!stop) {
        try {
          if (!socket || !keeps) socket = std::make_unique<TlsSocket>(connect());
          socket->send("GET /y HTTP/1.1\r\nHost: a\r\n\r\n");
          if (socket->read_until("GET /y ").ends_with("GET /y ")) {
            ++answered;
          } else {
            ++lost;
          }
        } catch (const std::exception&) {
          ++lost;
        }
      }
    });
  }
  for (int i = 0; i < 500; ++i) {
    copy(i % 2 == 0 ? next_ : first, shop_);
    ASSERT_TRUE(tls_->reload());
    // Some new connections on each.
    const int before = answered;
    while (i % 10 == 0 && answered < before + 5 && lost == 0) std::this_thread::yield();
  }
  stop = true;
  clients.clear();
  EXPECT_EQ(lost, 0);
  EXPECT_GE(answered, 250);
}

}  // namespace
}  // namespace banyan::http
