-- The job queue of a fleet. A job is in its lane's set until it ends. Its score there is the time, in milliseconds, when
-- it may be handed out: a delay and a claim both move that into the future.
local lanes = { KEYS[1], KEYS[2] } -- sorted sets: interactive and bulk, job -> when it may be handed out
local bodies = KEYS[3] -- hash: job -> its JSON
-- hash: job -> attempts:deliveries:claim, that is, failed attempts, how often it was handed out since it was last put on the
-- queue or put back, and the number of its last claim
local states = KEYS[4]
local since = KEYS[5] -- sorted set: job -> when it was put on the queue
local dead = KEYS[6] -- sorted set: dead letter -> when it became one
local reasons = KEYS[7] -- hash: dead letter -> reason
local claims = KEYS[8] -- a counter, which gives each claim its number
local action = ARGV[1]
local now = tonumber(ARGV[2]) -- '' for the server's clock; tests move the time by hand

if not now then
  local clock = redis.call('TIME')
  now = clock[1] * 1000 + math.floor(clock[2] / 1000)
end

local FRESH = '0:0:0'

local function state(job)
  local attempts, deliveries, claim = string.match(redis.call('HGET', states, job) or FRESH, '(%d+):(%d+):(%d+)')
  return tonumber(attempts), tonumber(deliveries), claim
end

-- Queues jobs, given as lane, job and JSON each. One that is on the queue already stays as it is.
local function enqueue(delay)
  for i = 4, #ARGV, 3 do
    local lane, job, body = lanes[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]
    if redis.call('ZADD', lane, 'NX', now + delay, job) == 1 then
      redis.call('HSET', bodies, job, body)
      redis.call('HSET', states, job, FRESH)
      redis.call('ZADD', since, now, job)
      redis.call('ZREM', dead, job)
      redis.call('HDEL', reasons, job)
    end
  end
  return 1
end

-- Hands out jobs of the wanted lanes: 1 interactive, 2 bulk, written together, such as '12'. Answers JSON, attempts,
-- deliveries, claim, lane and job of each.
local function claim(visibility, most, wanted)
  local handed = {}
  for laneNumber, lane in ipairs(lanes) do
    local left = most - #handed / 6
    if left > 0 and string.find(wanted, tostring(laneNumber)) then
      for _, job in ipairs(redis.call('ZRANGEBYSCORE', lane, '-inf', now, 'LIMIT', 0, left)) do
        local attempts, deliveries = state(job)
        local number = string.format('%.0f', redis.call('INCR', claims))
        redis.call('ZADD', lane, now + visibility, job)
        redis.call('HSET', states, job, attempts .. ':' .. (deliveries + 1) .. ':' .. number)
        handed[#handed + 1] = redis.call('HGET', bodies, job) or ''
        handed[#handed + 1] = attempts
        handed[#handed + 1] = deliveries + 1
        handed[#handed + 1] = number
        handed[#handed + 1] = tostring(laneNumber)
        handed[#handed + 1] = job
      end
    end
  end
  return handed
end

local function leaveLane(lane, job)
  redis.call('ZREM', lane, job)
  redis.call('ZREM', since, job)
  redis.call('HDEL', states, job)
end

if action == 'enqueue' then
  return enqueue(tonumber(ARGV[3]))
elseif action == 'claim' then
  return claim(tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5])
elseif action == 'dead-letters' then
  local letters = {}
  -- The dead letters in the order of their age: from place ARGV[3], counted from 0, up to but without place ARGV[4].
  for _, job in ipairs(redis.call('ZRANGE', dead, ARGV[3], ARGV[4] - 1)) do
    letters[#letters + 1] = redis.call('HGET', bodies, job) or ''
  end
  return letters
elseif action == 'redrive' then
  local lane, job = lanes[tonumber(ARGV[3])], ARGV[4]
  if redis.call('ZREM', dead, job) == 0 then
    return 0
  end
  redis.call('HDEL', reasons, job)
  redis.call('ZADD', lane, now, job)
  redis.call('HSET', states, job, FRESH)
  redis.call('ZADD', since, now, job)
  return 1
elseif action == 'status' then
  local oldest = redis.call('ZRANGE', since, 0, 0, 'WITHSCORES')
  local age = oldest[2] and math.max(0, now - oldest[2]) or 0
  return { redis.call('ZCARD', lanes[1]), redis.call('ZCARD', lanes[2]), age, redis.call('ZCARD', dead) }
end

-- Actions of a claim's holder. Their arguments begin with lane, job and claim. Then come for extend the time from now until
-- the job may be handed out again, for retry that time and what is added to the attempts, for dead-letter the reason.
-- Answers 1, or 0 when the claim was lost: the job was claimed again or has ended.
local lane, job = lanes[tonumber(ARGV[3])], ARGV[4]
local attempts, _, held = state(job)
if held ~= ARGV[5] then
  return 0
end
if action == 'extend' then
  redis.call('ZADD', lane, 'XX', now + ARGV[6], job)
elseif action == 'complete' then
  leaveLane(lane, job)
  redis.call('HDEL', bodies, job)
elseif action == 'retry' then
  redis.call('ZADD', lane, now + ARGV[6], job)
  redis.call('HSET', states, job, (attempts + ARGV[7]) .. ':0:0')
elseif action == 'dead-letter' then
  leaveLane(lane, job)
  redis.call('ZADD', dead, now, job)
  redis.call('HSET', reasons, job, ARGV[6])
end
return 1
