// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace banyan::test {

/// A banyan.toml that must be refused, and all that must be said about it.
struct BadFile {
  const char* name;
  /// What follows a good [proxy] (lines 1 and 2) and [upstreams.old] (3 and 4); the whole file when
  /// it begins with "!".
  std::string text;
  std::string expected;
  friend void PrintTo(const BadFile& bad, std::ostream* out) { *out << bad.name; }
};

inline const std::vector<BadFile>& bad_configurations() {
  static const std::vector<BadFile> files = {
      {"NoToml",
       R"(listen = = 3
)",
       R"(banyan.toml:5:10: this is not TOML: Error while parsing value: could not determine value type
)"},
      {"UnclosedText",
       R"([limits]
header_time = "5s
)",
       R"(banyan.toml:6:18: this is not TOML: Error while parsing string: unescaped control characters other than TAB (U+0009) are explicitly prohibited
)"},
      {"NothingAfterAnOpenText", "[limits]\nheader_time = \"\"\"5s\n",
       "banyan.toml:6:20: this is not TOML: Error while parsing string: encountered end-of-file\n"},
      {"NotUtf8", "[limits]\n# caf\u00e9 caf\xe9\nheader_time = \"5s\"\n",
       "banyan.toml:6:11: this is not UTF-8; save the file as UTF-8 with your editor\n"},
      {"LineBreaksAndEscapesInWhatIsQuoted", "[limits]\n\"a\\nb\\u001b[2J\\u007f\" = 1\n",
       "banyan.toml:6:1: unknown key \"a\\nb\\u001b[2J\\u007f\" in [limits]. Known: "
       "connections, connections_per_client, target_bytes, header_bytes, header_fields, "
       "body_bytes, header_time, "
       "body_time, body_rate, body_grace, uploads_per_client, idle_time, write_time, tunnel_time, "
       "pinned_tunnel_time, total_time, drain_time, "
       "drain_spread.\n"},
      {"DuplicateKey",
       R"([limits]
connections = 1
connections = 2
)",
       R"(banyan.toml:7:15: this is not TOML: Error while parsing key-value pair: cannot redefine existing integer 'connections'
)"},
      {"NoProxy",
       R"(![limits]
)",
       R"(banyan.toml:1:1: there is no section [proxy]; it says where to listen: [proxy] with listen = ["127.0.0.1:8080"]
)"},
      {"NoListen",
       R"(![proxy]
control_store = "c.db"
)",
       R"(banyan.toml:1:1: [proxy] lacks listen, such as listen = ["127.0.0.1:8080"]
)"},
      {"ListenIsText",
       R"(![proxy]
listen = "127.0.0.1:8080"
)",
       R"(banyan.toml:2:10: listen is a text, expected a list such as ["127.0.0.1:8080"]
)"},
      {"HalfCloseIsText",
       R"(![proxy]
listen = ["127.0.0.1:80"]
half_close = "yes"
)",
       R"(banyan.toml:3:14: half_close is a text, expected true or false
)"},
      {"TrustedPeersAndFields",
       R"(![proxy]
listen = ["127.0.0.1:80"]
trusted_peers = ["10.0.0.0/8", "unix:", "proxy.internal", "10.0.0.0/40"]
drop_fields = ["X-Tenant", "X Tenant", "X-*-User"]
pass_fields = ["X-Forwarded-Prefix", "x_forwarded_for"]
ignore_case = "yes"
)",
       R"(banyan.toml:3:41: in trusted_peers 'proxy.internal' is not an IP address or network: write "10.0.0.7", "10.0.0.0/8" or "2001:db8::/32"; "unix:" is whoever comes by a Unix socket
banyan.toml:3:59: in trusted_peers '10.0.0.0/40': the number of bits after the slash must be 0 to 32; "unix:" is whoever comes by a Unix socket
banyan.toml:4:28: "X Tenant" in drop_fields is no name of a field; expected one such as "X-Tenant", or the beginning of names, "X-Auth-*"
banyan.toml:4:40: "X-*-User" in drop_fields is no name of a field; expected one such as "X-Tenant", or the beginning of names, "X-Auth-*"
banyan.toml:5:38: "x_forwarded_for" in pass_fields is always the proxy's own to say; name those whose word is taken in trusted_peers
banyan.toml:6:15: ignore_case is a text, expected true or false
)"},
      {"ListenIsEmpty",
       R"(![proxy]
listen = []
)",
       R"(banyan.toml:2:10: listen is empty, expected at least one entry, as in ["127.0.0.1:8080"]
)"},
      {"ListenWithoutPort",
       R"(![proxy]
listen = ["localhost"]
)",
       R"(banyan.toml:2:11: "localhost" in listen is no address, expected "host:port" such as "127.0.0.1:8080" or "[::1]:8080", or "unix:/run/app.sock"
)"},
      {"PortTooHigh",
       R"(![proxy]
listen = ["127.0.0.1:80", "127.0.0.1:65536"]
)",
       R"(banyan.toml:2:27: "127.0.0.1:65536" in listen is no address, expected "host:port" such as "127.0.0.1:8080" or "[::1]:8080", or "unix:/run/app.sock"
)"},
      {"ListenTwice",
       R"(![proxy]
listen = ["127.0.0.1:80", "127.0.0.1:80"]
)",
       R"(banyan.toml:2:27: "127.0.0.1:80" is in listen twice
)"},
      {"ListenNumber",
       R"(![proxy]
listen = [8080]
)",
       R"(banyan.toml:2:11: an entry of listen is an integer, expected a text in quotes, or a table such as { address = "127.0.0.1:8080" }
)"},
      {"UnbracketedIpv6",
       R"(![proxy]
listen = ["::1:8080"]
)",
       R"(banyan.toml:2:11: "::1:8080" in listen is no address, expected "host:port" such as "127.0.0.1:8080" or "[::1]:8080", or "unix:/run/app.sock"
)"},
      {"ListenName",
       R"(![proxy]
listen = ["localhost:8080"]
)",
       R"(banyan.toml:2:11: "localhost:8080" in listen is a name, and one listens on an address: "127.0.0.1:8080" or "[::1]:8080" for this machine only, "0.0.0.0:8080" or "[::]:8080" for all
)"},
      {"RelativeUnixSocket",
       R"(![proxy]
listen = ["unix:run/banyan.sock", "unix:"]
)",
       R"(banyan.toml:2:11: "unix:run/banyan.sock" in listen is no Unix socket, expected "unix:" and an absolute path of at most 107 characters such as "unix:/run/banyan.sock"
banyan.toml:2:35: "unix:" in listen is no Unix socket, expected "unix:" and an absolute path of at most 107 characters such as "unix:/run/banyan.sock"
)"},
      {"ListenTables",
       R"(![proxy]
listen = [{ adress = "127.0.0.1:8080" }, { address = "127.0.0.1" }]
)",
       R"(banyan.toml:2:11: an entry of listen lacks address, such as address = "127.0.0.1:8080"
banyan.toml:2:13: unknown key "adress" in an entry of listen. Did you mean "address"?
banyan.toml:2:54: "127.0.0.1" in listen is no address, expected "host:port" such as "127.0.0.1:8080" or "[::1]:8080", or "unix:/run/app.sock"
)"},
      {"OperatorsForTheWorld",
       R"(![proxy]
listen = ["0.0.0.0:80"]
operators = "10.0.0.1:9180"
)",
       R"(banyan.toml:3:13: "10.0.0.1:9180" in operators can be reached from elsewhere, and whoever reaches the operators' pages moves traffic; expected a loopback address such as "127.0.0.1:9180" or a Unix socket such as "unix:/run/banyan-ops.sock", or a token that operators have to know: operators_token_file = "operators.token"
)"},
      {"OperatorsAmongTheClients",
       R"(![proxy]
listen = ["127.0.0.1:80"]
operators = "127.0.0.1:80"
)",
       R"(banyan.toml:3:13: "127.0.0.1:80" is in listen as well; operators is an address of its own, where nothing but their pages is
)"},
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
      {"AccessLog",
       R"([access_log]
format = "apache"
share = "0%"
)",
       R"(banyan.toml:5:1: [access_log] lacks file, such as file = "access.log"
banyan.toml:6:10: format is "apache", expected "json" (one object a line) or "combined" (as Apache and nginx write it)
banyan.toml:7:1: share is 0%; to have no access log, leave the section out
)"},
      {"LimitsThatContradict",
       R"([limits]
header_bytes = "4KiB"
drain_time = "500ms"
connections_per_client = 0
)",
       R"(banyan.toml:6:1: target_bytes is 8192, and must be less than header_bytes, 4096, for the target is a part of the header
banyan.toml:7:1: drain_spread is a part of drain_time and cannot be longer
banyan.toml:8:26: connections_per_client is 0, expected an integer from 1 to 1000000
)"},
      {"PathChanges",
       R"([[routes]]
prefix = "/shop"
methods = ["GET"]
effect = "read"
legacy = "old"
legacy_path = { strip = "/sho", add = "v2" }
successor_path = { add = "/v3/" }
[[routes]]
path = "/a/{id}"
methods = ["GET"]
effect = "read"
legacy = "old"
legacy_path = { strip = "/a/{id}" }
[[routes]]
path = "/b"
methods = ["GET"]
effect = "read"
legacy = "old"
legacy_path = {}
)",
       R"(banyan.toml:10:25: strip is "/sho", and the route's own path, /shop, does not begin with it
banyan.toml:10:39: add is "v2", expected the first segments of a path as plain text, such as "/shop"
banyan.toml:11:1: successor_path without a successor
banyan.toml:11:26: add is "/v3/", expected the first segments of a path as plain text, such as "/shop"
banyan.toml:17:25: strip is "/a/{id}", expected the first segments of a path as plain text, such as "/shop"
banyan.toml:23:15: legacy_path says neither what to strip nor what to add
)"},
      {"UnknownSection",
       R"([upstream.catalog]
)",
       R"(banyan.toml:5:2: unknown section "upstream". Did you mean "upstreams"?
)"},
      {"UnknownKey",
       R"([limits]
conections = 5
)",
       R"(banyan.toml:6:1: unknown key "conections" in [limits]. Did you mean "connections"?
)"},
      {"SectionIsNoTable",
       R"(!limits = 5
[proxy]
listen = ["127.0.0.1:1"]
)",
       R"(banyan.toml:1:10: limits is an integer, expected a section [limits]
)"},
      {"RoutesWithOneBracket",
       R"([routes]
path = "/"
)",
       R"(banyan.toml:5:1: routes is a table, expected [[routes]] with two brackets, once for each route
)"},
      {"StickyWhat",
       R"(![proxy]
listen = ["127.0.0.1:80"]
sticky = ["session"]
)",
       R"(banyan.toml:3:11: "session" in sticky is nothing to go by, expected "cookie:NAME", "header:NAME", "visit" or "address"
)"},
      {"StickyByTwoVisits",
       R"(![proxy]
listen = ["127.0.0.1:80"]
sticky = ["visit", "visit:other"]
)",
       R"(banyan.toml:3:20: "visit:other" in sticky is a second cookie of the proxy's own; a visit has one
)"},
      {"NumberOutOfRange",
       R"([limits]
connections = 0
)",
       R"(banyan.toml:6:15: connections is 0, expected an integer from 1 to 1000000
)"},
      {"NumberIsText",
       R"([limits]
header_fields = "100"
)",
       R"(banyan.toml:6:17: header_fields is a text, expected an integer from 1 to 10000
)"},
      {"DurationWithoutUnit",
       R"([limits]
header_time = 10
body_time = "10"
idle_time = "10 s"
drain_time = "2h"
)",
       R"(banyan.toml:6:15: header_time is an integer, expected a time from 1ms to 60m such as "500ms", "10s" or "2m"
banyan.toml:7:13: body_time is "10", expected a time from 1ms to 60m such as "500ms", "10s" or "2m"
banyan.toml:8:13: idle_time is "10 s", expected a time from 1ms to 60m such as "500ms", "10s" or "2m"
banyan.toml:9:14: drain_time is "2h", expected a time from 1ms to 60m such as "500ms", "10s" or "2m"
)"},
      {"BadSizes",
       R"([limits]
header_bytes = "16KB"
body_bytes = -1
)",
       R"(banyan.toml:6:16: header_bytes is "16KB", expected a number of bytes from 1024 to 1048576, or a text such as "64KiB" or "1GiB"
banyan.toml:7:14: body_bytes is -1, expected a number of bytes from 0 to 1125899906842624, or a text such as "64KiB" or "1GiB"
)"},
      {"SizeIsTrue",
       R"([limits]
body_bytes = true
)",
       R"(banyan.toml:6:14: body_bytes is a boolean, expected a number of bytes from 0 to 1125899906842624, or a text such as "64KiB" or "1GiB"
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
      {"EmptyRoute",
       R"([[routes]]
)",
       R"(banyan.toml:5:1: [[routes]] lacks path, such as path = "/albums/{id}", or prefix, such as prefix = "/albums"
banyan.toml:5:1: [[routes]] lacks methods, such as methods = ["GET"], or ["*"] for all
banyan.toml:5:1: [[routes]] lacks legacy, such as legacy = "NAME" of a section [upstreams.NAME]
)"},
      {"UnknownMethod",
       R"([[routes]]
methods = ["get", "FETCH"]
path = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:6:12: unknown method "get". Did you mean "GET"?
banyan.toml:6:19: unknown method "FETCH". Known: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, and those of the registry such as PROPFIND; any other goes to a route with methods = ["*"].
)"},
      {"TwoRoutesForAllMethods",
       R"([[routes]]
methods = ["*"]
prefix = "/"
legacy = "old"
ignore_last_slash = 1
[[routes]]
name = "other"
methods = ["*"]
prefix = "/"
legacy = "old"
)",
       R"(banyan.toml:9:21: ignore_last_slash is an integer, expected true or false
banyan.toml:13:10: "other" and "* /" both match * / and below; give them different methods or paths
)"},
      {"UnknownRuleForIrregularPaths",
       R"([[routes]]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
irregular_paths = "passes"
)",
       R"(banyan.toml:10:19: irregular_paths is "passes", expected "refuse_ambiguous" (refuses those that could be read as the path of another route), "pass" (refuses none) or "refuse" (refuses all). Did you mean "pass"?
)"},
      {"MethodsAreText",
       R"([[routes]]
methods = "GET"
path = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:6:11: methods is a text, expected a list such as ["GET", "HEAD"]
)"},
      {"MethodsAreEmpty",
       R"([[routes]]
methods = []
path = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:6:11: methods is empty, expected at least one entry, as in ["GET", "HEAD"]
)"},
      {"PathAndPrefix",
       R"([[routes]]
methods = ["GET"]
path = "/a"
prefix = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:8:1: a route has either path (this path) or prefix (this path and all below it), not both
)"},
      {"PathWithoutSlash",
       R"([[routes]]
methods = ["GET"]
path = "albums"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "albums" is no path of a route: a path begins with "/"
)"},
      {"PathWithStar",
       R"([[routes]]
methods = ["GET"]
path = "/albums/*"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/albums/*" is no path of a route: "*" has no meaning here; "prefix" matches everything below a path, and "{name}" matches one segment
)"},
      {"PathWithDots",
       R"([[routes]]
methods = ["GET"]
path = "/a/../b"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a/../b" is no path of a route: a route cannot have a segment ".."
)"},
      {"PathWithEscape",
       R"([[routes]]
methods = ["GET"]
path = "/a%20b"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a%20b" is no path of a route: a route is written without escapes: put the character itself instead of "a%20b"
)"},
      {"PathWithQuery",
       R"([[routes]]
methods = ["GET"]
path = "/a?x=1"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a?x=1" is no path of a route: a path has no query, fragment, parameters or backslash, and "a?x=1" has
)"},
      {"PathWithEmptySegment",
       R"([[routes]]
methods = ["GET"]
path = "/a//b"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a//b" is no path of a route: a path has no empty segment ("//")
)"},
      {"ParameterTwice",
       R"([[routes]]
methods = ["GET"]
path = "/a/{id}/b/{id}"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a/{id}/b/{id}" is no path of a route: the parameter {id} is there twice
)"},
      {"ParameterName",
       R"([[routes]]
methods = ["GET"]
path = "/a/{}"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:8: "/a/{}" is no path of a route: a parameter has a name of letters, digits and "_", and "{}" has not
)"},
      {"PrefixWithSlash",
       R"([[routes]]
methods = ["GET"]
prefix = "/a/"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:7:10: "/a/" is no path of a route: a prefix is whole segments: write "/a" without the last "/"
)"},
      {"UnknownEffect",
       R"([[routes]]
methods = ["GET"]
path = "/a"
effect = "reads"
legacy = "old"
)",
       R"(banyan.toml:8:10: effect is "reads", expected "read" (changes nothing, may move by percentage) or "write" (moves as a whole). Did you mean "read"?
)"},
      {"UnknownUpstream",
       R"([[routes]]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "odl"
)",
       R"(banyan.toml:9:10: there is no [upstreams.odl]. Did you mean "old"?
)"},
      {"UnknownRollout",
       R"([rollouts.catalog]
[[routes]]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
successor = "old"
rollout = "catalogue"
)",
       R"(banyan.toml:12:11: there is no [rollouts.catalogue]. Did you mean "catalog"?
)"},
      {"RolloutWithoutSuccessor",
       R"([rollouts.catalog]
[[routes]]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
rollout = "catalog"
)",
       R"(banyan.toml:11:1: a route with a rollout needs a successor: the upstream that its traffic moves to
)"},
      {"SuccessorWithoutRollout",
       R"([[routes]]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
successor = "old"
)",
       R"(banyan.toml:10:1: a route with a successor needs a rollout, by whose stage its traffic moves
)"},
      {"UnknownRouteKey",
       R"([[routes]]
method = ["GET"]
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:6:1: unknown key "method" in [[routes]]. Did you mean "methods"?
)"},
      {"AmbiguousRoutes",
       R"([[routes]]
name = "a"
methods = ["GET"]
path = "/a/{x}"
effect = "read"
legacy = "old"
[[routes]]
name = "b"
methods = ["GET", "POST"]
path = "/a/{y}"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:14:8: "b" and "a" both match GET /a/{y}; give them different methods or paths
)"},
      {"SameName",
       R"([[routes]]
name = "a"
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
[[routes]]
name = "a"
methods = ["GET"]
path = "/b"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:14:8: there are two routes "a"; a name names one
)"},
      {"EmptyText",
       R"([[routes]]
name = ""
methods = ["GET"]
path = "/a"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:6:8: name is empty
)"},
      {"TlsWithOneBracket",
       R"(![proxy.tls]
listen = ["127.0.0.1:443"]
)",
       R"(banyan.toml:1:1: tls is a table, expected [[proxy.tls]] with two brackets, once for each set of certificates
)"},
      {"TlsOfNothing",
       R"(![[proxy.tls]]
)",
       R"(banyan.toml:1:1: [[proxy.tls]] lacks listen, such as listen = ["0.0.0.0:443"]
banyan.toml:1:1: [[proxy.tls]] lacks certificates, such as certificates = [{chain = "shop.pem", key = "shop.key"}]
)"},
      {"TlsCertificatesAreTexts",
       R"(![[proxy.tls]]
listen = ["127.0.0.1:443"]
certificates = ["shop.pem"]
)",
       R"(banyan.toml:3:17: an entry of certificates is a text, expected a list such as [{chain = "shop.pem", key = "shop.key"}]
)"},
      {"TlsCertificateWithoutKey",
       R"(![[proxy.tls]]
listen = ["127.0.0.1:443"]
certificates = [{chain = "shop.pem", keys = "shop.key"}]
)",
       R"(banyan.toml:3:17: an entry of certificates lacks key, such as key = "shop.key"
banyan.toml:3:38: unknown key "keys" in an entry of certificates. Did you mean "key"?
)"},
      {"TlsAndPlainAtOnePlace",
       R"(![proxy]
listen = ["127.0.0.1:443"]
[[proxy.tls]]
listen = ["127.0.0.1:443"]
certificates = [{chain = "shop.pem", key = "shop.key"}]
)",
       R"(banyan.toml:4:11: "127.0.0.1:443" is listened on twice, here and above
)"},
      {"TlsTooOld",
       R"(![[proxy.tls]]
listen = ["127.0.0.1:443"]
certificates = [{chain = "shop.pem", key = "shop.key"}]
minimum_version = "1.0"
client_certificates = "yes"
client_ca = "partners.pem"
)",
       R"(banyan.toml:4:19: minimum_version is "1.0", expected "1.2" or "1.3". Did you mean "1.2"?
banyan.toml:5:23: client_certificates is "yes", expected "off", "optional" or "required"
)"},
      {"TlsClientsWithoutAuthority",
       R"(![[proxy.tls]]
listen = ["127.0.0.1:443"]
certificates = [{chain = "shop.pem", key = "shop.key"}]
client_certificates = "required"
[[proxy.tls]]
listen = ["127.0.0.1:444"]
certificates = [{chain = "shop.pem", key = "shop.key"}]
client_ca = "partners.pem"
)",
       R"(banyan.toml:4:1: client_certificates needs client_ca, the file with the authorities that may sign them, such as client_ca = "partners.pem"
banyan.toml:8:1: client_ca is of no use without client_certificates = "optional" or "required"
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
      {"SeveralAtOnce",
       R"(![proxy]
listen = ["nowhere"]
control_stor = "c.db"
[limits]
idle_time = 3
[[routes]]
methods = ["GET"]
path = "x"
effect = "read"
legacy = "old"
)",
       R"(banyan.toml:2:11: "nowhere" in listen is no address, expected "host:port" such as "127.0.0.1:8080" or "[::1]:8080", or "unix:/run/app.sock"
banyan.toml:3:1: unknown key "control_stor" in [proxy]. Did you mean "control_store"?
banyan.toml:5:13: idle_time is an integer, expected a time from 1ms to 60m such as "500ms", "10s" or "2m"
banyan.toml:8:8: "x" is no path of a route: a path begins with "/"
banyan.toml:10:10: there is no [upstreams.old].
)"},
  };
  return files;
}

}  // namespace banyan::test
