// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace banyan::http {

/// OpenSSL's objects, each with its owner.
template <auto release>
struct TlsFree {
  template <class T>
  void operator()(T* what) const noexcept {
    release(what);
  }
};

using SslContextHandle = std::unique_ptr<SSL_CTX, TlsFree<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, TlsFree<SSL_free>>;
using BioHandle = std::unique_ptr<BIO, TlsFree<BIO_free>>;
using X509Handle = std::unique_ptr<X509, TlsFree<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, TlsFree<EVP_PKEY_free>>;
using StoreHandle = std::unique_ptr<X509_STORE, TlsFree<X509_STORE_free>>;
using NamesHandle = std::unique_ptr<GENERAL_NAMES, TlsFree<GENERAL_NAMES_free>>;

}  // namespace banyan::http
