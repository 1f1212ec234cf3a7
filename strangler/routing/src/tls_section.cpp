// SPDX-License-Identifier: Apache-2.0
#include "tls_section.hpp"

#include <utility>

namespace banyan::strangler {
namespace {

NamedFile named(PlacedText text) { return {std::move(text.text), text.location}; }

CertificateFiles read_certificate(Section section) {
  CertificateFiles files;
  if (auto chain = section.required_text("chain")) files.chain = named(*chain);
  if (auto key = section.required_text("key")) files.key = named(*key);
  section.finish();
  return files;
}

TlsMinimum read_minimum(Section& section) {
  return section.choice("minimum_version") == "1.3" ? TlsMinimum::Tls13 : TlsMinimum::Tls12;
}

AskForCertificate read_client_certificates(Section& section) {
  const auto wanted = section.choice("client_certificates");
  if (wanted == "optional") return AskForCertificate::Optional;
  // What is none of these was meant to ask for one: no more is to be said of client_ca.
  if (wanted == "required" || (!wanted && section.has("client_certificates"))) {
    return AskForCertificate::Required;
  }
  return AskForCertificate::Off;
}

}  // namespace

ListenerTls read_listener_tls(Section& section) {
  ListenerTls tls;
  tls.location = section.location();
  if (!section.has("certificates")) section.lacks("certificates");
  const auto entries = section.list_of_tables("certificates");
  for (const toml::table* each : entries) {
    tls.certificates.push_back(read_certificate(
        section.part(*each, "an entry of certificates", "an entry of certificates")));
  }
  tls.minimum_version = read_minimum(section);
  tls.client_certificates = read_client_certificates(section);
  if (auto file = section.text("client_ca")) tls.client_ca = named(std::move(*file));
  const bool asks = tls.client_certificates != AskForCertificate::Off;
  if (asks && !section.has("client_ca")) {
    section.problem(section.location("client_certificates"),
                    "client_certificates needs client_ca, the file with the authorities that may "
                    "sign them, such as client_ca = \"partners.pem\"");
  } else if (!asks && section.has("client_ca")) {
    section.problem(section.location("client_ca"),
                    "client_ca is of no use without client_certificates = \"optional\" or "
                    "\"required\"");
  }
  return tls;
}

UpstreamTls read_upstream_tls(Section section) {
  UpstreamTls tls;
  tls.location = section.location();
  if (auto file = section.text("ca")) tls.ca = named(std::move(*file));
  if (const auto name = section.text("server_name")) tls.server_name = name->text;
  if (const auto* const own = section.table("certificate")) {
    tls.certificate =
        read_certificate(section.part(*own, "certificate", "an entry of certificates"));
  }
  tls.minimum_version = read_minimum(section);
  tls.insecure_verify_none = section.choice("verify") == "insecure-none";
  if (tls.insecure_verify_none && tls.ca) {
    section.problem(tls.ca->location, "ca is of no use with verify = \"insecure-none\"");
  }
  section.finish();
  return tls;
}

}  // namespace banyan::strangler
