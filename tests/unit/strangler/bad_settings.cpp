// SPDX-License-Identifier: Apache-2.0
#include "bad_configurations.hpp"

namespace banyan::test {

std::vector<BadFile> bad_settings() {
  return {
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
}

}  // namespace banyan::test
