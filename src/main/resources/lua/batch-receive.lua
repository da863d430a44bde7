-- Notes how many rows of a batch have arrived. When these are all of them, seals the batch with the hash of its upload.
-- Answers 1, or 0 when the batch is not known, or was replaced.
local header = KEYS[1]
local now, rows, payloadHash = ARGV[1], ARGV[2], ARGV[3] -- payloadHash: '' while more rows may come

if redis.call('EXISTS', header) == 0 or redis.call('HEXISTS', header, 'replaced') == 1 then
  return 0
end
redis.call('HSET', header, 'total', rows, 'lastSign', now)
if payloadHash ~= '' then
  redis.call('HSET', header, 'payloadHash', payloadHash)
end
return 1
