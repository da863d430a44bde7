-- Remembers rows of a batch that ended. The first success of a row stands; a failure stands until a success. Answers how
-- many rows this was news of.
--
-- A fate is a bit at the row's line, so saying it twice changes nothing, and nothing is counted that could drift.
local header = KEYS[1]
local hits, generated, failed = KEYS[2], KEYS[3], KEYS[4] -- bitmaps, a bit a line
local failures = KEYS[5] -- sorted set: "line reason" by line
local now, mostFailures = ARGV[1], ARGV[2]
local FIRST_ROW = 3 -- from here on: line, fate, reason; line, fate, reason; …

local fates = { HIT = hits, GENERATED = generated }

local function hasSucceeded(line)
  return redis.call('GETBIT', hits, line) == 1 or redis.call('GETBIT', generated, line) == 1
end

local function succeed(line, fate)
  redis.call('SETBIT', fate, line, 1)
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

local left = redis.call('PTTL', header)
if left < 0 then
  return 0
end

local news = 0
for i = FIRST_ROW, #ARGV, 3 do
  local line, fate, reason = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if not hasSucceeded(line) then
    if fate == 'FAILED' then
      news = news + fail(line, reason)
    else
      news = news + succeed(line, fates[fate])
    end
  end
end
if news > 0 then
  redis.call('HSET', header, 'lastSign', now)
  for i = 2, #KEYS do
    redis.call('PEXPIRE', KEYS[i], left)
  end
end
return news
