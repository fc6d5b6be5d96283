-- load.lua - what wrk sends, taken from the environment, and what it tells, in one line.
--   LOAD_COOKIE, LOAD_TOKEN   who asks
--   LOAD_PATHS                a file of paths, walked through in turn (else the one of the URL)
--   LOAD_VISITS               a page was seen, each time by another visitor from another address
--   LOAD_PATCH                a JSON body with %d in it: a PATCH, another number each time
local paths, at, patch, visits = {}, 0, os.getenv("LOAD_PATCH"), (os.getenv("LOAD_VISITS") or "") ~= ""

-- Each thread counts in numbers of its own: two that send the same change would have one of them change nothing.
local nthreads = 0
function setup(thread)
    nthreads = nthreads + 1
    thread:set("first", nthreads * 4000000 + os.time() % 1000 * 4000)
end

function init()
    local file, start = os.getenv("LOAD_PATHS"), os.getenv("LOAD_COOKIE")
    if start then wrk.headers["Cookie"] = start end
    if os.getenv("LOAD_TOKEN") then wrk.headers["Authorization"] = "Bearer " .. os.getenv("LOAD_TOKEN") end
    if visits then wrk.headers["Content-Type"] = "application/x-www-form-urlencoded" end
    if patch then wrk.method, wrk.headers["Content-Type"] = "PATCH", "application/json" end
    for line in file and io.lines(file) or function() end do paths[#paths + 1] = line end
    at = first
end

function request()
    at = at + 1
    if visits then
        wrk.headers["X-Forwarded-For"] = ("10.%d.%d.%d"):format(at / 65536 % 256, at / 256 % 256, at % 256)
        return wrk.format("POST", nil, nil, ("u=http%%3A%%2F%%2F127.0.0.1%%2Fpage%%2F%d&v=%032x"):format(at % 100, at))
    end
    return wrk.format(nil, paths[at % #paths + 1], nil, patch and patch:format(at))
end

function done(summary, latency)
    local e = summary.errors
    io.write(("LOAD %d %.6f %.2f %.2f %.2f %d\n"):format(summary.requests, summary.duration / 1e6,
        latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000,
        e.status + e.read + e.write + e.timeout + e.connect))
end
