-- SPDX-License-Identifier: Apache-2.0
-- Orders of one to three tracks for wrk, each under a key of its own. BANYAN_BENCH_ORDERS names a file
-- whose lines are "customer ID" and "track ID".
local customers, tracks, made, prefix = {}, {}, 0, ""

function init()
  for line in io.lines(os.getenv("BANYAN_BENCH_ORDERS")) do
    local kind, id = line:match("^(%a+) (%S+)$")
    table.insert(kind == "customer" and customers or tracks, id)
  end
  prefix = string.format("%x-%s-", os.time(), tostring({}):match("0x(%x+)"))
  math.randomseed(1)
end

function request()
  made = made + 1
  local first, lines = math.random(#tracks), {}
  for i = 0, math.random(0, 2) do
    local track = tracks[(first + i * 7 - 1) % #tracks + 1]
    table.insert(lines, string.format('{"track":"%s","quantity":1}', track))
  end
  local body = string.format('{"customer":"%s","lines":[%s]}', customers[math.random(#customers)], table.concat(lines, ","))
  return wrk.format("POST", "/orders", {
    ["Content-Type"] = "application/json", ["Idempotency-Key"] = prefix .. made}, body)
end
