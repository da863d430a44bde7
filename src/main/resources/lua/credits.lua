-- The credits of calendar months (UTC). Answers {1 when one was taken, used, epoch}.
--
-- The month is the caller's: instances whose clocks differ by seconds count those seconds' credits in either month, and
-- each month's count stays exact.
--
-- A count that was lost by a flush starts again from the highest that any process remembers.
local credits = KEYS[1] -- hash: epoch, and used by month
local action = ARGV[1] -- reserve, giveBack, status
local month = ARGV[2]
local limit = tonumber(ARGV[3]) -- -1: none
local newEpoch = ARGV[4]
local knownEpoch, knownMonth, knownUsed = ARGV[5], ARGV[6], tonumber(ARGV[7])
local ttlSeconds = ARGV[8]

local epoch = redis.call('HGET', credits, 'epoch')
if not epoch then
  epoch = newEpoch
  redis.call('HSET', credits, 'epoch', epoch)
  redis.call('EXPIRE', credits, ttlSeconds)
end
if knownEpoch ~= '' and knownEpoch ~= epoch then
  local counted = tonumber(redis.call('HGET', credits, knownMonth) or 0)
  if knownUsed > counted then
    redis.call('HSET', credits, knownMonth, knownUsed)
  end
end

local used = tonumber(redis.call('HGET', credits, month) or 0)
local taken = 0
if action == 'reserve' and (limit < 0 or used < limit) then
  used = used + 1
  taken = 1
elseif action == 'giveBack' and used > 0 then
  used = used - 1
  taken = 1
end
if taken == 1 then
  redis.call('HSET', credits, month, used)
  redis.call('EXPIRE', credits, ttlSeconds)
end
return { taken, used, epoch }
