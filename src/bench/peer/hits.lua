-- For wrk: asks for the images whose bodies stand in the file that HITS names, a line each, by turns; prints what came as JSON.
local bodies = {}
for line in io.lines(os.getenv("HITS")) do bodies[#bodies + 1] = line end

local requests, next_one = {}, 0

function init()
  for number, body in ipairs(bodies) do
    requests[number] = wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, body)
  end
end

function request()
  next_one = next_one % #requests + 1
  return requests[next_one]
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format('{"rate":%.0f,"p50":%.2f,"p99":%.2f,"errors":%d}\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
