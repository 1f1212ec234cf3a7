// SPDX-License-Identifier: Apache-2.0
#include "tls_identity.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

namespace banyan::http {
namespace {

std::string text_of(const X509_NAME& name) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), &name, 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::string_view bytes_of(const ASN1_STRING& text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&text)),
          static_cast<std::size_t>(ASN1_STRING_length(&text))};
}

std::string address_of(std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if (bytes.size() != 4 && bytes.size() != 16) return {};
  return ::inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr ? "" : text.data();
}

/// With what kind each is, before a colon.
std::vector<std::string> alternative_names(X509& certificate) {
  std::vector<std::string> all;
  const NamesHandle names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const auto* const value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type));
    switch (type) {
      case GEN_DNS: all.push_back("dns:" + std::string(bytes_of(*value))); break;
      case GEN_EMAIL: all.push_back("email:" + std::string(bytes_of(*value))); break;
      case GEN_URI: all.push_back("uri:" + std::string(bytes_of(*value))); break;
      case GEN_IPADD: all.push_back("ip:" + address_of(bytes_of(*value))); break;
      default: break;
    }
  }
  // Nobody but liars puts such bytes into a name.
  std::erase_if(all, [](const std::string& name) {
    return std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  });
  return all;
}

}  // namespace

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

TlsIdentity identity_of(X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  X509_digest(&certificate, EVP_sha256(), digest.data(), &size);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string fingerprint;
  for (unsigned i = 0; i < size; ++i) {
    fingerprint += kHex[digest[i] >> 4U];
    fingerprint += kHex[digest[i] & 15U];
  }
  return {text_of(*X509_get_subject_name(&certificate)),
          text_of(*X509_get_issuer_name(&certificate)), alternative_names(certificate),
          std::move(fingerprint)};
}

std::vector<std::string> server_names_of(X509& certificate) {
  constexpr std::string_view kDns = "dns:";
  std::vector<std::string> names;
  for (const std::string& each : alternative_names(certificate)) {
    if (each.starts_with(kDns)) names.push_back(in_lower_case(each.substr(kDns.size())));
  }
  if (!names.empty()) return names;
  X509_NAME* const subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0) {
    names.push_back(
        in_lower_case(bytes_of(*X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)))));
  }
  return names;
}

bool is_for(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return pattern == name;
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 && name.substr(dot) == pattern.substr(1);
}

std::chrono::system_clock::time_point end_of(const X509& certificate) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &utc) != 1) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&utc));
}

}  // namespace banyan::http
