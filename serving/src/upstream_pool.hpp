// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "banyan/forwarding/forwarder.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/upstream/group.hpp"
#include "banyan/upstream/health_checks.hpp"

namespace banyan::serving {

/// An upstream group with the connections to it. Lives on over reloads that leave the group as it
/// is, so that neither connections nor what is known of its health are lost. To make one changes
/// nothing of what is in force: it may belong to a file that is refused. begin() does.
struct UpstreamPool {
  /// What all groups have in common.
  struct Common {
    strangler::ForwarderOptions forwarding;
    upstream::HealthRules health;
    const Clock& clock;                  ///< must outlive the pool
    upstream::OnHealthChange changed{};  ///< see upstream::GroupOptions
  };
  /// `tls_context`: null for plain HTTP; in force from begin() on where connections live on. What
  /// `before` knows of what did not change lives on: its instances' health, the connections, the
  /// breaker.
  struct Before {
    const UpstreamPool* pool = nullptr;      ///< of the snapshot before
    const upstream::Group* group = nullptr;  ///< or of who calls the same service in another way
  };
  UpstreamPool(const strangler::UpstreamGroup& described, const Common& common,
               http::TlsClient::Context tls_context, Before before);

  /// From now on it is in force, with these certificates (null without TLS): the connections are
  /// made by them, and its instances are asked how they are as it says. Again after each reload.
  void begin(http::TlsClient::Context tls_context, upstream::HealthChecks* checks);

  strangler::UpstreamGroup group;
  std::shared_ptr<http::TlsClient> tls;
  std::shared_ptr<upstream::Group> instances;
  strangler::Forwarder forwarder;
  std::shared_ptr<void> checking;
  bool begun = false;
};

}  // namespace banyan::serving
