// SPDX-License-Identifier: Apache-2.0
#include "admin_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace banyan::test {
namespace {

// Head and body, as the length in the head says.
std::string read_request(int connection) {
  std::string text;
  char bytes[4096];
  while (true) {
    const std::size_t head = text.find("\r\n\r\n");
    if (head != std::string::npos) {
      const std::size_t field = text.find("Content-Length: ");
      const std::size_t body =
          field == std::string::npos || field > head ? 0 : std::stoul(text.substr(field + 16));
      if (text.size() >= head + 4 + body) return text;
    }
    const ssize_t got = read(connection, bytes, sizeof bytes);
    if (got <= 0) return {};
    text.append(bytes, static_cast<std::size_t>(got));
  }
}

}  // namespace

AdminServer::AdminServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 8) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen on loopback");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { serve(); });
}

AdminServer::~AdminServer() {
  stop_ = true;
  thread_.join();
  close(listener_);
}

std::string AdminServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

void AdminServer::serve() {
  while (!stop_) {
    pollfd ready{listener_, POLLIN, 0};
    if (poll(&ready, 1, 20) != 1) continue;
    const int connection = accept(listener_, nullptr, nullptr);
    const std::string request = read_request(connection);
    if (!request.empty()) {
      const std::size_t space = request.find(' ');
      const std::size_t end = request.find(' ', space + 1);
      const auto [status, body] =
          answer_(request.substr(0, space), request.substr(space + 1, end - space - 1),
                  request.substr(request.find("\r\n\r\n") + 4));
      const std::string response =
          "HTTP/1.1 " + std::to_string(status) + " Status\r\nContent-Type: application/json\r\n" +
          "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
      (void)!write(connection, response.data(), response.size());
    }
    close(connection);
  }
}

}  // namespace banyan::test
