-- Holds a lease again that lapsed and that nobody took since, or extends it when it is still held.
-- Answers 1 when it is held now, 0 when another holds it.
local lease = KEYS[1]
local token, ttlMillis = ARGV[1], ARGV[2]

local holder = redis.call('GET', lease)
if holder and holder ~= token then
  return 0
end
redis.call('SET', lease, token, 'PX', ttlMillis)
return 1
