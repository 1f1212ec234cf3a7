// SPDX-License-Identifier: Apache-2.0
#include "soci_statement.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "banyan/kernel/hex.hpp"
#include "banyan/sql/fault.hpp"

namespace banyan::sql {
namespace {

const Value kNull{};

std::string hex_text(const Blob& blob) {
  std::string text = "\\x";
  text.reserve(2 + blob.bytes.size() * 2);
  for (const std::byte byte : blob.bytes) {
    append_hex(text, std::to_integer<unsigned>(byte), 2);
  }
  return text;
}

unsigned digit(char c) { return static_cast<unsigned>(c >= 'a' ? c - 'a' + 10 : c - '0'); }

Blob from_hex_text(std::string_view text) {
  Blob blob;
  if (text.starts_with("\\x")) text.remove_prefix(2);
  blob.bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    blob.bytes.push_back(static_cast<std::byte>(digit(text[i]) << 4U | digit(text[i + 1])));
  }
  return blob;
}

void fill(soci::blob& to, const Blob& from) {
  to.trim(0);
  if (!from.bytes.empty()) {
    to.write(0, reinterpret_cast<const char*>(from.bytes.data()), from.bytes.size());
    return;
  }
  // SOCI binds a blob without a buffer as NULL; one that was written and cut has a buffer.
  const char nothing = 0;
  to.write(0, &nothing, 1);
  to.trim(0);
}

Blob taken(soci::blob& from) {
  Blob blob;
  blob.bytes.resize(from.get_len());
  if (!blob.bytes.empty()) {
    from.read(0, reinterpret_cast<char*>(blob.bytes.data()), blob.bytes.size());
  }
  return blob;
}

}  // namespace

SociStatement::SociStatement(soci::session& session, const StatementText& text,
                             std::span<const Value> values, std::span<const Kind> columns,
                             BlobForm blobs)
    : blobs_(blobs), session_(session), statement_(session) {
  statement_.alloc();
  statement_.prepare(text.sql);
  for (std::size_t i = 0; i < text.names.size(); ++i) {
    use(parameters_.emplace_back(kind_of_value(values[i])), text.names[i]);
  }
  for (const Kind kind : columns) into(columns_.emplace_back(kind));
  row_.resize(columns.size());
  statement_.define_and_bind();
}

void SociStatement::use(Variable& variable, const std::string& name) {
  switch (variable.kind) {
    case Kind::Integer:
      statement_.exchange(soci::use(variable.integer, variable.indicator, name));
      return;
    case Kind::Real:
      statement_.exchange(soci::use(variable.real, variable.indicator, name));
      return;
    case Kind::Blob:
      if (blobs_ == BlobForm::SociBlob) {
        variable.blob = std::make_unique<soci::blob>(session_);
        statement_.exchange(soci::use(*variable.blob, variable.indicator, name));
        return;
      }
      break;
    case Kind::Text: break;
  }
  statement_.exchange(soci::use(variable.text, variable.indicator, name));
}

void SociStatement::into(Variable& variable) {
  switch (variable.kind) {
    case Kind::Integer:
      statement_.exchange(soci::into(variable.integer, variable.indicator));
      return;
    case Kind::Real: statement_.exchange(soci::into(variable.real, variable.indicator)); return;
    case Kind::Blob:
      if (blobs_ == BlobForm::SociBlob) {
        variable.blob = std::make_unique<soci::blob>(session_);
        statement_.exchange(soci::into(*variable.blob, variable.indicator));
        return;
      }
      break;
    case Kind::Text:
      // Read in place, without a copy of its own.
      variable.value.emplace<std::string>();
      statement_.exchange(soci::into(std::get<std::string>(variable.value), variable.indicator));
      return;
  }
  statement_.exchange(soci::into(variable.text, variable.indicator));
}

bool SociStatement::takes(std::span<const Value> values) const {
  if (values.size() != parameters_.size()) return false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::holds_alternative<std::monostate>(values[i])) continue;
    if (kind_of_value(values[i]) != parameters_[i].kind) return false;
  }
  return true;
}

bool SociStatement::gives(std::span<const Kind> columns) const {
  return std::ranges::equal(columns_, columns, {}, &Variable::kind);
}

void SociStatement::put(Variable& variable, Value& value) const {
  if (std::holds_alternative<std::monostate>(value)) {
    variable.indicator = soci::i_null;
    return;
  }
  variable.indicator = soci::i_ok;
  switch (variable.kind) {
    case Kind::Integer: variable.integer = std::get<std::int64_t>(value); return;
    case Kind::Real: variable.real = std::get<double>(value); return;
    case Kind::Text:
      variable.text = std::move(std::get<std::string>(value));
      // PostgreSQL cannot store it, and SOCI would cut the text there.
      if (variable.text.find('\0') != std::string::npos) {
        throw Fault(FaultKind::Misuse,
                    "a text parameter holds U+0000, which not every database can store. Refuse it "
                    "where it comes in, or store a Blob.");
      }
      return;
    case Kind::Blob:
      if (blobs_ == BlobForm::SociBlob) {
        fill(*variable.blob, std::get<Blob>(value));
      } else {
        variable.text = hex_text(std::get<Blob>(value));
      }
      return;
  }
}

bool SociStatement::execute(std::span<Value> values) {
  for (std::size_t i = 0; i < values.size(); ++i) put(parameters_[i], values[i]);
  try {
    return statement_.execute(true);
  } catch (...) {
    // What the backend had made of the values is freed with the exchange only (SOCI would make it
    // anew at the next run, and leak this).
    statement_.undefine_and_bind();
    statement_.define_and_bind();
    throw;
  }
}

bool SociStatement::fetch() { return statement_.fetch(); }

const Value& SociStatement::got(Variable& variable) const {
  if (variable.indicator == soci::i_null) return kNull;
  switch (variable.kind) {
    case Kind::Integer: variable.value = static_cast<std::int64_t>(variable.integer); break;
    case Kind::Real: variable.value = variable.real; break;
    case Kind::Text: break;
    case Kind::Blob:
      variable.value =
          blobs_ == BlobForm::SociBlob ? taken(*variable.blob) : from_hex_text(variable.text);
      break;
  }
  return variable.value;
}

Row SociStatement::row() {
  for (std::size_t i = 0; i < columns_.size(); ++i) row_[i] = &got(columns_[i]);
  return row_;
}

void SociStatement::forget() noexcept {
  for (Variable& variable : parameters_) {
    variable.text.clear();
    if (variable.blob) variable.blob->trim(0);
  }
}

}  // namespace banyan::sql
