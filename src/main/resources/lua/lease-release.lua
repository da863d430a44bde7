-- Ends a lease if this token still holds it. Answers 1, or 0 when the lease was lost.
local lease = KEYS[1]
local token = ARGV[1]

if redis.call('GET', lease) == token then
  return redis.call('DEL', lease)
end
return 0
