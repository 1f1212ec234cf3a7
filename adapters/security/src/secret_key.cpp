// SPDX-License-Identifier: Apache-2.0
#include "banyan/security/secret_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>

#include "banyan/posix/descriptor.hpp"
#include "banyan/posix/write_all.hpp"
#include "sodium.hpp"

namespace banyan::security {
namespace {

std::string base64(std::span<const unsigned char> bytes) {
  std::string text(
      sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // the zero that C wants
  return text;
}

std::unexpected<Error> bad_file(const std::filesystem::path& file, const std::string& why) {
  return fail(ErrorCode::FailedPrecondition, "banyan.bad_key_file",
              "the key in " + file.string() + " cannot be used: " + why);
}

std::error_code last_error() { return {errno, std::generic_category()}; }

/// Writes a new key beside the file and gives it the name, unless somebody else was faster.
std::error_code make_file(const std::filesystem::path& file) {
  const SecretKey fresh = SecretKey::make();
  const auto& bytes = fresh.bytes();
  const std::string beside = file.string() + "." + random_token();
  const posix::Descriptor out(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!out.valid()) return last_error();
  std::error_code error =
      posix::write_all(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!error && ::fsync(out.number()) != 0) error = last_error();
  if (!error && ::link(beside.c_str(), file.c_str()) != 0 && errno != EEXIST) error = last_error();
  ::unlink(beside.c_str());
  return error;
}

/// Whose own file it is needs no group for reading it. Who is not its owner reads it by the group.
bool may_be_used_by_others(const struct stat& about) {
  const bool is_own = about.st_uid == ::geteuid();
  return (about.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0 ||
         (is_own && (about.st_mode & S_IRGRP) != 0);
}

}  // namespace

SecretKey SecretKey::make() {
  require_sodium();
  SecretKey key;
  randombytes_buf(key.bytes_.data(), key.bytes_.size());
  return key;
}

Result<SecretKey> SecretKey::load_or_make(const std::filesystem::path& file) {
  require_sodium();
  if (::access(file.c_str(), F_OK) != 0) {
    if (const auto error = make_file(file)) return bad_file(file, error.message());
  }
  return load(file);
}

Result<SecretKey> SecretKey::load(const std::filesystem::path& file) {
  require_sodium();
  const posix::Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid()) return bad_file(file, std::strerror(errno));
  struct stat about{};
  if (::fstat(in.number(), &about) != 0) return bad_file(file, std::strerror(errno));
  if (may_be_used_by_others(about)) {
    return bad_file(file, "others may read it; chmod 600 it, or take it away for a new one");
  }
  SecretKey key;
  if (std::cmp_not_equal(about.st_size, kBytes) ||
      std::cmp_not_equal(::read(in.number(), key.bytes_.data(), kBytes), kBytes)) {
    return bad_file(file, "it does not have 32 bytes; take it away for a new one");
  }
  return key;
}

std::string mac_of(const SecretKey& key, std::string_view purpose, std::string_view text) {
  require_sodium();
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.bytes().data(), key.bytes().size());
  const auto add = [&state](std::string_view part) {
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                                  part.size());
  };
  add(purpose);
  add(std::string_view("\0", 1));
  add(text);
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_final(&state, mac.data());
  return base64(mac);
}

bool same_secret(std::string_view left, std::string_view right) {
  return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string random_token() {
  require_sodium();
  std::array<unsigned char, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return base64(bytes);
}

}  // namespace banyan::security
