
-- The receipts of calls, one hash an image key, in the limiter's hash tag. A receipt is written when its call departs and
-- stands until it is known how the call ended; while it stands nobody else buys that key. Fields:
--   state      OPEN: the call is under way, or its holder is gone. UNKNOWN, UNUSABLE: it brought no image and may have been
--              billed. REJECTED: the provider refused it for good. IMAGE: the image is stored. DELETED: a DELETE was noted
--   place      where the job was resumed under another token: the token that holds the call's place in flight
--   token, departed, until (the call must have ended by then), account, template, request, ticket (a job at the provider)
--   series     the end of the idempotency key, after the image's key. A purchase after an unknown outcome repeats that of
--              the purchase before, so that the provider bills both once
--   purchases  calls that may have been billed since there was an image
--   from       the earliest time of the next purchase
--   before     the state that an open receipt replaced
--   made       IMAGE, and OPEN where `before` is IMAGE: when the image was made, in milliseconds by the maker's clock
--   deleted    the time of the last DELETE
--   deletedOpen  1 after a DELETE, until a call departs or the receipt's call is known to have ended: what that call
--              brings is not stored
--   detail     why the call brought no image
--   ended      the token of a call whose receipt was removed, because the call was not billed. Beside it are at most the
--              fields of a DELETE, or of the image that the call was to replace

-- Longer than a permit can be used after its holder looked for the image for the last time.
local IMAGE_KEPT = 180 * 1000000
local FIRST_PAUSE, LONGEST_PAUSE = 60 * 1000000, 3600 * 1000000

local function receiptFields(...)
  local values = redis.call('HMGET', receipt, ...)
  for i = 1, #values do
    values[i] = values[i] or ''
  end
  return unpack(values)
end

-- How long the token of an ended call is kept at least, in milliseconds.
local ENDED_KEPT = 60000

-- The end of a call that was not billed. The receipt keeps the call's token in `ended`, so that a late command of its
-- holder does not write the receipt again. It also keeps the image that the call was to replace, for IMAGE_KEPT; or else
-- the note of a DELETE, for calls that left before it.
local function endReceipt()
  local deleted, before, made = receiptFields('deleted', 'before', 'made')
  local left = redis.call('PTTL', receipt)
  redis.call('DEL', receipt)
  redis.call('HSET', receipt, 'ended', token)
  if before == 'IMAGE' then
    redis.call('HSET', receipt, 'state', 'IMAGE', 'made', made, 'deleted', deleted)
    redis.call('PEXPIRE', receipt, text(IMAGE_KEPT / 1000))
    redis.call('ZREM', receipts, string.match(receipt, '[^:]*$'))
    return
  end
  if deleted ~= '' then
    redis.call('HSET', receipt, 'state', 'DELETED', 'deleted', deleted)
  end
  redis.call('PEXPIRE', receipt, math.max(ENDED_KEPT, deleted ~= '' and left or 0))
  redis.call('ZREM', receipts, string.match(receipt, '[^:]*$'))
end

-- The receipts that an operator's list shows. Those of stored images are many and would push the others out.
local LISTED = { OPEN = true, UNKNOWN = true, UNUSABLE = true }

-- Makes the receipt expire at this time, and adds it to the operator's list or takes it off. To be called after its
-- state is written.
local function keepReceipt(untilTime)
  redis.call('PEXPIRE', receipt, text(math.max(1, math.ceil((untilTime - now) / 1000))))
  if LISTED[redis.call('HGET', receipt, 'state')] then
    redis.call('ZADD', receipts, text(untilTime), string.match(receipt, '[^:]*$'))
  else
    redis.call('ZREM', receipts, string.match(receipt, '[^:]*$'))
  end
  redis.call('ZREMRANGEBYSCORE', receipts, '-inf', text(now))
  redis.call('PEXPIRE', receipts, FOREVER)
end

-- The pause after this many purchases without an image: none after the first, then 1 min, doubled up to an hour.
local function pauseAfter(purchases)
  if purchases < 2 then
    return 0
  end
  return math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ^ math.min(purchases - 2, 10))
end

-- A job that has not ended a day after its call is given up, or it would be polled for ever.
local JOB_LIVES = 24 * 3600 * 1000000

-- Whether a job can be resumed. One whose key was deleted while it ran is of no use.
local function isResumable(ticket, deletedOpen, departedText)
  return ticket ~= '' and deletedOpen ~= '1' and now < tonumber(departedText) + JOB_LIVES
end

-- Why this key may not be bought now: {wait, state, used up (1 or 0), made, resumable (1 or 0)}; nil when it may.
-- `known` is when the newest image was made that the asking process has seen, in milliseconds.
local function refusal(known)
  local receiptState, holder, untilText, purchasesText, fromText, madeText, ticket, deletedOpen, departedText =
    receiptFields('state', 'token', 'until', 'purchases', 'from', 'made', 'ticket', 'deletedOpen', 'departed')
  local resumable = isResumable(ticket, deletedOpen, departedText) and 1 or 0
  if receiptState == '' or receiptState == 'DELETED' or receiptState == 'REJECTED' then
    return nil
  end
  if receiptState == 'IMAGE' then
    if tonumber(madeText) > known then
      return { 1000, receiptState, 0, madeText, 0 }
    end
    return nil
  end
  local purchases, ends = tonumber(purchasesText), tonumber(untilText)
  local from = tonumber(fromText)
  if receiptState == 'OPEN' then
    if holder == token then
      return nil
    end
    if now < ends then
      return { ends - now, 'OPEN', 0, '0', resumable }
    end
    receiptState, from = 'UNKNOWN', ends + pauseAfter(purchases)
  end
  if purchases == 0 and now < from then
    -- A DELETE has set the count to 0, but the call that was under way then may still run.
    return { from - now, 'OPEN', 0, '0', resumable }
  end
  if purchases > repurchases then
    local left = redis.call('PTTL', receipt)
    return { math.max(left, 1) * 1000, receiptState, 1, '0', resumable }
  end
  if now < from or resumable == 1 then
    return { math.max(from - now, 1000), receiptState, 0, '0', resumable }
  end
  return nil
end

-- Writes the receipt of the call that departs at `at`.
local function openReceipt(at, period, account, template, request, series)
  local receiptState, holder, purchases, deleted, former, made =
    receiptFields('state', 'token', 'purchases', 'deleted', 'series', 'made')
  if (receiptState == 'OPEN' or receiptState == 'UNKNOWN') and former ~= '' then
    series = former
  end
  if receiptState == 'OPEN' and holder == token then
    -- A DELETE since its permit has set purchases and series back.
    redis.call('HSET', receipt, 'departed', text(at), 'until', text(at + longestCall),
      'purchases', text(math.max(1, tonumber(purchases))), 'series', series)
    redis.call('HDEL', receipt, 'deletedOpen')
  else
    if receiptState == 'OPEN' then
      receiptState = 'UNKNOWN'
    elseif receiptState ~= 'UNKNOWN' and receiptState ~= 'UNUSABLE' then
      receiptState, purchases = receiptState == 'IMAGE' and receiptState or '', '0'
    end
    redis.call('DEL', receipt)
    redis.call('HSET', receipt, 'state', 'OPEN', 'token', token, 'departed', text(at), 'until', text(at + longestCall),
      'purchases', text((tonumber(purchases) or 0) + 1), 'from', text(at + longestCall), 'before', receiptState,
      'account', account, 'template', template, 'request', request, 'deleted', deleted, 'series', series)
    if receiptState == 'IMAGE' then
      redis.call('HSET', receipt, 'made', made)
    end
  end
  keepReceipt(at + longestCall + period)
end

-- Stops the lanes that the reason concerns: notes since when, and when the next probe may leave.
local function stopLanes(reason, every)
  if redis.call('HSETNX', state, 'stop:' .. reason .. ':since', text(now)) == 1 then
    redis.call('HSET', state, 'stop:' .. reason .. ':next', text(now + every))
  end
end

local STOPS = { 'ACCESS_REFUSED', 'OUT_OF_CREDITS', 'UNUSABLE_ANSWERS' }
local PROBED_EVERY = { ACCESS_REFUSED = 60 * 1000000, OUT_OF_CREDITS = 900 * 1000000, UNUSABLE_ANSWERS = 900 * 1000000 }

-- Answers the number of the stop that forbids this call, and the wait until its next probe. When no stop does, answers nil,
-- nil, and whether the call would be a probe.
local function stopped()
  local probe = false
  for number, reason in ipairs(STOPS) do
    local concerns = bulk or reason ~= 'UNUSABLE_ANSWERS'
    local nextProbe = tonumber(redis.call('HGET', state, 'stop:' .. reason .. ':next') or nil)
    if concerns and nextProbe then
      if now < nextProbe and not (firstOfProcess and reason == 'ACCESS_REFUSED') then
        return number, nextProbe - now
      end
      probe = true
    end
  end
  return nil, nil, probe
end

-- Sets when the next probe of each stop may leave. `start` is the time of the permit's planned start, or of the
-- departure (`hasLeft`). After a permit that is when it lapses, because a call that never leaves finds out nothing;
-- after a departure, one interval later, however the call ends.
local function postponeProbes(start, hasLeft)
  for _, reason in ipairs(STOPS) do
    local nextKey = 'stop:' .. reason .. ':next'
    if (bulk or reason ~= 'UNUSABLE_ANSWERS') and redis.call('HEXISTS', state, nextKey) == 1 then
      redis.call('HSET', state, nextKey, text(start + (hasLeft and PROBED_EVERY[reason] or grace)))
    end
  end
end

-- A call that left before a stop began says nothing about it.
local function resumeLane(reason, departedAt)
  local since = tonumber(redis.call('HGET', state, 'stop:' .. reason .. ':since') or nil)
  if since and departedAt >= since then
    redis.call('HDEL', state, 'stop:' .. reason .. ':since', 'stop:' .. reason .. ':next')
  end
end

-- The provider has dealt with a request, so it accepts the key and the account.
local function accepted(departedAt)
  resumeLane('ACCESS_REFUSED', departedAt)
  resumeLane('OUT_OF_CREDITS', departedAt)
end

local function learn(taken)
  local mean, deviation = unpack(redis.call('HMGET', state, 'callMean', 'callDeviation'))
  if mean then
    deviation = deviation + (math.abs(taken - mean) - deviation) / 4
    mean = mean + (taken - mean) / 8
  else
    mean, deviation = taken, taken / 2
  end
  redis.call('HSET', state, 'callMean', text(mean), 'callDeviation', text(deviation))
end

-- Whether the key was deleted since the call of this token departed.
local function deletedSince(departedAt)
  local holder, deletedText, whileOpen = receiptFields('token', 'deleted', 'deletedOpen')
  if holder == token then
    return whileOpen == '1'
  end
  return deletedText ~= '' and tonumber(deletedText) >= departedAt
end

-- Ends the call of this token: the outcome is IMAGE, FREE (not billed), REJECTED, UNUSABLE or UNKNOWN. The receipt of a
-- call without an image is written again if Redis lost it, so that its purchase counts. Answers {deleted, wait}:
-- whether the key was deleted since the call departed, and after a call without an image the wait until the next
-- purchase, or -1 when there is none.
local function settle(outcome, departedAt, period, made, detail, answered, rejectionTtl, account, template, request, series,
  late)
  if answered then
    local holder, place = receiptFields('token', 'place')
    forgetPlace(token)
    if holder == token and place ~= '' then
      forgetPlace(place)
    end
  end
  if (outcome == 'UNKNOWN' or outcome == 'UNUSABLE') and receiptFields('state') == '' then
    openReceipt(departedAt, period, account, template, request, series)
  end
  local receiptState, holder, purchasesText, before, deletedText, ends =
    receiptFields('state', 'token', 'purchases', 'before', 'deleted', 'until')
  local deleted = deletedSince(departedAt)
  local purchases = tonumber(purchasesText) or 0
  if outcome == 'IMAGE' or outcome == 'UNUSABLE' or outcome == 'REJECTED' then
    accepted(departedAt)
  end
  if outcome == 'IMAGE' then
    resumeLane('UNUSABLE_ANSWERS', departedAt)
    redis.call('HDEL', state, 'unusable')
  end
  -- A settlement that is repeated because its answer was lost does not count again.
  if holder == token then
    -- No call takes longer than longestCall: the rest of the time went into waiting for Redis or the store.
    if outcome == 'IMAGE' and not late and now - departedAt <= longestCall then
      learn(now - departedAt)
    elseif outcome == 'UNUSABLE' and redis.call('HINCRBY', state, 'unusable', 1) >= maxUnusable then
      stopLanes('UNUSABLE_ANSWERS', PROBED_EVERY.UNUSABLE_ANSWERS)
    end
  elseif outcome == 'FREE' and receiptState == '' then
    endReceipt()
  end
  if holder ~= token and not (outcome == 'IMAGE' and holder == '' and not deleted) then
    return { deleted and 1 or 0, 0 }
  end
  if deleted and outcome == 'UNKNOWN' and now < tonumber(ends) then
    -- The call may still run at the provider, so no other may leave yet.
    redis.call('HSET', receipt, 'state', 'UNKNOWN', 'purchases', '0', 'from', ends, 'detail', detail, 'token', '')
    keepReceipt(tonumber(ends) + period)
    return { 1, tonumber(ends) - now }
  end
  if deleted then
    redis.call('DEL', receipt)
    redis.call('HSET', receipt, 'state', 'DELETED', 'deleted', deletedText)
    keepReceipt(now + period)
    return { 1, 0 }
  end
  if outcome == 'IMAGE' then
    redis.call('DEL', receipt)
    redis.call('HSET', receipt, 'state', 'IMAGE', 'made', made, 'deleted', deletedText)
    keepReceipt(now + IMAGE_KEPT)
    return { 0, 0 }
  end
  if outcome == 'FREE' or outcome == 'REJECTED' then
    if purchases > 1 then
      redis.call('HSET', receipt, 'state', before, 'purchases', text(purchases - 1), 'from', text(now), 'token', '')
      redis.call('HDEL', receipt, 'ticket')
    elseif outcome == 'REJECTED' and rejectionTtl > 0 then
      redis.call('HSET', receipt, 'state', 'REJECTED', 'detail', detail, 'token', '')
      keepReceipt(now + rejectionTtl)
    else
      endReceipt()
    end
    return { 0, 0 }
  end
  local from = now + pauseAfter(purchases)
  if outcome == 'UNKNOWN' then
    from = math.max(from, tonumber(ends))
  else
    -- The job has ended, so there is nothing to resume.
    redis.call('HDEL', receipt, 'ticket')
  end
  redis.call('HSET', receipt, 'state', outcome, 'from', text(from), 'detail', detail, 'token', '')
  keepReceipt(math.max(now, from) + period)
  if purchases > repurchases then
    return { 0, -1 }
  end
  return { 0, from - now }
end

-- Called by a living holder while the call is not settled: writes the receipt again if Redis lost it, and extends it.
-- Answers 1 when it is held, 2 when the key was deleted meanwhile, 0 when this call has ended already, or when the receipt
-- has another state or another holder.
local function hold(departedAt, period, account, template, request, series)
  local receiptState, holder, ends, ended = receiptFields('state', 'token', 'until', 'ended')
  if ended == token then
    return 0
  end
  if deletedSince(departedAt) then
    return 2
  end
  if receiptState == 'OPEN' and holder == token then
    if tonumber(ends) < now + longestCall / 4 then
      redis.call('HSET', receipt, 'until', text(now + longestCall / 2))
      keepReceipt(now + longestCall / 2 + period)
    end
    return 1
  end
  if receiptState ~= '' then
    return 0
  end
  openReceipt(departedAt, period, account, template, request, series)
  if departedAt + longestCall < now + longestCall / 4 then
    redis.call('HSET', receipt, 'until', text(now + longestCall / 2))
    keepReceipt(now + longestCall / 2 + period)
  end
  takePlace(now + longestCall / 2)
  return 1
end

-- Takes over the job of a call whose holder is gone or gave up. Answers when the call departed, its ticket and its
-- account, or nil.
local function resumeJob(period)
  local receiptState, departedAt, ticket, deletedOpen, account, holder, place =
    receiptFields('state', 'departed', 'ticket', 'deletedOpen', 'account', 'token', 'place')
  if not isResumable(ticket, deletedOpen, departedAt) or (receiptState ~= 'OPEN' and receiptState ~= 'UNKNOWN') then
    return nil
  end
  redis.call('HSET', receipt, 'state', 'OPEN', 'token', token, 'until', text(now + longestCall),
    'place', place ~= '' and place or holder)
  keepReceipt(now + longestCall + period)
  return departedAt, ticket, account
end

-- Notes a DELETE: purchases are counted from 0 again, and what was bought before is not stored. The receipt of a call
-- that may still run stands, or two would run at once. The next purchase gets a new idempotency key, or the provider would
-- answer with the deleted image. A holder whose process was frozen may come back after its receipt has ended; the note must
-- still be there then.
local function noteDeleted(period)
  local receiptState, ends, departedAt = receiptFields('state', 'until', 'departed')
  local mayStillRun = receiptState == 'OPEN' or (receiptState == 'UNKNOWN' and now < tonumber(ends))
  if mayStillRun then
    redis.call('HSET', receipt, 'purchases', '0', 'before', '', 'from', ends, 'series', '')
    keepReceipt(math.max(now, tonumber(ends)) + period)
  else
    redis.call('DEL', receipt)
    redis.call('HSET', receipt, 'state', 'DELETED')
    keepReceipt(now + period)
  end
  local deleted = mayStillRun and math.max(now, tonumber(departedAt)) or now
  redis.call('HSET', receipt, 'deleted', text(deleted), 'deletedOpen', '1')
end

-- Allows one more purchase, for an operator. Answers 1, or 0 when there is no receipt that counts purchases.
local function allowAnother()
  local receiptState, purchases = receiptFields('state', 'purchases')
  if receiptState ~= 'OPEN' and receiptState ~= 'UNKNOWN' and receiptState ~= 'UNUSABLE' then
    return 0
  end
  redis.call('HSET', receipt, 'purchases', text(math.min(tonumber(purchases), repurchases)))
  if receiptState ~= 'OPEN' then
    local ends = receiptState == 'UNKNOWN' and tonumber(redis.call('HGET', receipt, 'until')) or now
    redis.call('HSET', receipt, 'from', text(math.max(now, ends)))
  end
  return 1
end
