// SPDX-License-Identifier: Apache-2.0
#include "tls_section.hpp"

#include <utility>

namespace banyan::strangler {
namespace {

constexpr std::string_view kCertificate = R"({chain = "shop.pem", key = "shop.key"})";

NamedFile named(PlacedText text) { return {std::move(text.text), text.place}; }

CertificateFiles read_certificate(Section section) {
  CertificateFiles files;
  if (auto chain = section.required_text("chain", "\"shop.pem\"")) files.chain = named(*chain);
  if (auto key = section.required_text("key", "\"shop.key\"")) files.key = named(*key);
  section.finish();
  return files;
}

TlsMinimum read_minimum(Section& section) {
  const auto version = section.text("minimum_version");
  if (!version || version->text == "1.2") return TlsMinimum::Tls12;
  if (version->text != "1.3") {
    section.problem(version->place, "minimum_version is \"" + version->text +
                                        "\", expected \"1.2\" or \"1.3\"; what is older is broken");
  }
  return TlsMinimum::Tls13;
}

AskForCertificate read_client_certificates(Section& section) {
  const auto wanted = section.text("client_certificates");
  if (!wanted || wanted->text == "off") return AskForCertificate::Off;
  if (wanted->text == "optional") return AskForCertificate::Optional;
  if (wanted->text != "required") {
    section.problem(wanted->place, "client_certificates is \"" + wanted->text +
                                       "\", expected \"off\", \"optional\" or \"required\"");
  }
  return AskForCertificate::Required;
}

}  // namespace

ListenerTls read_listener_tls(Section& section) {
  ListenerTls tls;
  tls.place = section.place();
  if (!section.has("certificates")) {
    section.problem(section.place(), "[[proxy.tls]] lacks certificates, such as certificates = [" +
                                         std::string(kCertificate) + "]");
  }
  const auto entries =
      section.list_of_tables("certificates", "a list such as [" + std::string(kCertificate) + "]");
  for (const toml::table* each : entries) {
    tls.certificates.push_back(read_certificate(section.part(*each, "an entry of certificates")));
  }
  tls.minimum_version = read_minimum(section);
  tls.client_certificates = read_client_certificates(section);
  if (auto file = section.text("client_ca")) tls.client_ca = named(std::move(*file));
  const bool asks = tls.client_certificates != AskForCertificate::Off;
  if (asks && !section.has("client_ca")) {
    section.problem(section.place("client_certificates"),
                    "client_certificates needs client_ca, the file with the authorities that may "
                    "sign them, such as client_ca = \"partners.pem\"");
  } else if (!asks && section.has("client_ca")) {
    section.problem(section.place("client_ca"),
                    "client_ca is of no use without client_certificates = \"optional\" or "
                    "\"required\"");
  }
  return tls;
}

UpstreamTls read_upstream_tls(Section section) {
  UpstreamTls tls;
  tls.place = section.place();
  if (auto file = section.text("ca")) tls.ca = named(std::move(*file));
  if (const auto name = section.text("server_name")) tls.server_name = name->text;
  if (const auto* const own = section.table("certificate", kCertificate)) {
    tls.certificate = read_certificate(section.part(*own, "certificate"));
  }
  tls.minimum_version = read_minimum(section);
  if (const auto verify = section.text("verify")) {
    tls.insecure_verify_none = verify->text == "insecure-none";
    if (!tls.insecure_verify_none && verify->text != "full") {
      section.problem(verify->place,
                      "verify is \"" + verify->text +
                          "\", expected \"full\" or, to take anybody who answers for the upstream, "
                          "\"insecure-none\"");
    }
  }
  if (tls.insecure_verify_none && tls.ca) {
    section.problem(tls.ca->place, "ca is of no use with verify = \"insecure-none\"");
  }
  section.finish();
  return tls;
}

}  // namespace banyan::strangler
