// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <cstring>
#include <utility>

namespace banyan::http {
namespace {
constexpr std::size_t kFirstBuffer = 4096;
}

Wire::Wire(std::shared_ptr<LoopCore> loop, Socket socket)
    : loop_(std::move(loop)), socket_(std::move(socket)) {}

void Wire::want_input(std::size_t most) {
  if (reading_ || input_ended_ || !open_) return;
  if (!pinned_) {
    if (begin_ == end_) {
      begin_ = end_ = 0;
    } else if (begin_ != 0 && end_ == in_.size()) {
      std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == in_.size() && in_.size() < most) {
      in_.resize(std::min(most, std::max(kFirstBuffer, in_.size() * 2)));
    }
  }
  if (end_ == in_.size()) return;
  reading_ = true;
  socket_.async_read_some(
      boost::asio::buffer(in_.data() + end_, in_.size() - end_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
        self->reading_ = false;
        if (!self->open_) return;
        if (error) {
          self->input_ended_ = true;
          self->on_input_end(error == boost::asio::error::eof);
          return;
        }
        self->end_ += size;
        self->on_input();
      });
}

void Wire::send(std::string_view piece, std::string_view tail) {
  sending_.clear();
  sending_.swap(out_);
  parts_ = {sending_, piece, tail};
  sending_now_ = true;
  continue_sending();
}

void Wire::continue_sending() {
  const std::array<boost::asio::const_buffer, 3> buffers = {
      boost::asio::buffer(parts_[0].data(), parts_[0].size()),
      boost::asio::buffer(parts_[1].data(), parts_[1].size()),
      boost::asio::buffer(parts_[2].data(), parts_[2].size())};
  socket_.async_write_some(buffers, [self = shared_from_this()](
                                        const boost::system::error_code& error, std::size_t size) {
    if (!self->open_) return;
    if (error) {
      self->sending_now_ = false;
      self->on_send_failed();
      return;
    }
    bool left = false;
    for (std::string_view& part : self->parts_) {
      const std::size_t taken = std::min(size, part.size());
      part.remove_prefix(taken);
      size -= taken;
      left = left || !part.empty();
    }
    if (left) {
      self->on_send_progress();
      self->continue_sending();
      return;
    }
    self->sending_now_ = false;
    self->on_sent();
  });
}

void Wire::close() {
  if (!std::exchange(open_, false)) return;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Wire::reset() {
  if (!open_) return;
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  close();
}

void Wire::shut_sending() {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

}  // namespace banyan::http
