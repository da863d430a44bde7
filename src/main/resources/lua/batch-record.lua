-- Records rows of a batch that ended. The first success of a row stands; a failure stands until a success. Answers 1 when
-- the batch has a callback, else 0.
--
-- An outcome is a bit at the row's line, so that a repeat changes nothing.
local header = KEYS[1]
local hits, generated, failed = KEYS[2], KEYS[3], KEYS[4] -- bitmaps, a bit a line
local failures = KEYS[5] -- sorted set: "line reason" by line
-- KEYS[6], …: strings, each with the image keys of a range of lines, without separators
local now, mostFailures = ARGV[1], ARGV[2]
-- Then for each row: line, outcome, reason, image ('' for none), which of KEYS it is written to, and at which offset
local FIRST_ROW, WORDS_A_ROW = 3, 6

local bitmaps = { HIT = hits, GENERATED = generated }

local function hasSucceeded(line)
  return redis.call('GETBIT', hits, line) == 1 or redis.call('GETBIT', generated, line) == 1
end

local function succeed(line, outcome)
  redis.call('SETBIT', bitmaps[outcome], line, 1)
  if redis.call('GETBIT', failed, line) == 1 then
    redis.call('SETBIT', failed, line, 0)
    redis.call('ZREMRANGEBYSCORE', failures, line, line)
  end
  return 1
end

local function fail(line, reason)
  if redis.call('ZCOUNT', failures, line, line) == 0 then
    redis.call('ZADD', failures, line, line .. ' ' .. reason)
    redis.call('ZREMRANGEBYRANK', failures, mostFailures, -1)
  end
  return 1 - redis.call('SETBIT', failed, line, 1)
end

local ttlMillis = redis.call('PTTL', header)
if ttlMillis < 0 then
  return 0
end

local changes = 0
for i = FIRST_ROW, #ARGV, WORDS_A_ROW do
  local line, outcome, reason, image = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  if not hasSucceeded(line) then
    if image ~= '' then
      redis.call('SETRANGE', KEYS[tonumber(ARGV[i + 4])], ARGV[i + 5], image)
    end
    if outcome == 'FAILED' then
      changes = changes + fail(line, reason)
    else
      changes = changes + succeed(line, outcome)
    end
  end
end
if changes > 0 then
  -- Before the batch is sealed, lastSign shows whether the upload goes on, so only arrivals change it.
  if redis.call('HEXISTS', header, 'payloadHash') == 1 then
    redis.call('HSET', header, 'lastSign', now)
  end
  for i = 2, #KEYS do
    redis.call('PEXPIRE', KEYS[i], ttlMillis)
  end
end
return redis.call('HEXISTS', header, 'callback')
