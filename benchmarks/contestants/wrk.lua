-- Posts the ready-made bodies named on the command line, one after the other.
local requests = {}
local last = 0

function init(paths)
  local headers = {["Content-Type"] = "application/json", ["X-Authorization-Key"] = "benchmark-key"}
  for _, path in ipairs(paths) do
    local file = assert(io.open(path, "rb"))
    table.insert(requests, wrk.format("POST", nil, headers, file:read("*a")))
    file:close()
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end
