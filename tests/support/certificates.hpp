// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace banyan::test {

/// Where a certificate and its key are.
struct Issued {
  std::string chain_file;
  std::string key_file;
};

/// A certificate authority that is made for one test and goes with its folder.
class Authority {
 public:
  /// `name` is unique in the folder.
  explicit Authority(const std::filesystem::path& folder, const std::string& name = "authority");
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  /// Its own certificate.
  const std::string& file() const { return file_; }

  struct Wish {
    std::vector<std::string> names{};  ///< "DNS:shop.example", "IP:127.0.0.1", "URI:…"
    int valid_from_hours = -1;
    int valid_to_hours = 24;
    bool rsa = false;
    unsigned rsa_bits = 2048;
    std::string passphrase{};  ///< "": the key is not encrypted
  };
  /// FILE.pem and FILE.key in the folder, replaced if they are there; CN is FILE.
  Issued issue(const std::string& file, const Wish& wish) const;

 private:
  struct Parts;
  std::filesystem::path folder_;
  std::string file_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace banyan::test
