-- Claims the key of a repeatable request for a batch, unless a batch has it that is not the dead one. Answers {the batch that has it}.
local request = KEYS[1]
local dead, batch, ttlMillis = ARGV[1], ARGV[2], ARGV[3] -- dead: '' for none

local standing = redis.call('GET', request)
if standing and standing ~= dead then
  return { standing }
end
redis.call('SET', request, batch, 'PX', ttlMillis)
return { batch }
