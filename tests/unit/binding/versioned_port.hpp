// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "banyan/kernel/port.hpp"
#include "banyan/kernel/resources.hpp"
#include "banyan/kernel/version.hpp"

/// A port of something with versions.
namespace versioned {

struct Note {
  std::string name;
  std::string text;
  std::int64_t version = 1;
  friend bool operator==(const Note&, const Note&) = default;
};
BOOST_DESCRIBE_STRUCT(Note, (), (name, text, version))

struct GetNote {
  std::string name;
  using Response = Note;
  static constexpr banyan::Operation operation{.name = "get_note"};
};
BOOST_DESCRIBE_STRUCT(GetNote, (), (name))

struct WriteNote {
  std::string name;
  std::string text;
  std::optional<std::int64_t> if_version = std::nullopt;
  using Response = Note;
  static constexpr banyan::Operation operation{.name = "write_note",
                                               .effect = banyan::Effect::Write,
                                               .errors = banyan::errors("desk.changed_meanwhile")};
};
BOOST_DESCRIBE_STRUCT(WriteNote, (), (name, text, if_version))

struct EraseNote {
  std::string name;
  std::int64_t if_version = 0;
  using Response = Note;
  static constexpr banyan::Operation operation{.name = "erase_note",
                                               .effect = banyan::Effect::Write,
                                               .errors = banyan::errors("desk.changed_meanwhile")};
};
BOOST_DESCRIBE_STRUCT(EraseNote, (), (name, if_version))

struct Desk : banyan::Port<GetNote, WriteNote, EraseNote> {
  static constexpr banyan::PortInfo port{.name = "desk", .version = {1, 0}};
};

constexpr auto http_resources = banyan::resources<Desk>(
    banyan::at<GetNote>("GET /notes/{name}"), banyan::at<WriteNote>("PUT /notes/{name}"),
    banyan::at<EraseNote>("DELETE /notes/{name}"));

/// One note.
class OneNote final : public Desk {
 public:
  Note note{"a", "", 1};
  std::optional<std::int64_t> wanted = -1;  ///< what arrived last

  banyan::Result<Note> handle(const GetNote& /*get*/, const banyan::Context& /*c*/) override {
    return note;
  }
  banyan::Result<Note> handle(const WriteNote& write, const banyan::Context& /*c*/) override {
    return change(write.text, write.if_version);
  }
  banyan::Result<Note> handle(const EraseNote& erase, const banyan::Context& /*c*/) override {
    return change("", erase.if_version);
  }

 private:
  banyan::Result<Note> change(const std::string& text, std::optional<std::int64_t> if_version) {
    wanted = if_version;
    const auto same =
        banyan::check_version(if_version, note.version, "desk.changed_meanwhile", "the note");
    if (!same) return banyan::fail(same.error());
    note.text = text;
    ++note.version;
    return note;
  }
};

}  // namespace versioned
