// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/routing/route.hpp"

/// What banyan.toml says about TLS. Whether the files are there and good is found out by whoever
/// opens them.
namespace banyan::strangler {

/// A file that the configuration names: as written, relative to the configuration's own folder.
struct NamedFile {
  std::string name;
  FileLocation location;
  friend bool operator==(const NamedFile& left, const NamedFile& right) {
    return left.name == right.name;
  }
};

/// `{chain = "shop.pem", key = "shop.key"}`
struct CertificateFiles {
  NamedFile chain;
  NamedFile key;
  friend bool operator==(const CertificateFiles&, const CertificateFiles&) = default;
};

enum class TlsMinimum : std::uint8_t { Tls12, Tls13 };
enum class AskForCertificate : std::uint8_t { Off, Optional, Required };

/// How a `[[proxy.tls]]` section serves.
struct ListenerTls {
  std::vector<CertificateFiles> certificates;  ///< chosen by server name; the first by default
  TlsMinimum minimum_version = TlsMinimum::Tls12;
  AskForCertificate client_certificates = AskForCertificate::Off;
  std::optional<NamedFile> client_ca;
  FileLocation location;
};

/// `[upstreams.NAME.tls]`: the instances are spoken TLS to.
struct UpstreamTls {
  std::optional<NamedFile> ca;  ///< none: the system's authorities
  std::string server_name;      ///< "": the host of the instance
  std::optional<CertificateFiles> certificate;
  TlsMinimum minimum_version = TlsMinimum::Tls12;
  bool insecure_verify_none = false;
  FileLocation location;
  friend bool operator==(const UpstreamTls& left, const UpstreamTls& right) {
    return left.ca == right.ca && left.server_name == right.server_name &&
           left.certificate == right.certificate && left.minimum_version == right.minimum_version &&
           left.insecure_verify_none == right.insecure_verify_none;
  }
};

}  // namespace banyan::strangler
