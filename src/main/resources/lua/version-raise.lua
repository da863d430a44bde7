-- Sets a template's version unless a higher one is known: versions only grow. Answers the version that is known now.
local version = KEYS[1]
local candidate, ttlMillis = tonumber(ARGV[1]), ARGV[2]

local known = tonumber(redis.call('GET', version) or -1)
if candidate > known then
  known = candidate
  redis.call('SET', version, string.format('%.0f', known), 'PX', ttlMillis)
end
return known
