-- wrk's script: each request is one of the lines of BENCH_REQUESTS (method, path, body, by tabs),
-- chosen at random, with its places filled:
--   {copy}    a number below BENCH_COPIES    {value}   a number     {serial}  never twice
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

-- "a{x}b" -> {"a", "x", "b"}: places stand at even indexes.
local function cut(text)
  local parts, at = {}, 1
  for before, place, after in text:gmatch("()%{(%l+)%}()") do
    parts[#parts + 1] = text:sub(at, before - 1)
    parts[#parts + 1] = place
    at = after
  end
  parts[#parts + 1] = text:sub(at)
  return parts
end

local templates, copies, serial = {}, tonumber(os.getenv("BENCH_COPIES")), 0

function init()
  math.randomseed(1026 + number)
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    local method, path, body = line:match("^(%u+)\t([^\t]*)\t(.*)$")
    templates[#templates + 1] = {method = method, path = cut(path), body = cut(body)}
  end
  headers = {["Content-Type"] = "application/json", ["Accept"] = "application/json"}
end

local function fill(parts, values)
  if #parts == 1 then return parts[1] end
  local out = {}
  for i, part in ipairs(parts) do
    out[i] = i % 2 == 1 and part or values[part]
  end
  return table.concat(out)
end

function request()
  local chosen = templates[math.random(#templates)]
  serial = serial + 1
  local values = {copy = math.random(0, copies - 1), value = math.random(1, 9999) / 10,
                  serial = number .. "x" .. serial .. "x" .. os.getenv("BENCH_RUN")}
  local body = fill(chosen.body, values)
  return wrk.format(chosen.method, fill(chosen.path, values), headers, body ~= "" and body or nil)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("BENCH %d %d %d %d %d\n", summary.requests, summary.duration,
           errors.status + errors.connect + errors.read + errors.write + errors.timeout,
           latency:percentile(50), latency:percentile(99)))
end
