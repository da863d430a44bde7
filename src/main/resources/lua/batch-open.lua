-- Begins a batch. Its other keys come with its rows, and live as long as this one.
local header = KEYS[1] -- hash: startedAt, lastSign, total, then payloadHash and cancelledAt; times in milliseconds
local startedAt, ttlMillis = ARGV[1], ARGV[2]

redis.call('DEL', header)
redis.call('HSET', header, 'startedAt', startedAt, 'lastSign', startedAt, 'total', 0)
redis.call('PEXPIRE', header, ttlMillis)
return 1
