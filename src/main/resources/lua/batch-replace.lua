-- Cancels a batch whose upload has died, and keeps it from ever being sealed. Answers 1, also when the batch is not known,
-- or 0 when it has been sealed already.
local header = KEYS[1]
local now = ARGV[1]

if redis.call('EXISTS', header) == 0 then
  return 1
end
if redis.call('HEXISTS', header, 'payloadHash') == 1 then
  return 0
end
redis.call('HSETNX', header, 'cancelledAt', now)
redis.call('HSET', header, 'replaced', 1)
return 1
