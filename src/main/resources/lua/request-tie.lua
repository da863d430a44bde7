-- Ties a repeatable request to a batch, unless it is tied to another than the former one. Answers {what it is tied to}.
local request = KEYS[1]
local former, batch, ttlMillis = ARGV[1], ARGV[2], ARGV[3] -- former: '' for none

local tied = redis.call('GET', request)
if tied and tied ~= former then
  return { tied }
end
redis.call('SET', request, batch, 'PX', ttlMillis)
return { batch }
