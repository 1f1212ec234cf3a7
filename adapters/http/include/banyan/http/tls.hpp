// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// TLS for the engine: what a Server and Upstreams are given so that they speak it. Files are PEM.
/// What is read from files is immutable and replaced as a whole, so that certificates are renewed
/// without a connection noticing. TLS 1.2 with forward secrecy and authenticated ciphers only, or
/// 1.3; neither renegotiation nor compression.
namespace banyan::http {

enum class TlsVersion : std::uint8_t { Tls12, Tls13 };

/// A certificate and the key that belongs to it.
struct TlsCertificate {
  std::string chain_file;  ///< the certificate itself first, then those between it and the root
  std::string key_file;    ///< not encrypted
  friend bool operator==(const TlsCertificate&, const TlsCertificate&) = default;
};

/// What is wrong with a file.
struct TlsProblem {
  std::string file;  ///< as it was given
  std::string message;
  friend bool operator==(const TlsProblem&, const TlsProblem&) = default;
};
/// "tls/shop.pem: expired on …", one line each.
std::string to_string(const std::vector<TlsProblem>& problems);

/// Who somebody is, by a certificate that was verified.
struct TlsIdentity {
  std::string subject;  ///< "CN=shop,O=Example" (RFC 2253)
  std::string issuer;
  std::vector<std::string> names;  ///< the alternative ones: "dns:…", "email:…", "uri:…", "ip:…"
  std::string fingerprint;         ///< SHA-256 of the certificate, in hex
};

/// What is known of a connection that came by TLS.
struct TlsPeer {
  std::string version;  ///< "TLSv1.3"
  std::string cipher;
  std::string protocol;     ///< chosen by ALPN; "" when the client offered none
  std::string server_name;  ///< that the client asked for; "" when it named none
  bool resumed = false;
  std::optional<TlsIdentity> client;  ///< when it showed a certificate
};

/// Whether clients show certificates. One that is shown must be good in any case.
enum class ClientCertificates : std::uint8_t { Off, Optional, Required };

struct TlsServerOptions {
  /// At least one. A client gets the first that has the name which it asks for, exactly or by a
  /// wildcard; the first of all when it names none or one that nobody has.
  std::vector<TlsCertificate> certificates;
  TlsVersion minimum_version = TlsVersion::Tls12;
  ClientCertificates client_certificates = ClientCertificates::Off;
  std::string client_ca_file;  ///< who may sign them
  friend bool operator==(const TlsServerOptions&, const TlsServerOptions&) = default;
};

/// The files of a server, read and found good.
class TlsServerContext;

/// The serving side. Safe for concurrent use.
class TlsServer {
 public:
  using Context = std::shared_ptr<const TlsServerContext>;
  using Problems = std::vector<TlsProblem>;

  /// Reads the files and checks them: readable, not encrypted, keys and certificates of a pair,
  /// neither expired nor too weak. All problems at once.
  static std::expected<Context, Problems> read(const TlsServerOptions& options);

  explicit TlsServer(Context context);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  /// New connections go by `next`; those that are there live on. Sessions can be resumed across it,
  /// unless it is about clients' certificates that something has changed.
  void use(Context next);
  /// Reads the same files again and uses them. When anything is wrong, all stays as it is.
  std::expected<void, Problems> reload();

  Context context() const;

  struct Counts {
    std::uint64_t handshakes = 0;  ///< complete ones
    std::uint64_t resumed = 0;     ///< of these
    std::uint64_t failed = 0;      ///< refused by one side, or broken off
  };
  Counts counts() const;
  /// When the first of the certificates in use expires.
  std::chrono::system_clock::time_point expires() const;

  class Shared;
  /// For the engine.
  const std::shared_ptr<Shared>& shared() const noexcept { return shared_; }

 private:
  std::shared_ptr<Shared> shared_;
};

struct TlsClientOptions {
  std::string ca_file;      ///< who is believed; "": whom the system believes
  std::string server_name;  ///< that the certificate must have; "": the endpoint's host
  std::optional<TlsCertificate> certificate;  ///< our own, for servers that ask
  TlsVersion minimum_version = TlsVersion::Tls12;
  /// Anybody who answers is taken for the server: keeps out eavesdroppers, and not an impostor.
  bool insecure_accept_any_certificate = false;
  friend bool operator==(const TlsClientOptions&, const TlsClientOptions&) = default;
};

class TlsClientContext;

/// The asking side. Verifies the chain and the name. Safe for concurrent use.
class TlsClient {
 public:
  using Context = std::shared_ptr<const TlsClientContext>;
  using Problems = std::vector<TlsProblem>;

  static std::expected<Context, Problems> read(const TlsClientOptions& options);

  explicit TlsClient(Context context);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// New connections go by `next`; kept ones that were made before are not used again. Nothing
  /// happens when it is the same, to the last byte of the files, as what is in force.
  void use(Context next);
  std::expected<void, Problems> reload();

  Context context() const;
  /// Counts the calls of use() that changed something.
  std::uint64_t generation() const noexcept;

 private:
  class Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace banyan::http
