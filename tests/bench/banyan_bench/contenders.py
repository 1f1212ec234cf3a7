# SPDX-License-Identifier: Apache-2.0
"""The proxies, set up as a careful operator would for what is measured, and the origin behind them.

All of them: one core, keep-alive to both sides, X-Forwarded-For and -Proto, a request id. nginx and
HAProxy come twice: as plain proxies, and ("+") with what banyan always does and a strangler needs, as
far as they can: routes with methods, a percentage that sticks to a cookie or else the address, both
ids, trace context, Forwarded and its kin, what was decided, and figures by operation: HAProxy counts
by backend, nginx has its access log for that (buffered). The health of both sides as a window over
all answers, only banyan has. The floor (raw_relay) does nothing at all. The origin is nginx with
Debian's sendfile and tcp_nopush: head and body of a file leave together.
"""
import contextlib
import json
import resource
import sys
import urllib.request

from .machine import LOAD_CORE
from .program import Program, free_ports

BODY = json.dumps({"id": "alb_0190f3c2a4e57b6c8d9e0f1a2b3c4d5e", "title": "For Those About To Rock",
                   "artist": "AC/DC", "price": {"minor": 899, "currency": "EUR"}}).ljust(150)[:150]
PATHS = {"150 B": "/albums/1", "4 KiB": "/albums/4k", "64 KiB": "/albums/64k"}
LONG_PATH = "/albums/8m"  # for those who are slow to read it
NAMES = ("floor", "banyan", "nginx", "HAProxy")
DOING_AS_MUCH = ("nginx+", "HAProxy+")

NGINX = """daemon off; pid {folder}/{name}.pid; error_log stderr crit; worker_processes 1;
worker_rlimit_nofile {files};
events {{ worker_connections {connections}; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 300s; tcp_nodelay on; sendfile on; tcp_nopush on;
  default_type application/json; client_max_body_size 0; send_timeout 300s;
  client_header_timeout 300s; client_body_timeout 300s;
  client_body_temp_path {folder}/{name}-1; proxy_temp_path {folder}/{name}-2;
  fastcgi_temp_path {folder}/{name}-3; uwsgi_temp_path {folder}/{name}-4; scgi_temp_path {folder}/{name}-5;
  {http}
}}
"""


def _files():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _connections():
    """What a proxy is told to expect; only a busy client takes a second file, for its upstream."""
    return min(32768, _files() - 2048)


def _nginx_file(folder, name, http):
    file = folder / f"{name}.conf"
    file.write_text(NGINX.format(folder=folder, name=name, files=_files(),
                                 connections=min(32768, _files() - 256), http=http))
    return file


def origin(folder, port):
    albums = folder / "www" / "albums"
    albums.mkdir(parents=True, exist_ok=True)
    for name, size in (("4k", 4 << 10), ("64k", 64 << 10), ("8m", 8 << 20)):
        (albums / name).write_bytes((BODY.encode() * (size // len(BODY) + 1))[:size])
    file = _nginx_file(folder, "origin", f"""open_file_cache max=16 inactive=600s;
  server {{ listen 127.0.0.1:{port} reuseport; root {folder}/www;
    location = /albums/1 {{ return 200 '{BODY}'; }} }}""")
    return Program("the origin (nginx)", ["nginx", "-c", file], port, folder / "origin.log", LOAD_CORE)


def _floor(folder, port, upstream, options, closes):
    words = [options.tools / "raw_relay", port, upstream, *(["--each-closes"] if closes else [])]
    return Program("floor", words, port, folder / "floor.log")


NGINX_PROXYING = """proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
    proxy_buffer_size 16k; proxy_buffers 8 16k; proxy_busy_buffers_size 64k;
    proxy_max_temp_file_size 0; proxy_request_buffering off; proxy_read_timeout 300s;"""


def _nginx_group(name, upstream):
    return f"upstream {name} {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 100000000; }}"


def _nginx(folder, port, upstream, options, closes):
    # Bodies go through memory, never through files, in both directions: as the others do it.
    file = _nginx_file(folder, "nginx", f"""
  {_nginx_group("legacy", upstream)}
  server {{ listen 127.0.0.1:{port};
    {NGINX_PROXYING}
    proxy_set_header X-Request-Id $request_id;
    location / {{ proxy_pass http://legacy; }} }}""")
    return Program("nginx", ["nginx", "-c", file], port, folder / "nginx.log")


def _nginx_doing_as_much(folder, port, upstream, options, closes):
    file = _nginx_file(folder, "nginx-plus", f"""
  map $cookie_session $unit {{ "" $remote_addr; default $cookie_session; }}
  split_clients "catalog$unit" $side {{ 50% local; * remote; }}
  map $side $group {{ local legacy; remote catalog; }}
  map $http_x_request_id $id {{ "" $request_id; default $http_x_request_id; }}
  map $http_x_correlation_id $correlation {{ "" $id; default $http_x_correlation_id; }}
  map $request_id $span {{ "~^(?<half>.{{16}})" $half; }}
  map $http_traceparent $trace {{ "" "00-$request_id-$span-01"; default $http_traceparent; }}
  log_format operations '$operation $side $status $request_time';
  {_nginx_group("legacy", upstream)}
  {_nginx_group("catalog", upstream)}
  server {{ listen 127.0.0.1:{port};
    access_log {folder}/operations.log operations buffer=64k flush=1s;
    {NGINX_PROXYING}
    proxy_set_header X-Forwarded-Host $host;
    proxy_set_header Forwarded 'for=$remote_addr;host="$http_host";proto=$scheme';
    proxy_set_header Via "1.1 edge"; proxy_set_header X-Request-Id $id;
    proxy_set_header X-Correlation-Id $correlation; proxy_set_header traceparent $trace;
    proxy_set_header Banyan-Routing "catalog=$side;rev=1"; add_header X-Request-Id $id always;
    location /albums {{ limit_except GET {{ deny all; }} set $operation albums; proxy_pass http://$group; }}
    location / {{ set $operation rest; proxy_pass http://legacy; }} }}""")
    return Program("nginx+", ["nginx", "-c", file], port, folder / "nginx-plus.log")


def _haproxy_file(folder, name, port, upstream, duties, groups):
    file = folder / f"{name}.cfg"
    backends = "".join(f"backend {group}\n  server one 127.0.0.1:{upstream} maxconn 4096\n" for group in groups)
    file.write_text(f"""global
  nbthread 1
  no strict-limits
  maxconn {_connections()}
defaults
  mode http
  timeout client 300s
  timeout server 300s
  timeout connect 2s
  timeout http-request 300s
  timeout http-keep-alive 300s
  http-reuse safe
  option forwardfor
frontend in
  bind 127.0.0.1:{port} backlog 4096
  http-request set-header X-Forwarded-Proto http
{duties}
  default_backend legacy
{backends}""")
    return file


def _haproxy(folder, port, upstream, options, closes):
    file = _haproxy_file(folder, "haproxy", port, upstream, "  http-request set-header X-Request-Id %[uuid()]",
                         ("legacy",))
    return Program("HAProxy", ["haproxy", "-db", "-f", file], port, folder / "haproxy.log")


def _haproxy_doing_as_much(folder, port, upstream, options, closes):
    duties = """  http-request set-var(txn.unit) req.cook(session)
  http-request set-var(txn.unit) src unless { req.cook(session) -m found }
  http-request set-var(txn.side) str(remote)
  http-request set-var(txn.side) str(local) if { var(txn.unit),xxh32,mod(10000) lt 5000 }
  http-request set-var(txn.new) uuid()
  http-request set-header X-Request-Id %[var(txn.new)] unless { req.hdr(X-Request-Id) -m found }
  http-request set-var(txn.id) req.hdr(X-Request-Id)
  http-request set-header X-Correlation-Id %[var(txn.id)] unless { req.hdr(X-Correlation-Id) -m found }
  http-request set-var(txn.trace) var(txn.new),regsub(-,,g)
  http-request set-header traceparent 00-%[var(txn.trace)]-%[var(txn.trace),bytes(16)]-01 unless { req.hdr(traceparent) -m found }
  http-request set-header X-Forwarded-Host %[req.hdr(Host)]
  http-request set-header Forwarded for=%[src];host=\\"%[req.hdr(Host)]\\";proto=http
  http-request add-header Via "1.1 edge"
  http-request set-header Banyan-Routing catalog=%[var(txn.side)];rev=1
  http-response set-header X-Request-Id %[var(txn.id)]
  use_backend catalog if { path_beg /albums } { method GET HEAD } { var(txn.side) -m str remote }"""
    file = _haproxy_file(folder, "haproxy-plus", port, upstream, duties, ("legacy", "catalog"))
    return Program("HAProxy+", ["haproxy", "-db", "-f", file], port, folder / "haproxy-plus.log")


def banyan(folder, port, upstream, options, name="banyan", successor=None, more=""):
    """`successor`: the port of its new side, if that is another one; `more`: what its file says besides."""
    file = folder / "banyan.toml"
    file.write_text(f"""[proxy]
listen = ["127.0.0.1:{port}"]
sticky = ["cookie:session", "address"]
[limits]
connections = {_connections()}
connections_per_client = {_connections()}
body_bytes = "16GiB"
body_time = "10m"
header_time = "5m"
idle_time = "5m"
[upstreams.legacy]
instances = ["127.0.0.1:{upstream}"]
connections = 4096
max_requests = 100000
answer_time = "5m"
[upstreams.catalog]
instances = ["127.0.0.1:{successor or upstream}"]
connections = 4096
max_requests = 100000
answer_time = "5m"
[rollouts.catalog]
[[routes]]
prefix = "/albums"
methods = ["GET"]
effect = "read"
legacy = "legacy"
successor = "catalog"
rollout = "catalog"
[[routes]]
name = "rest"
prefix = "/"
methods = ["*"]
effect = "write"
legacy = "legacy"
{more}""")
    words = [options.bin / "banyan", "proxy", "--config", file, "--loops", "1"]
    return Program(name, words, port, folder / "banyan.log")


def ask(program, path, body=None):
    """What a running banyan answers its operators; with a `body` it is an order."""
    request = urllib.request.Request(f"http://127.0.0.1:{program.port}/_banyan/api/{path}",
                                     data=None if body is None else json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def _banyan(folder, port, upstream, options, closes):
    return banyan(folder, port, upstream, options)


_MAKERS = {"floor": _floor, "banyan": _banyan, "nginx": _nginx, "HAProxy": _haproxy,
           "nginx+": _nginx_doing_as_much, "HAProxy+": _haproxy_doing_as_much}


def contender(name, folder, upstream, options, closes=False):
    """`closes`: clients come with a new connection for each request."""
    return _MAKERS[name](folder, free_ports(1)[0], upstream, options, closes)


@contextlib.contextmanager
def beside_each_other(folder, options, names=NAMES, closes=False):
    """The origin's port and all proxies in front of it: they cost nothing while they are not asked."""
    with contextlib.ExitStack() as stack:
        upstream = free_ports(1)[0]
        stack.enter_context(origin(folder, upstream))
        yield upstream, [stack.enter_context(contender(name, folder, upstream, options, closes))
                         for name in names]


def in_turns(programs, rounds):
    """Everyone once in each round, and each round begins with another one."""
    for turn in range(rounds):
        first = turn % len(programs)
        yield from programs[first:] + programs[:first]


def check_built(options):
    missing = [str(file) for file in (options.bin / "banyan", options.tools / "raw_relay",
                                      options.tools / "steady_load") if not file.exists()]
    if missing:
        sys.exit(f"bench: {', '.join(missing)} not built; run: cmake --build {options.build} "
                 "--target banyan raw_relay steady_load")
