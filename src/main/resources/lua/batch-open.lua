-- Opens a batch. Its other keys are written with its rows, and expire together with this one.
-- hash: startedAt, owner, lastSign (when a row last arrived, or ended after all had arrived), total, then payloadHash,
-- cancelledAt, callback, replaced; times in milliseconds
local header = KEYS[1]
local startedAt, owner, ttlMillis = ARGV[1], ARGV[2], ARGV[3]

redis.call('DEL', header)
redis.call('HSET', header, 'startedAt', startedAt, 'owner', owner, 'lastSign', startedAt, 'total', 0)
redis.call('PEXPIRE', header, ttlMillis)
return 1
