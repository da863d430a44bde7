-- Takes a lease that nobody holds, or extends this token's own. Answers 1, or 0 when another token holds it.
local lease = KEYS[1]
local token, ttlMillis = ARGV[1], ARGV[2]

local holder = redis.call('GET', lease)
if holder and holder ~= token then
  return 0
end
redis.call('SET', lease, token, 'PX', ttlMillis)
return 1
