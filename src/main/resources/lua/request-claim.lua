-- Claims an idempotency key for a batch, unless a batch other than the dead one has it. Answers {the batch that has it
-- now}.
local request = KEYS[1]
local dead, batch, ttlMillis = ARGV[1], ARGV[2], ARGV[3] -- dead: the batch whose upload has died; '' for none

local current = redis.call('GET', request)
if current and current ~= dead then
  return { current }
end
redis.call('SET', request, batch, 'PX', ttlMillis)
return { batch }
