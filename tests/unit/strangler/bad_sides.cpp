// SPDX-License-Identifier: Apache-2.0
#include "bad_configurations.hpp"

namespace banyan::test {

std::vector<BadFile> bad_sides() {
  return {
      {"BalanceAndLoad",
       R"([upstreams.new]
instances = ["a:1"]
balance = "least_load"
max_requests = 0
)",
       R"(banyan.toml:7:11: balance is "least_load", expected "round_robin" (each instance in turn) or "least_loaded" (the one with the fewest requests under way). Did you mean "least_loaded"?
banyan.toml:8:16: max_requests is 0, expected an integer from 1 to 1000000
)"},
      {"HealthChecks",
       R"([upstreams.new]
instances = ["a:1"]
health = { path = "health", every = "0s", unhealthy_after = 0, retries = 3 }
[upstreams.other]
instances = ["a:1"]
health = "/health"
)",
       R"(banyan.toml:7:19: path is "health", expected what is asked for with GET, such as "/health/ready"
banyan.toml:7:37: every is "0s", expected a time from 1ms to 60m such as "500ms", "10s" or "2m"
banyan.toml:7:61: unhealthy_after is 0, expected an integer from 1 to 100
banyan.toml:7:64: unknown key "retries" in [upstreams.new.health]. Known: path, host, headers, expect, every, timeout, healthy_after, unhealthy_after.
banyan.toml:10:10: health is a text, expected a table such as { path = "/health/ready", every = "5s" }
)"},
      {"WhatAHealthCheckExpects",
       R"([upstreams.new]
instances = ["a:1"]
[upstreams.new.health]
expect = [200, "300-299", 99, true]
headers = { "bad name" = "x", Good = "y" }
)",
       R"(banyan.toml:8:16: an entry of expect is "300-299", expected a status from 200 to 599 or a range of them, such as ["200-399"] or [200, 401]
banyan.toml:8:27: an entry of expect is "99", expected a status from 200 to 599 or a range of them, such as ["200-399"] or [200, 401]
banyan.toml:8:31: an entry of expect is a boolean, expected a status from 200 to 599 or a range of them, such as ["200-399"] or [200, 401]
banyan.toml:9:26: headers: "bad name" is no header field that can be sent, expected a name and a text of one line, such as { Authorization = "Basic …" }
)"},
      {"BreakerAndRetries",
       R"([upstreams.new]
instances = ["a:1"]
breaker = { failures = "0%", probes = 0 }
retries = { share = "much" }
max_answer_head = 10
max_answer_fields = 0
)",
       R"(banyan.toml:7:13: failures is 0%, with which the breaker would never close; to have none, leave it out
banyan.toml:7:39: probes is 0, expected an integer from 1 to 100
banyan.toml:8:21: share: "much" is not a percentage from 0 to 100 with at most two decimals, such as 25%, 0.5% or 100
banyan.toml:9:19: max_answer_head is 10, expected a number of bytes from 1024 to 8388608, or a text such as "64KiB" or "1GiB"
banyan.toml:10:21: max_answer_fields is 0, expected an integer from 1 to 10000
)"},
      {"UpstreamHost",
       R"([upstreams.new]
instances = ["a:1"]
host = "http://shop.internal/"
)",
       R"(banyan.toml:7:8: host is "http://shop.internal/", expected a name, with a port where it is not the usual one, such as "shop.internal" or "shop.internal:8080"
)"},
      {"UpstreamWithoutInstances",
       R"([upstreams.catalog]
)",
       R"(banyan.toml:5:1: [upstreams.catalog] lacks instances, such as instances = ["127.0.0.1:9000"]
)"},
      {"UpstreamPortZero",
       R"([upstreams.catalog]
instances = ["127.0.0.1:0"]
)",
       R"(banyan.toml:6:14: "127.0.0.1:0" in instances is no address, expected "host:port" such as "127.0.0.1:8080" or "[::1]:8080", or "unix:/run/app.sock"
)"},
      {"UpstreamIsText",
       R"([upstreams.new]
instances = ["a:1"]
[rollouts]
catalog = "127.0.0.1:1"
)",
       R"(banyan.toml:8:11: catalog is a text, expected a table [rollouts.catalog]
)"},
      {"UpstreamName",
       R"([upstreams."Catalog Service"]
instances = ["a:1"]
)",
       R"(banyan.toml:5:1: "Catalog Service" cannot be the name of an upstream: up to 64 lower-case letters, digits, "-" and "_", beginning with a letter
)"},
      {"RolloutName",
       R"([rollouts.Catalog]
)",
       R"(banyan.toml:5:1: "Catalog" cannot be the name of a rollout: up to 64 lower-case letters, digits, "-" and "_", beginning with a letter
)"},
      {"StepsShrink",
       R"([rollouts.catalog]
steps = ["10%", "5%", "100%"]
)",
       R"(banyan.toml:6:17: steps must grow, and 5% comes after 10%
)"},
      {"StepsAreNoPercentages",
       R"([rollouts.catalog]
steps = ["ten"]
)",
       R"(banyan.toml:6:10: "ten" is not a percentage from 0 to 100 with at most two decimals, such as 25%, 0.5% or 100
)"},
      {"StepsStopShort",
       R"([rollouts.catalog]
steps = ["10%", "50%"]
)",
       R"(banyan.toml:6:1: the last of the steps must be 100%
)"},
      {"StepsBeginAtZero",
       R"([rollouts.catalog]
steps = ["0%", "100%"]
)",
       R"(banyan.toml:6:10: steps begin above 0%, which is where every rollout begins
)"},
      {"CookiesThatPassForNobody",
       R"([rollouts.catalog.shadow]
cookies = { pass = ["session"] }
)",
       R"(banyan.toml:6:13: pass lets nothing through with credentials = "skip", for whoever has a cookie says who asks, and is not copied; say credentials = "drop", with which copies have these cookies and nothing else of the kind, or "pass"; or name with drop the cookies that say nothing
)"},
      {"CookiesThatAreDroppedAnyway",
       R"([rollouts.catalog.shadow]
credentials = "drop"
cookies = { drop = ["_ga*"] }
)",
       R"(banyan.toml:7:13: drop takes nothing away with credentials = "drop", with which copies have no cookies; name with pass those that they are to have, or leave cookies out
)"},
      {"CookiesBesideUnreadCredentials",
       R"([rollouts.catalog.shadow]
credentials = "passs"
cookies = { pass = ["session"] }
)",
       R"(banyan.toml:6:15: credentials is "passs", expected "skip" (they are not copied), "pass" (copies have them) or "drop" (copies lack them). Did you mean "pass"?
)"},
      {"CookiesByTwoListsAndOddNames",
       R"([rollouts.catalog.shadow]
credentials = "pass"
[rollouts.catalog.shadow.cookies]
pass = ["a b", "x*y"]
drop = ["c"]
[rollouts.orders.shadow]
cookies = {}
)",
       R"(banyan.toml:8:9: "a b" in pass is no name of a cookie; expected one such as "session", or the beginning of names, "_ga*"
banyan.toml:8:16: "x*y" in pass is no name of a cookie; expected one such as "session", or the beginning of names, "_ga*"
banyan.toml:9:1: pass names all cookies that copies have, and drop all that they lack; say one of the two
banyan.toml:11:11: no cookie is named in it: say pass = ["language"] for the only ones that copies have, or drop = ["_ga*"] for the only ones that they lack
)"},
      {"FieldsThatCopiesCannotSay",
       R"([rollouts.catalog.shadow]
set = {}
[rollouts.catalog.shadow.set_old]
Host = "shop"
content_length = "1"
Connection = "close"
Banyan-Principal = "ada"
"X Tenant" = "a"
X-Tenant = "a"
x_tenant = "b"
Authorization = "Bearer 1"
X-Number = 3
X-Line = "a\nb"
X-Key = { fil = "key.token", scheme = "a b" }
X_Api_Key = "1"
)",
       R"(banyan.toml:6:1: set is empty, expected fields that copies say, such as { X-Tenant = "shadow" }
banyan.toml:8:1: Host in set_old cannot be set: what a side is called says host in its [upstreams.NAME]
banyan.toml:9:1: content_length in set_old cannot be set: it is about the connection or the message, or for the proxy to say; take it out
banyan.toml:10:1: Connection in set_old cannot be set: it is about the connection or the message, or for the proxy to say; take it out
banyan.toml:11:1: Banyan-Principal in set_old cannot be set: it is about the connection or the message, or for the proxy to say; take it out
banyan.toml:12:1: "X Tenant" in set_old is no name of a header field; expected one such as "X-Tenant"
banyan.toml:14:1: x_tenant in set_old is there twice, but for its spelling; keep one of them
banyan.toml:15:17: Authorization in set_old says who asks, and this file is no place for a secret; put it into one that only the proxy may read: { file = "catalog.token" }
banyan.toml:16:12: X-Number in set_old is an integer, expected a text, or { file = "catalog.token" } for a secret
banyan.toml:17:10: X-Line in set_old is empty, or has what no header field may have; expected a text of one line
banyan.toml:18:9: [rollouts.catalog.shadow.set_old.X-Key] lacks file, such as file = "catalog.token"
banyan.toml:18:11: unknown key "fil" in [rollouts.catalog.shadow.set_old.X-Key]. Did you mean "file"?
banyan.toml:18:39: scheme is no word, expected one such as "Bearer"; the secret itself goes into the file
banyan.toml:19:13: X_Api_Key in set_old says who asks, and this file is no place for a secret; put it into one that only the proxy may read: { file = "catalog.token" }
)"},
      {"FieldsThatMakeAnotherRequestOfACopy",
       R"([rollouts.catalog.shadow.set]
X-HTTP-Method-Override = "DELETE"
x_method_override = "DELETE"
Accept-Encoding = "br"
If-None-Match = "*"
X-Client-IP = "192.0.2.1"
)",
       R"(banyan.toml:6:1: X-HTTP-Method-Override in set cannot be set: it is about the connection or the message, or for the proxy to say; take it out
banyan.toml:7:1: x_method_override in set cannot be set: it is about the connection or the message, or for the proxy to say; take it out
banyan.toml:8:1: Accept-Encoding in set cannot be set: it is about the connection or the message, or for the proxy to say; take it out
banyan.toml:9:1: If-None-Match in set cannot be set: it is about the connection or the message, or for the proxy to say; take it out
banyan.toml:10:1: X-Client-IP in set cannot be set: it is about the connection or the message, or for the proxy to say; take it out
)"},
      {"PlanMovesTheWritesTooEarly",
       R"([rollouts.catalog.plan]
steps = ["50%", "writes"]
)",
       R"(banyan.toml:6:17: the writes move when all of the reads have: a step of 100% comes before them, and not 50%
)"},
      {"PlanGoesOnAfterTheWrites",
       R"([rollouts.catalog.plan]
steps = ["100%", "writes", "writes"]
)",
       R"(banyan.toml:6:28: nothing comes after the step that moves the writes, and writes does
)"},
      {"UpstreamTlsVerifyNone",
       R"([upstreams.old.tls]
ca = "own.pem"
verify = "none"
certificate = "proxy.pem"
)",
       R"(banyan.toml:7:10: verify is "none", expected "full" or "insecure-none" (takes anybody who answers for the upstream)
banyan.toml:8:15: certificate is a text, expected a table such as {chain = "shop.pem", key = "shop.key"}
)"},
      {"UpstreamTlsAuthorityForNothing",
       R"([upstreams.old.tls]
verify = "insecure-none"
ca = "own.pem"
)",
       R"(banyan.toml:7:6: ca is of no use with verify = "insecure-none"
)"},
  };
}

}  // namespace banyan::test
