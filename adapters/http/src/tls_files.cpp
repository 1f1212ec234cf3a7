// SPDX-License-Identifier: Apache-2.0
#include "tls_files.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>

#include "banyan/kernel/whole_file.hpp"

namespace banyan::http {
namespace {

/// Nobody is there to type one.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

BioHandle reading(const std::string& text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string day_and_time(const ASN1_TIME& time) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(&time, &utc) != 1) return "an unreadable date";
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &utc)};
}

}  // namespace

std::string to_string(const std::vector<TlsProblem>& problems) {
  std::string text;
  for (const TlsProblem& each : problems) text += each.file + ": " + each.message + '\n';
  return text;
}

std::string tls_complaint() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  if (error == 0) return {};
  if (ERR_SYSTEM_ERROR(error)) {
    return std::generic_category().message(static_cast<int>(ERR_GET_REASON(error)));
  }
  const char* const reason = ERR_reason_error_string(error);
  return reason == nullptr ? "error " + std::to_string(error) : reason;
}

std::optional<std::string> TlsFiles::text_of(const std::string& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    note(file, "is a directory, expected a file in PEM");
    return std::nullopt;
  }
  auto text = whole_file(file);
  if (!text) {
    note(file, "cannot be read: " + text.error().message());
    return std::nullopt;
  }
  all_text_ += *text;
  return *std::move(text);
}

std::string TlsFiles::digest() const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(all_text_.data(), all_text_.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return {digest.begin(), digest.begin() + size};
}

std::vector<X509Handle> TlsFiles::certificates_in(const std::string& file) {
  std::vector<X509Handle> all;
  const auto text = text_of(file);
  if (!text) return all;
  const BioHandle source = reading(*text);
  ERR_clear_error();
  while (X509Handle next{PEM_read_bio_X509_AUX(source.get(), nullptr, nullptr, nullptr)}) {
    all.push_back(std::move(next));
  }
  const bool only_the_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string complaint = tls_complaint();
  if (!only_the_end) {
    note(file, "certificate " + std::to_string(all.size() + 1) + " in it is damaged: " + complaint);
    all.clear();
  } else if (all.empty()) {
    note(file, "holds no certificate, expected PEM with -----BEGIN CERTIFICATE-----");
  }
  return all;
}

KeyHandle TlsFiles::key_in(const std::string& file) {
  const auto text = text_of(file);
  if (!text) return nullptr;
  const BioHandle source = reading(*text);
  ERR_clear_error();
  bool asked = false;
  KeyHandle key(PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, &asked));
  if (key) return key;
  const bool none = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string complaint = tls_complaint();
  if (asked) {
    note(
        file,
        "the key is encrypted, and nobody is there to type its passphrase; keep a decrypted one in "
        "a file that only this program may read: openssl pkey -in " +
            file + " -out KEY");
  } else if (none || complaint.find("unsupported") != std::string::npos) {
    note(file, "holds no private key, expected PEM with -----BEGIN PRIVATE KEY-----");
  } else {
    note(file, "the key is damaged: " + complaint);
  }
  return nullptr;
}

bool TlsFiles::of_use_today(const X509& certificate, const std::string& file) {
  const ASN1_TIME* const from = X509_get0_notBefore(&certificate);
  const ASN1_TIME* const to = X509_get0_notAfter(&certificate);
  if (X509_cmp_current_time(from) > 0) {
    note(file, "the certificate is not valid before " + day_and_time(*from));
    return false;
  }
  if (X509_cmp_current_time(to) < 0) {
    note(file, "the certificate expired on " + day_and_time(*to));
    return false;
  }
  return true;
}

X509* TlsFiles::pair(SSL_CTX& context, const TlsCertificate& files) {
  std::vector<X509Handle> chain = certificates_in(files.chain_file);
  const KeyHandle key = key_in(files.key_file);
  if (chain.empty()) return nullptr;
  X509* const leaf = chain.front().get();
  const bool today = of_use_today(*leaf, files.chain_file);
  if (!key) return nullptr;
  if (X509_check_private_key(leaf, key.get()) != 1) {
    ERR_clear_error();
    note(files.key_file, "the key does not belong to the certificate in " + files.chain_file);
    return nullptr;
  }
  if (!today) return nullptr;
  bool taken = SSL_CTX_use_certificate(&context, leaf) == 1;
  for (std::size_t i = 1; taken && i < chain.size(); ++i) {
    taken = SSL_CTX_add1_chain_cert(&context, chain[i].get()) == 1;
  }
  if (!taken) {
    note(files.chain_file, "the certificate is of no use: " + tls_complaint());
    return nullptr;
  }
  if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1) {
    note(files.key_file, "the key is of no use: " + tls_complaint());
    return nullptr;
  }
  return SSL_CTX_get0_certificate(&context);
}

void TlsFiles::authorities(SSL_CTX& context, const std::string& file, bool named_to_peers) {
  const std::vector<X509Handle> all = certificates_in(file);
  if (all.empty()) return;
  authorities_text_ += text_of(file).value_or("");
  X509_STORE* const store = SSL_CTX_get_cert_store(&context);
  for (const X509Handle& each : all) {
    X509_STORE_add_cert(store, each.get());
    if (named_to_peers) SSL_CTX_add_client_CA(&context, each.get());
  }
  ERR_clear_error();
}

SslContextHandle make_tls_context(const SSL_METHOD* method, TlsVersion minimum) {
  SslContextHandle context(SSL_CTX_new(method));
  if (!context) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context.get(),
                                minimum == TlsVersion::Tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_clear_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  // One system call for a record rather than two.
  SSL_CTX_set_read_ahead(context.get(), 1);
  return context;
}

}  // namespace banyan::http
