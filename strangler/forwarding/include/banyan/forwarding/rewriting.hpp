// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/message.hpp"

namespace banyan::strangler {

/// Where an upstream has what clients see elsewhere: in front of its paths is `add` instead of
/// `strip`. Both begin with "/" and do not end with it; "" is the root.
struct PathMapping {
  std::string strip;
  std::string add;
  friend bool operator==(const PathMapping&, const PathMapping&) = default;
};

/// How requests of one route read to one upstream, and how its answers read to the client.
///
/// * Of the target the segments of `strip` are replaced by `add`; all else goes on byte for byte,
///   path parameters of the replaced segments too ("/shop;v=1" → "/v2;v=1").
/// * The Destination of COPY and MOVE (RFC 4918 §10.3), where it is at the host that the client
///   calls, becomes a path of the upstream.
/// * In Location, Content-Location and Refresh the upstream's own authority is left out, so that
///   the client stays where it is whatever its name for us is, and a path below `add` is turned
///   back.
/// * Of a Set-Cookie a Path below `add` is turned back, the root of an upstream that is all below
///   `strip` to "/shop", which matches "/shop" as "/shop/" would not (RFC 6265 §5.1.4); and a
///   Domain that is the upstream's own host, and not the client's, is left out, so that the cookie
///   is for the host that the client called.
///
/// What needs none of this stays byte for byte. A cookie without a Path gets none: it is for the
/// folder of what the client asked for (RFC 6265 §5.1.4), which lies below `strip`.
///
/// Immutable; safe for concurrent use.
class Rewriting {
 public:
  /// `host`: the name by which the upstream is called; "" when it hears the client's.
  Rewriting(PathMapping mapping, const std::vector<http::Endpoint>& instances,
            const std::string& host = {});

  /// Of a target whose path begins with the segments of `strip`, whatever their escapes.
  std::string target_for_upstream(std::string_view target) const;
  bool moves_paths() const { return mapping_ != PathMapping{}; }
  /// What X-Forwarded-Prefix says: `strip`, where the upstream has its root; else nothing.
  std::string_view prefix() const {
    return mapping_.add.empty() ? std::string_view(mapping_.strip) : std::string_view();
  }
  /// What Destination becomes; "" where there is none, or it stays as it is.
  std::string destination_for_upstream(const http::RequestHead& head) const;

  /// `client_host`: the client's Host field, which may be the upstream's name for itself as well.
  void answer_for_client(http::Fields& fields, std::string_view client_host) const;

 private:
  bool own_authority(std::string_view authority) const;
  bool own_host(std::string_view host) const;
  std::string location(std::string_view value, std::string_view client_host) const;
  std::string path_for_client(std::string_view path) const;
  std::string refresh(std::string_view value, std::string_view client_host) const;
  std::string cookie(std::string_view value, std::string_view client_host) const;
  std::string cookie_path(std::string_view path) const;
  bool is_at_or_below_strip(std::string_view path) const;

  PathMapping mapping_;
  std::size_t stripped_segments_ = 0;
  bool hears_another_host_ = false;
  std::vector<std::string> authorities_;  ///< "10.0.0.1:9000"; without the port 80 or 443, too
  std::vector<std::string> hosts_;
};

}  // namespace banyan::strangler
