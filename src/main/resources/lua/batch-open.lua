-- Opens a batch. Its other keys are written with its rows, and expire together with this one.
-- hash: startedAt, owner, total, lastSign (when a row last arrived; once all have arrived, when a row last ended), and
-- later payloadHash, cancelledAt, callback, replaced; times in milliseconds
local header = KEYS[1]
local startedAt, owner, ttlMillis = ARGV[1], ARGV[2], ARGV[3]

redis.call('DEL', header)
redis.call('HSET', header, 'startedAt', startedAt, 'owner', owner, 'lastSign', startedAt, 'total', 0)
redis.call('PEXPIRE', header, ttlMillis)
return 1
