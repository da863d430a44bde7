-- The fleet's one limiter. The rules are those of ProviderLimiter, and calls are planned as in CallWindow. Departures and
-- plans are sorted sets, so that every answer costs one round trip and O(log n), however many wait.
--
-- All times are microseconds of this server's clock. Numbers stay below 2^53, so doubles hold them exactly; text() writes
-- them without an exponent.
--
-- This file has the window, the plan and the cool-down. receipts.lua and limiter-actions.lua follow it in the same
-- script.
--
-- Answers begin with {kind, wait, reason, epoch, now}; limiter-actions.lua has the kinds.

local fleet = KEYS[1] -- hash: format, epoch, noticed (when this epoch began), confirmed ('1' once the store's note has this
-- epoch), pausedUntil (all accounts); and the state of the account `default`
local receipt = KEYS[2] -- hash: the receipt of the image key that is asked about; see receipts.lua
local receipts = KEYS[3] -- sorted set: image key -> when its receipt expires; of open calls and of those without an image
-- Then for each account that is asked about:
local state -- hash: coolDown (its end), last (the latest departure), lane stops, lowered and loweredUntil (a lower limit
-- that the provider has stated, in calls a window), callMean and callDeviation, unusable
local departed, planned -- sorted sets: token -> time of departure, token -> planned start
local bulkDeparted, bulkPlanned -- the bulk lane's part of both
local places, bulkPlaces -- sorted sets: token -> when the place in flight comes back by itself
local KEYS_EACH, FIRST_KEY = 7, 4

local action = ARGV[1] -- see limiter-actions.lua
local fixedTime = tonumber(ARGV[2]) -- '' for the server's clock; tests move the time by hand
local longestCall = tonumber(ARGV[3])
local placeRetry = tonumber(ARGV[4]) -- the wait to name when all places in flight are taken
local repurchases, maxUnusable = tonumber(ARGV[5]), tonumber(ARGV[6])
local newEpoch = ARGV[7]
local token = ARGV[8]
local bulk = ARGV[9] == 'BULK'
local wait = tonumber(ARGV[10]) -- acquire, acquirePoll: the patience; depart, redepart: how far ahead the stamp must be at
-- least; coolDown, pauseAfterLoss: the pause; lower: how long the lower limit holds
local accounts = tonumber(ARGV[11])
-- Then for each account:
local slots, bulkSlots
local slotTime, lead, grace -- grace: how long after its planned start a permit is still good; see Limits for all three
local concurrency, bulkConcurrency -- 0: not limited
local firstOfProcess -- whether the process that asks has not had a permit of this account yet
local RULES_EACH, FIRST_RULE = 8, 12
-- The place in ARGV of the first of the action's own arguments.
local firstOwn = FIRST_RULE + RULES_EACH * accounts

-- Whether the call buys nothing, such as a poll: it takes a slot of the window and no place in flight.
local poll = action == 'acquirePoll'

local RATE, CONCURRENCY, COOL_DOWN, LAPSED = 1, 2, 3, 4
-- No call is planned further ahead, so that a permit lapses before the receipt of an image that came meanwhile is gone
-- (IMAGE_KEPT in receipts.lua).
local LONGEST_PLAN = 60 * 1000000

local function text(number)
  return string.format('%.0f', number)
end

local now = fixedTime
if not now then
  local clock = redis.call('TIME')
  now = clock[1] * 1000000 + clock[2]
end

-- Every key expires, but not while it is needed: calls in flight, plans and pauses all end within this time.
local function keep(key, untilTime)
  local enough = math.max(untilTime - now, 0) + slotTime + grace + longestCall
  if redis.call('PTTL', key) * 1000 < enough then
    redis.call('PEXPIRE', key, text(math.ceil(2 * enough / 1000) + 60000))
  end
end

-- The fleet's hash must practically never expire: without its epoch, Redis would seem to have lost its memory.
local FOREVER = 400 * 24 * 3600 * 1000

-- In a rolling deploy this version's data is also read by the version before and the version after.
local FORMAT = 1
local remembered = redis.call('HMGET', fleet, 'epoch', 'format', 'confirmed', 'pausedUntil')
local epoch = remembered[1]
local newerFormat = tonumber(remembered[2] or FORMAT) > FORMAT
local confirmed = remembered[3] == '1'
local pausedUntil = tonumber(remembered[4] or 0)
if not epoch then
  epoch = newEpoch
  redis.call('HSET', fleet, 'epoch', epoch, 'format', FORMAT, 'noticed', text(now))
  redis.call('PEXPIRE', fleet, FOREVER)
end

local coolDown, last, lowered, loweredUntil -- those of the account in use

local function pauseUntil(time)
  if time > coolDown then
    coolDown = time
    redis.call('HSET', state, 'coolDown', text(time))
  end
end

local inUse

-- Makes this the account that everything below is about.
local function use(account)
  if account == inUse then
    return
  end
  inUse = account
  local key, rule = FIRST_KEY + KEYS_EACH * (account - 1), FIRST_RULE + RULES_EACH * (account - 1)
  state, departed, planned, bulkDeparted, bulkPlanned, places, bulkPlaces = unpack(KEYS, key, key + KEYS_EACH - 1)
  slots, bulkSlots = tonumber(ARGV[rule]), tonumber(ARGV[rule + 1])
  slotTime, lead, grace = tonumber(ARGV[rule + 2]), tonumber(ARGV[rule + 3]), tonumber(ARGV[rule + 4])
  concurrency, bulkConcurrency = tonumber(ARGV[rule + 5]), tonumber(ARGV[rule + 6])
  firstOfProcess = ARGV[rule + 7] == '1'

  if redis.call('PTTL', state) < FOREVER / 2 then
    redis.call('HSETNX', state, 'last', '0')
    redis.call('PEXPIRE', state, FOREVER)
  end
  local known = redis.call('HMGET', state, 'coolDown', 'last', 'lowered', 'loweredUntil')
  coolDown, last = math.max(pausedUntil, tonumber(known[1] or 0)), tonumber(known[2] or 0)

  -- A lower limit that the provider has stated holds in both lanes.
  lowered, loweredUntil = tonumber(known[3] or 0), tonumber(known[4] or 0)
  if now < loweredUntil and lowered < slots then
    bulkSlots = math.max(1, math.floor(bulkSlots * lowered / slots))
    slots = lowered
  end

  redis.call('ZREMRANGEBYSCORE', departed, '-inf', text(now - slotTime))
  redis.call('ZREMRANGEBYSCORE', planned, '-inf', text(now - grace))
  if bulk then
    redis.call('ZREMRANGEBYSCORE', bulkDeparted, '-inf', text(now - slotTime))
    redis.call('ZREMRANGEBYSCORE', bulkPlanned, '-inf', text(now - grace))
  end
  if concurrency > 0 then
    redis.call('ZREMRANGEBYSCORE', places, '-inf', text(now))
    redis.call('ZREMRANGEBYSCORE', bulkPlaces, '-inf', text(now))
  end

  -- If Redis has evicted departures that the provider still counts, no call leaves until none of them counts any more.
  if last > now - slotTime and redis.call('ZCARD', departed) == 0 then
    pauseUntil(now + slotTime)
  end
end

use(1)

local function timeAt(key, rank)
  return tonumber(redis.call('ZRANGE', key, rank, rank, 'WITHSCORES')[2])
end

-- When a call that asks now is expected to start, not before `earliest`: CallWindow.plan
local function plan(departedKey, plannedKey, size, earliest)
  local busy = redis.call('ZCARD', departedKey)
  local overdue = redis.call('ZCOUNT', plannedKey, '-inf', text(now - lead))
  local due = redis.call('ZCOUNT', plannedKey, '-inf', text(now + lead)) - overdue
  if earliest <= now and size - busy > due then
    return now
  end
  local ahead = redis.call('ZCARD', plannedKey) - overdue
  local behindPlanned = earliest
  if ahead >= size then
    behindPlanned = math.max(earliest, timeAt(plannedKey, -size) + slotTime)
  end
  local behindDeparted = earliest
  local predecessor = busy - size + ahead % size
  if predecessor >= 0 then
    behindDeparted = math.max(earliest, timeAt(departedKey, predecessor) + slotTime)
  end
  return math.max(behindPlanned, behindDeparted + math.floor(ahead / size) * slotTime)
end

-- The first moment from now at which a call may leave: CallWindow.departure
local function departure(departedKey, size)
  local oldest = redis.call('ZCARD', departedKey) - size
  if oldest < 0 then
    return now
  end
  return math.max(now, timeAt(departedKey, oldest) + slotTime)
end

local function departureOfLane()
  local at = departure(departed, slots)
  if bulk then
    at = math.max(at, departure(bulkDeparted, bulkSlots))
  end
  return at
end

local function add(key, time)
  redis.call('ZADD', key, text(time), token)
  keep(key, time)
end

local function addOfLane(key, bulkKey, time)
  add(key, time)
  if bulk then
    add(bulkKey, time)
  end
end

local function takePlace(untilTime)
  if concurrency > 0 and not poll then
    addOfLane(places, bulkPlaces, untilTime)
  end
end

local function addPlan(start)
  addOfLane(planned, bulkPlanned, start)
  takePlace(start + grace)
end

local function forgetPlace(holder)
  if concurrency > 0 then
    redis.call('ZREM', places, holder)
    redis.call('ZREM', bulkPlaces, holder)
  end
end

local function forgetPlan()
  redis.call('ZREM', bulkPlanned, token)
  return redis.call('ZREM', planned, token) == 1
end

local function granted(startsIn)
  return { 1, startsIn, 0, epoch, now }
end

-- `startsIn`: how long no call can leave; shorter than `retryAfter` where a call could leave in time, but its answer would
-- be too late for this caller
local function denied(retryAfter, reason, startsIn)
  return { 0, math.max(retryAfter, 1000), reason, epoch, now, startsIn or math.max(retryAfter, 1000) }
end

-- How long most calls take from their departure to their image (RFC 6298, section 2, with two deviations), at most the
-- longest call; 0 at first.
local function expectedCall()
  local seen = redis.call('HMGET', state, 'callMean', 'callDeviation')
  return math.min(longestCall, math.floor(tonumber(seen[1] or 0) + 2 * tonumber(seen[2] or 0)))
end

-- When a call that comes now may start: a time; or nil and the denial.
local function earliestStart()
  local coolDownLeft = math.max(0, coolDown - now)
  if coolDownLeft > wait then
    return nil, denied(coolDownLeft, COOL_DOWN)
  end
  -- In the interactive lane somebody waits: a call whose answer is not expected before their deadline does not leave.
  local expected = 0
  if not bulk and not poll then
    expected = expectedCall()
  end
  if expected > wait then
    return nil, denied(expected, RATE, coolDownLeft)
  end
  local mayWait = wait - expected
  if concurrency > 0 and not poll then
    local full = redis.call('ZCARD', places) >= concurrency
        or (bulk and redis.call('ZCARD', bulkPlaces) >= bulkConcurrency)
    if full then
      return nil, denied(math.max(coolDownLeft, placeRetry), CONCURRENCY)
    end
  end
  local start = plan(departed, planned, slots, now + coolDownLeft)
  if bulk then
    start = math.max(start, plan(bulkDeparted, bulkPlanned, bulkSlots, now + coolDownLeft))
  end
  local mayPlan = math.min(mayWait, LONGEST_PLAN)
  if bulk or concurrency > 0 then
    mayPlan = math.min(mayWait, lead)
  end
  if start - now > mayPlan then
    local startsIn = start - now
    local reason = coolDownLeft > mayPlan and COOL_DOWN or RATE
    if startsIn > mayWait then
      return nil, denied(startsIn + expected, reason, startsIn)
    end
    -- The caller asks again half a lead before the start, so that the start still lies ahead then, and the call leaves on
    -- time.
    return nil, denied(startsIn - math.floor(lead / 2), reason)
  end
  return start
end

local function stamp(at)
  addOfLane(departed, bulkDeparted, at)
  takePlace(at + longestCall)
  redis.call('HSET', state, 'last', text(math.max(last, at)))
end

-- Takes back the stamp of this token's call, which gets another one or does not leave. Answers whether it had one.
local function forgetStamp()
  redis.call('ZREM', bulkDeparted, token)
  local forgotten = redis.call('ZREM', departed, token) == 1
  last = tonumber(redis.call('ZRANGE', departed, -1, -1, 'WITHSCORES')[2] or 0)
  redis.call('HSET', state, 'last', text(last))
  return forgotten
end
