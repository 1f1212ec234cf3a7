// SPDX-License-Identifier: Apache-2.0
#include "banyan/shadowing/capture.hpp"

namespace banyan::strangler {
namespace {

/// What a field of a head takes besides its texts.
constexpr std::uint64_t kField = 24;

std::uint64_t size_of(const http::Fields& fields) {
  std::uint64_t bytes = 0;
  for (const auto field : fields) bytes += field.name.size() + field.value.size() + kField;
  return bytes;
}

}  // namespace

Capture::Capture(const http::RequestHead& head, const Limits& limits, Room& room)
    : limits_(limits), taken_(room, limits.memory) {
  if (!grow(sizeof(Capture) + sizeof(http::Request) + head.target.size() + size_of(head.fields))) {
    return;
  }
  request_ = std::make_shared<http::Request>();
  request_->head = head;
}

bool Capture::grow(std::uint64_t bytes) {
  if (dropped_) return false;
  if (taken_.more(bytes)) return true;
  drop(CopyDropped::Memory);
  return false;
}

void Capture::drop(CopyDropped reason) {
  if (!dropped_) dropped_ = reason;
  request_.reset();
  answer_ = {};
  taken_.give_back();
}

void Capture::request_piece(std::string_view bytes) {
  if (dropped_) return;
  if (request_->body.size() + bytes.size() > limits_.request) {
    return drop(CopyDropped::RequestTooLarge);
  }
  if (grow(bytes.size())) request_->body += bytes;
}

void Capture::answer_head(const http::ResponseHead& head) {
  if (grow(size_of(head.fields))) answer_.head = head;
}

void Capture::answer_piece(std::string_view bytes) {
  if (dropped_) return;
  if (answer_.body.size() + bytes.size() > limits_.answer) {
    return drop(CopyDropped::AnswerTooLarge);
  }
  if (grow(bytes.size())) answer_.body += bytes;
}

bool Capture::other_piece(std::uint64_t bytes) {
  if (dropped_) return false;
  other_bytes_ += bytes;
  if (other_bytes_ > limits_.answer) {
    drop(CopyDropped::AnswerTooLarge);
    return false;
  }
  return grow(bytes);
}

}  // namespace banyan::strangler
