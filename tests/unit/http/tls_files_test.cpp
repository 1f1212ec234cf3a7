// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "support/nobody.hpp"
#include "tls_fixture.hpp"

namespace banyan::http {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class TlsFiles : public TlsTest {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string problems_with(const TlsCertificate& files) const {
    return problems_of({.certificates = {files}});
  }
};

TEST_F(TlsFiles, ThatAreGoodAreTaken) {
  EXPECT_EQ(problems_of(options()), "");
  const Issued rsa = authority_.issue("rsa", {.names = {"DNS:a.example"}, .rsa = true});
  EXPECT_EQ(problems_with(files_of(rsa)), "");
}

TEST_F(TlsFiles, ThatAreNotThereAreNamedWithTheReason) {
  EXPECT_EQ(problems_with({path("none.pem"), path("none.key")}),
            path("none.pem") + ": cannot be read: No such file or directory\n" + path("none.key") +
                ": cannot be read: No such file or directory\n");
}

TEST_F(TlsFiles, ThatMayNotBeReadAreNamedWithTheReason) {
  ::chmod(folder_.path().c_str(), 0755);
  ::chmod(shop_.key_file.c_str(), 0);
  const test::Nobody nobody;
  EXPECT_EQ(problems_of(options()), shop_.key_file + ": cannot be read: Permission denied\n");
}

TEST_F(TlsFiles, ThatHoldSomethingElseAreRefused) {
  EXPECT_EQ(problems_with({shop_.key_file, shop_.chain_file}),
            shop_.key_file +
                ": holds no certificate, expected PEM with -----BEGIN CERTIFICATE-----\n" +
                shop_.chain_file +
                ": holds no private key, expected PEM with -----BEGIN PRIVATE KEY-----\n");
  EXPECT_THAT(problems_with({folder_.path().string(), shop_.key_file}),
              HasSubstr("is a directory, expected a file in PEM"));
}

TEST_F(TlsFiles, ThatAreDamagedAreRefused) {
  std::ofstream(path("cut.pem")) << "-----BEGIN CERTIFICATE-----\nMIIB\n";
  EXPECT_THAT(problems_with({path("cut.pem"), shop_.key_file}),
              StartsWith(path("cut.pem") + ": certificate 1 in it is damaged: "));
}

TEST_F(TlsFiles, KeyThatDoesNotBelongToItsCertificateIsRefused) {
  const Issued other = authority_.issue("other", {.names = {"DNS:b.example"}});
  EXPECT_EQ(problems_with({shop_.chain_file, other.key_file}),
            other.key_file + ": the key does not belong to the certificate in " + shop_.chain_file +
                "\n");
}

TEST_F(TlsFiles, KeyThatIsEncryptedIsRefusedWithTheWayOut) {
  const Issued locked =
      authority_.issue("locked", {.names = {"DNS:c.example"}, .passphrase = "secret"});
  EXPECT_THAT(problems_with(files_of(locked)),
              AllOf(StartsWith(locked.key_file + ": the key is encrypted"),
                    HasSubstr("openssl pkey -in " + locked.key_file)));
}

TEST_F(TlsFiles, CertificateOutsideItsTimeIsRefused) {
  const Issued old = authority_.issue("old", {.valid_from_hours = -20, .valid_to_hours = -10});
  EXPECT_THAT(problems_with(files_of(old)),
              StartsWith(old.chain_file + ": the certificate expired on 20"));
  const Issued early = authority_.issue("early", {.valid_from_hours = 5, .valid_to_hours = 10});
  EXPECT_THAT(problems_with(files_of(early)),
              StartsWith(early.chain_file + ": the certificate is not valid before 20"));
}

TEST_F(TlsFiles, KeyThatIsTooWeakIsRefused) {
  const Issued weak = authority_.issue("weak", {.rsa = true, .rsa_bits = 1024});
  EXPECT_EQ(problems_with(files_of(weak)),
            weak.chain_file + ": the certificate is of no use: ee key too small\n");
}

TEST_F(TlsFiles, AreAllLookedAtBeforeAnythingIsSaid) {
  const Issued old = authority_.issue("old", {.valid_from_hours = -20, .valid_to_hours = -10});
  const std::string problems =
      problems_of({.certificates = {files_of(shop_), files_of(old), {shop_.chain_file, path("no")}},
                   .client_certificates = ClientCertificates::Required,
                   .client_ca_file = path("nobody.pem")});
  EXPECT_THAT(problems,
              AllOf(HasSubstr("old.pem: the certificate expired"), HasSubstr("no: cannot be read"),
                    HasSubstr("nobody.pem: cannot be read")));
  EXPECT_EQ(std::ranges::count(problems, '\n'), 3);
}

TEST_F(TlsFiles, OfAClientAreCheckedAsThoseOfAServer) {
  const auto read = TlsClient::read(
      {.ca_file = path("none.pem"), .certificate = TlsCertificate{shop_.chain_file, path("none")}});
  ASSERT_FALSE(read);
  EXPECT_EQ(to_string(read.error()),
            path("none.pem") + ": cannot be read: No such file or directory\n" + path("none") +
                ": cannot be read: No such file or "
                "directory\n");
}

TEST_F(TlsFiles, TellWhenTheFirstOfThemExpires) {
  const Issued soon = authority_.issue("soon", {.names = {"DNS:s.example"}, .valid_to_hours = 2});
  const TlsServer server(
      TlsServer::read({.certificates = {files_of(shop_), files_of(soon)}}).value());
  const auto left = server.expires() - std::chrono::system_clock::now();
  EXPECT_LE(left, std::chrono::hours(2));
  EXPECT_GT(left, std::chrono::minutes(110));
}

}  // namespace
}  // namespace banyan::http
