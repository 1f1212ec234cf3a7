// SPDX-License-Identifier: Apache-2.0
#include "manual/text_blocks.hpp"

namespace banyan::cli::manual {
namespace {

constexpr std::string_view kIndentation = "  ";
constexpr std::string_view kExitCodes = "Exit codes: ";

class Reader {
 public:
  void take(std::string_view line) {
    if (line.empty()) {
      end_paragraph();
      ++blank_lines_;
    } else if (line.starts_with(kIndentation)) {
      take_verbatim(line.substr(kIndentation.size()));
    } else {
      if (blank_lines_ > 0) end_paragraph();
      blank_lines_ = 0;
      paragraph_ += (paragraph_.empty() ? "" : " ") + std::string(line);
    }
  }

  std::vector<Block> end() {
    end_paragraph();
    return std::move(blocks_);
  }

 private:
  void take_verbatim(std::string_view line) {
    if (paragraph_.ends_with(':')) {
      paragraph_.pop_back();
      blocks_.push_back({Block::Kind::Heading, std::move(paragraph_)});
      paragraph_.clear();
    }
    end_paragraph();
    if (blocks_.empty() || blocks_.back().kind != Block::Kind::Verbatim) {
      blocks_.push_back({Block::Kind::Verbatim, {}});
      blank_lines_ = 0;
    }
    std::string& text = blocks_.back().text;
    text.append(blank_lines_, '\n');
    text.append(line).push_back('\n');
    blank_lines_ = 0;
  }

  void end_paragraph() {
    if (paragraph_.empty()) return;
    std::string_view text = paragraph_;
    if (text.starts_with(kExitCodes)) {
      blocks_.push_back({Block::Kind::Heading, "Exit codes"});
      text.remove_prefix(kExitCodes.size());
    }
    blocks_.push_back({Block::Kind::Sentence, std::string(text)});
    paragraph_.clear();
  }

  std::vector<Block> blocks_;
  std::string paragraph_;
  std::size_t blank_lines_ = 0;
};

}  // namespace

std::vector<Block> blocks_of(std::string_view text) {
  Reader reader;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    reader.take(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return reader.end();
}

}  // namespace banyan::cli::manual
