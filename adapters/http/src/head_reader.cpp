// SPDX-License-Identifier: Apache-2.0
#include "head_reader.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <limits>
#include <string>

#include "characters.hpp"

namespace banyan::http {
namespace {

namespace beast = boost::beast;

/// Takes what Beast found into a head of ours. Bodies are BodyDecoder's.
template <bool is_request, class Head>
class BeastHead final : public beast::http::basic_parser<is_request> {
 public:
  explicit BeastHead(Head& head) : head_(&head) {
    this->skip(true);
    this->eager(false);
    this->header_limit(std::numeric_limits<std::uint32_t>::max());
    this->body_limit(boost::none);
  }

 private:
  using error_code = beast::error_code;
  using string_view = beast::string_view;

  void on_request_impl(beast::http::verb, string_view method, string_view target, int version,
                       error_code&) override {
    if constexpr (is_request) {
      head_->method.assign(method.data(), method.size());
      head_->target.assign(target.data(), target.size());
      head_->minor_version = version - 10;
    }
  }
  void on_response_impl(int status, string_view reason, int version, error_code&) override {
    if constexpr (!is_request) {
      head_->status = static_cast<unsigned>(status);
      head_->reason.assign(reason.data(), reason.size());
      head_->minor_version = version - 10;
    }
  }
  void on_field_impl(beast::http::field, string_view name, string_view value,
                     error_code&) override {
    head_->fields.add({name.data(), name.size()}, {value.data(), value.size()});
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  Head* head_;
};

Refusal refusal_for(const beast::error_code& failure) {
  using beast::http::error;
  if (failure == error::bad_content_length) {
    return {400, "http.bad_content_length", "Content-Length is not a number"};
  }
  if (failure == error::multiple_content_length) {
    return {400, "http.two_lengths", "more than one Content-Length"};
  }
  if (failure == error::bad_transfer_encoding) {
    return {400, "http.bad_transfer_encoding",
            "Transfer-Encoding is malformed, or stands beside Content-Length"};
  }
  if (failure == error::bad_version) {
    return {400, "http.bad_version", "the start line has no proper HTTP version"};
  }
  return {400, "http.malformed_head", "the head is malformed: " + failure.message()};
}

template <bool is_request, class Head>
std::optional<Refusal> read_with_beast(std::string_view bytes, Head& head) {
  head.clear();
  BeastHead<is_request, Head> parser(head);
  beast::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error == beast::http::error::bad_content_length &&
      head.fields.contains("Transfer-Encoding")) {
    error = beast::http::error::bad_transfer_encoding;
  }
  if (error) return refusal_for(error);
  if (!parser.is_done() || used != bytes.size()) {
    return Refusal{400, "http.malformed_head", "the head ends elsewhere than its empty line says"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_version(std::string_view version) {
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return Refusal{400, "http.bad_version", "the start line has no proper HTTP version"};
  }
  if (version[5] != '1' || version[7] > '1') {
    return Refusal{505, "http.unknown_version", "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> read_head(std::string_view bytes, RequestHead& head) {
  const std::string_view line = bytes.substr(0, bytes.find('\r'));
  const std::size_t first = line.find(' ');
  const std::size_t second = line.rfind(' ');
  if (first == std::string_view::npos || first == second) {
    return Refusal{400, "http.bad_request_line",
                   "the request line is not a method, a target and a version"};
  }
  if (!is_token(line.substr(0, first))) {
    return Refusal{400, "http.bad_method", "the method is not a token"};
  }
  const std::string_view target = line.substr(first + 1, second - first - 1);
  if (target.empty() || target.find(' ') != std::string_view::npos) {
    return Refusal{400, "http.bad_request_line", "there is a blank too many in the request line"};
  }
  if (auto refusal = check_version(line.substr(second + 1))) return refusal;
  if (!all(target, character::kTarget)) {
    return Refusal{400, "http.bad_target", "the target holds '#' or a character that is not ASCII"};
  }
  return read_with_beast<true>(bytes, head);
}

std::optional<Refusal> read_head(std::string_view bytes, ResponseHead& head) {
  const std::string_view line = bytes.substr(0, bytes.find('\r'));
  if (auto refusal = check_version(line.substr(0, line.find(' ')))) return refusal;
  const std::string_view rest = line.substr(8);
  if (rest.size() < 4 || rest[0] != ' ' || rest[1] < '1' || rest[1] > '5' || !is_digit(rest[2]) ||
      !is_digit(rest[3]) || (rest.size() > 4 && rest[4] != ' ')) {
    return Refusal{400, "http.bad_status_line",
                   "the status line has no status between 100 and 599"};
  }
  if (rest.size() == 4) {
    return Refusal{400, "http.bad_status_line", "the status line ends without a blank"};
  }
  return read_with_beast<false>(bytes, head);
}

std::optional<Refusal> declared_body(const Fields& fields, int minor_version, DeclaredBody& body) {
  const std::size_t lengths = fields.count("Content-Length");
  const std::size_t codings = fields.count("Transfer-Encoding");
  if (lengths > 1) return Refusal{400, "http.two_lengths", "more than one Content-Length"};
  if (lengths != 0 && codings != 0) {
    return Refusal{400, "http.bad_transfer_encoding", "Transfer-Encoding beside Content-Length"};
  }
  if (codings != 0) {
    if (minor_version == 0) {
      return Refusal{400, "http.bad_transfer_encoding", "Transfer-Encoding in HTTP/1.0"};
    }
    const std::string_view coding = *fields.find("Transfer-Encoding");
    if (codings == 1 && equals_ignoring_case(coding, "chunked")) {
      body.chunked = true;
      return std::nullopt;
    }
    if (codings == 1 && is_token(coding)) {
      return Refusal{501, "http.unknown_transfer_coding",
                     "the only transfer coding that is understood here is chunked"};
    }
    return Refusal{400, "http.bad_transfer_encoding", "Transfer-Encoding is not exactly `chunked`"};
  }
  if (lengths != 0) {
    const std::string_view text = *fields.find("Content-Length");
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (text.empty() || text.size() > 18 || error != std::errc() ||
        end != text.data() + text.size()) {
      return Refusal{400, "http.bad_content_length", "Content-Length is not a number"};
    }
    body.length = length;
  }
  return std::nullopt;
}

}  // namespace banyan::http
