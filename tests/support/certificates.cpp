// SPDX-License-Identifier: Apache-2.0
#include "support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <cstdio>
#include <stdexcept>

namespace banyan::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

void must(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("cannot make a certificate: ") + what);
}

Key make_key(const Authority::Wish& wish) {
  Key key(wish.rsa ? EVP_RSA_gen(wish.rsa_bits) : EVP_EC_gen("P-256"), &EVP_PKEY_free);
  must(key != nullptr, "key");
  return key;
}

void extend(X509& certificate, X509& issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  must(extension != nullptr, value.c_str());
  X509_add_ext(&certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Everything but the signature.
Certificate draft(const std::string& name, EVP_PKEY& key, int from_hours, int to_hours) {
  Certificate made(X509_new(), &X509_free);
  X509_set_version(made.get(), 2);
  std::int64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(made.get()), serial & INT64_MAX);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), from_hours * 3600L);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), to_hours * 3600L);
  X509_set_pubkey(made.get(), &key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return made;
}

void write_certificates(const std::filesystem::path& file, const std::vector<X509*>& all) {
  std::FILE* const out = std::fopen(file.c_str(), "w");
  must(out != nullptr, file.c_str());
  for (X509* each : all) PEM_write_X509(out, each);
  std::fclose(out);
}

void write_key(const std::filesystem::path& file, EVP_PKEY& key, const std::string& passphrase) {
  std::FILE* const out = std::fopen(file.c_str(), "w");
  must(out != nullptr, file.c_str());
  const EVP_CIPHER* const cipher = passphrase.empty() ? nullptr : EVP_aes_128_cbc();
  PEM_write_PKCS8PrivateKey(out, &key, cipher, passphrase.c_str(),
                            static_cast<int>(passphrase.size()), nullptr, nullptr);
  std::fclose(out);
  using std::filesystem::perms;
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
}

}  // namespace

struct Authority::Parts {
  Key key{nullptr, &EVP_PKEY_free};
  Certificate certificate{nullptr, &X509_free};
};

Authority::Authority(const std::filesystem::path& folder, const std::string& name)
    : folder_(folder), file_((folder / (name + ".pem")).string()), parts_(new Parts) {
  parts_->key = make_key({});
  parts_->certificate = draft(name, *parts_->key, -48, 24 * 365);
  X509& own = *parts_->certificate;
  X509_set_issuer_name(&own, X509_get_subject_name(&own));
  extend(own, own, NID_basic_constraints, "critical,CA:TRUE");
  extend(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(own, own, NID_subject_key_identifier, "hash");
  must(X509_sign(&own, parts_->key.get(), EVP_sha256()) > 0, "signature");
  write_certificates(file_, {&own});
}

Authority::~Authority() = default;

Issued Authority::issue(const std::string& file, const Wish& wish) const {
  const Key key = make_key(wish);
  const Certificate made = draft(file, *key, wish.valid_from_hours, wish.valid_to_hours);
  X509_set_issuer_name(made.get(), X509_get_subject_name(parts_->certificate.get()));
  extend(*made, *parts_->certificate, NID_basic_constraints, "CA:FALSE");
  std::string names;
  for (const std::string& each : wish.names) names += (names.empty() ? "" : ",") + each;
  if (!names.empty()) extend(*made, *parts_->certificate, NID_subject_alt_name, names);
  must(X509_sign(made.get(), parts_->key.get(), EVP_sha256()) > 0, "signature");
  const Issued issued{(folder_ / (file + ".pem")).string(), (folder_ / (file + ".key")).string()};
  write_certificates(issued.chain_file, {made.get()});
  write_key(issued.key_file, *key, wish.passphrase);
  return issued;
}

}  // namespace banyan::test
