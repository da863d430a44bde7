-- What is known of a batch, at one moment. Answers {startedAt, lastSign, total, payloadHash or '', cancelledAt or '', hits,
-- generated, failed, owner or '', then the failures as "line reason", by line}, and {} when it is not known.
local header = KEYS[1]
local hits, generated, failed, failures = KEYS[2], KEYS[3], KEYS[4], KEYS[5]

local known = redis.call('HMGET', header, 'startedAt', 'lastSign', 'total', 'payloadHash', 'cancelledAt', 'owner')
if not known[1] then
  return {}
end
local answer = {
  known[1], known[2], known[3], known[4] or '', known[5] or '',
  redis.call('BITCOUNT', hits), redis.call('BITCOUNT', generated), redis.call('BITCOUNT', failed),
  known[6] or '',
}
for _, failure in ipairs(redis.call('ZRANGE', failures, 0, -1)) do
  answer[#answer + 1] = failure
end
return answer
