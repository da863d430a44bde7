-- Ends a lease that its holder has not lost. Answers 1 when it was ended, 0 when it was lost.
local lease = KEYS[1]
local token = ARGV[1]

if redis.call('GET', lease) == token then
  return redis.call('DEL', lease)
end
return 0
