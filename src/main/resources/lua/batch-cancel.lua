-- Cancels a batch that has not ended. Answers 1, or 0 when it has ended, was cancelled before or is not known.
local header = KEYS[1]
local hits, generated, failed = KEYS[2], KEYS[3], KEYS[4]
local now = ARGV[1]

local known = redis.call('HMGET', header, 'total', 'payloadHash', 'cancelledAt')
local total, payloadHash, cancelledAt = tonumber(known[1]), known[2], known[3]
if not total or cancelledAt then
  return 0
end
local ended = redis.call('BITCOUNT', hits) + redis.call('BITCOUNT', generated) + redis.call('BITCOUNT', failed)
if payloadHash and ended >= total then
  return 0
end
redis.call('HSET', header, 'cancelledAt', now)
return 1
