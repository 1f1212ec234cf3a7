// SPDX-License-Identifier: Apache-2.0
#include "nginx_server.hpp"

#include <algorithm>
#include <chrono>

#include "nginx_clients.hpp"
#include "nginx_maps.hpp"

namespace banyan::strangler {
namespace {

std::string proxy_settings(const Configuration& configuration,
                           std::vector<std::string>& differences) {
  std::chrono::milliseconds connect{0}, read{0}, tunnel = configuration.limits.tunnel_time;
  bool alike = true;
  const UpstreamGroup* first = nullptr;
  for (const UpstreamGroup& each : configuration.upstreams) {
    connect = std::max(connect, each.connect_time);
    read = std::max({read, each.answer_time, each.stall_time});
    if (first == nullptr) first = &each;
    alike = alike && each.connect_time == first->connect_time &&
            each.answer_time == first->answer_time && each.stall_time == first->stall_time;
  }
  if (!alike) {
    differences.push_back(
        "[upstreams.NAME]: connect_time, answer_time and stall_time are those of the most "
        "patient "
        "upstream for all of them.");
  }
  if (tunnel != read) {
    differences.push_back(
        "[limits] tunnel_time and stream_time: WebSockets and streams of events "
        "are cut after " +
        nginx_time(read) + " of silence, as all answers are (proxy_read_timeout).");
  }
  return "\n  proxy_http_version 1.1;\n  proxy_buffering off;\n  proxy_request_buffering off;\n"
         "  proxy_max_temp_file_size 0;\n  proxy_redirect off;\n  proxy_buffer_size 64k;\n  "
         "proxy_buffers 8 64k;\n"
         "  proxy_connect_timeout " +
         nginx_time(connect) + ";\n  proxy_read_timeout " + nginx_time(read) + ";\n" +
         nginx_fields(configuration, differences);
}

std::string locations(bool rewrites) {
  const std::string pass = std::string("proxy_pass http://$banyan_upstream") +
                           (rewrites ? "$banyan_target" : "") + ";\n";
  return "\n  error_page 418 = @writes;\n\n  location / {\n"
         "    if ($banyan_refused = spelling) {\n      return 400;\n    }\n"
         "    if ($banyan_refused = route) {\n      return 404;\n    }\n"
         "    if ($banyan_write) {\n      return 418;\n    }\n"
         "    # A read may be sent once more, to another instance.\n"
         "    proxy_next_upstream error timeout non_idempotent;\n"
         "    proxy_next_upstream_tries 2;\n    " +
         pass +
         "  }\n\n  # A write is never sent twice.\n  location @writes {\n"
         "    proxy_next_upstream off;\n    " +
         pass + "  }\n";
}

}  // namespace

std::string nginx_server(const Configuration& configuration, bool rewrites,
                         std::vector<std::string>& differences) {
  const Limits& limits = configuration.limits;
  std::string text = "\nserver {\n";
  for (const ListenPoint& each : configuration.listen) {
    text += "  listen " + nginx_address(each.address) + ";\n";
  }
  if (configuration.listen.empty()) {
    text += "  listen unix:banyan.sock;\n";
    differences.insert(differences.begin(),
                       "It listens at a Unix socket beside the configuration only, for "
                       "banyan.toml has no listener without TLS: name one with --listen, or "
                       "write `listen … ssl` with your certificates.");
  }
  text += "  server_name _;\n";
  if (nginx_has_underscores(configuration)) text += "  underscores_in_headers on;\n";
  text += "  merge_slashes off;\n  client_header_timeout " + nginx_time(limits.header_time) +
          ";\n  client_body_timeout " + nginx_time(limits.body_time) + ";\n  send_timeout " +
          nginx_time(limits.write_time) + ";\n  keepalive_timeout " + nginx_time(limits.idle_time) +
          ";\n  keepalive_requests 1000000;\n"
          "  client_max_body_size " +
          std::to_string(limits.body_bytes) + ";\n  large_client_header_buffers 8 " +
          std::to_string(limits.header_bytes) + ";\n";
  if (limits.body_bytes == 0) {
    differences.push_back("[limits] body_bytes = 0 is any length to nginx; to Banyan it is none.");
  }
  text += proxy_settings(configuration, differences) + locations(rewrites) + "}\n";
  differences.push_back(
      "[limits]: header_fields has no counterpart, header_bytes is of one line, and target_bytes "
      "a part of it.");
  differences.push_back(
      "Paths that nginx itself refuses are refused, whatever irregular_paths says: \"..\" above "
      "the root, bad escapes, %00. So is TRACE, with 405.");
  return text;
}

}  // namespace banyan::strangler
