-- Extends a lease that its holder has not lost. Answers 1 when it was extended, 0 when it was lost.
local lease = KEYS[1]
local token, ttlMillis = ARGV[1], ARGV[2]

if redis.call('GET', lease) == token then
  return redis.call('PEXPIRE', lease, ttlMillis)
end
return 0
