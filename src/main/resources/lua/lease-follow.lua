-- Takes a place among those who wait for a key's leader; there are `most`. Answers 1, or 0 when all are taken. A place
-- expires, so that a process that dies or is frozen does not keep it.
local places = KEYS[1]
local token, patienceMillis, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', places, '-inf', now)
if redis.call('ZCARD', places) >= most then
  return 0
end
redis.call('ZADD', places, now + patienceMillis, token)
if redis.call('PTTL', places) < patienceMillis then
  redis.call('PEXPIRE', places, patienceMillis)
end
return 1
