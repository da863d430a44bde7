-- Counts the rows of a batch that arrived, and seals it with the hash of its upload when those are all. Answers 1; 0
-- when the batch is not known, because Redis has lost its memory; 2 when it was replaced.
local header = KEYS[1]
local now, rows, payloadHash = ARGV[1], ARGV[2], ARGV[3] -- payloadHash: '' while more rows may come

if redis.call('EXISTS', header) == 0 then
  return 0
end
if redis.call('HEXISTS', header, 'replaced') == 1 then
  return 2
end
redis.call('HSET', header, 'total', rows, 'lastSign', now)
if payloadHash ~= '' then
  redis.call('HSET', header, 'payloadHash', payloadHash)
end
return 1
