-- A template's version, which only grows: answers the version that is known here, -1 when none is, and the time in
-- milliseconds. With arguments it first enters a version that the store gave.
local version = KEYS[1]
local candidate = tonumber(ARGV[1] or '') -- none: only asks
local ttlMillis = ARGV[2]
local askedAt = tonumber(ARGV[3] or '') -- the time here before the store was asked
-- Milliseconds for which the store's answer is believed. A process that stood still may bring an old answer when the higher
-- version has expired here.
local longestAge = tonumber(ARGV[4] or '')
local fixedTime = tonumber(ARGV[5] or '') -- none: the server's clock; tests move the time by hand

local now = fixedTime
if not now then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
end
local known = tonumber(redis.call('GET', version) or -1)
if candidate and candidate > known and now - askedAt <= longestAge then
  known = candidate
  redis.call('SET', version, string.format('%.0f', known), 'PX', ttlMillis)
end
return { known, now }
