
-- The kinds of answers:
--   GRANTED      the call may leave after the wait; also the answer of actions that ask for no permit
--   DENIED       not now, because of RATE, CONCURRENCY, COOL_DOWN or LAPSED (limiter.lua)
--   REFUSED      the key's receipt forbids the purchase
--   STOPPED      the lane is stopped; the reason is a number of STOPS (receipts.lua)
--   UNCONFIRMED  no process has yet compared the epoch with the note in the store, so nothing is bought
--                (LimiterScript.confirm)
--   NEWER        a newer version of the service wrote this memory
-- settle, hold and allowAnother answer a number of their own instead; see receipts.lua.
local GRANTED, DENIED, REFUSED, STOPPED, UNCONFIRMED, NEWER = 1, 0, 2, 3, 4, 5

local function depart(forgetPlanOrStamp)
  local known, period, account, template, request, series = unpack(ARGV, firstOwn, firstOwn + 5)
  poll = request == ''
  if not forgetPlanOrStamp() or receiptFields('ended') == token then
    return denied(math.max(departureOfLane(), coolDown) - now, LAPSED)
  end
  if coolDown > now then
    forgetPlace(token)
    return denied(coolDown - now, COOL_DOWN)
  end
  local refused = not poll and refusal(tonumber(known))
  if refused then
    forgetPlace(token)
    return { REFUSED, refused[1], 0, epoch, now, refused[2], refused[3], refused[4], '', refused[5] }
  end
  local at = math.max(departureOfLane(), now + wait)
  if at - now > lead then
    addPlan(at)
    return denied(at - now, RATE)
  end
  stamp(at)
  if not poll then
    openReceipt(at, tonumber(period), account, template, request, series)
    postponeProbes(at, true)
  end
  return granted(at - now)
end

local actions = {
  -- Plans a call on the account on which it can start first; of equal starts on one that is due for a probe, else on
  -- the first. The sixth element of the answer is that account's number. Where none can start in time, the answer is
  -- the denial with the shortest wait; it is a stop only where all accounts are stopped.
  acquire = function()
    local best, start, probe, bestDenial, startsIn
    for account = 1, accounts do
      use(account)
      local reason, left, mayProbe = stopped()
      local at, denial
      if reason then
        denial = { STOPPED, left, reason, epoch, now }
      else
        at, denial = earliestStart()
        if denial then
          startsIn = math.min(startsIn or denial[6], denial[6])
        end
      end
      if at then
        if not best or at < start or (at == start and mayProbe and not probe) then
          best, start, probe = account, at, mayProbe
        end
      elseif not bestDenial or (bestDenial[1] == denial[1] and denial[2] < bestDenial[2])
          or (bestDenial[1] == STOPPED and denial[1] ~= STOPPED) then
        bestDenial = denial
      end
    end
    if not best then
      bestDenial[6] = startsIn
      return bestDenial
    end
    use(best)
    addPlan(start)
    postponeProbes(start, false)
    local answer = granted(start - now)
    answer[6] = best
    return answer
  end,
  -- Plans a call that buys nothing, on the one account.
  acquirePoll = function()
    local start, denial = earliestStart()
    if not start then
      return denial
    end
    addPlan(start)
    return granted(start - now)
  end,
  -- Own arguments: known, period, account, template, request, series; see openReceipt and refusal. The request of a call
  -- that buys nothing is empty.
  depart = function() return depart(forgetPlan) end,
  redepart = function()
    return depart(function()
      return forgetStamp() or forgetPlan()
    end)
  end,
  -- A call has left too late after its stamp, so it is counted from now. Own arguments: those of depart.
  restamp = function()
    poll = ARGV[firstOwn + 4] == ''
    forgetStamp()
    stamp(now)
    return granted(0)
  end,
  -- A planned call will not be made.
  release = function()
    forgetPlan()
    forgetPlace(token)
    return granted(0)
  end,
  -- A call that was stamped does not leave. Own arguments: those of depart; a DELETE is remembered for the period.
  cancel = function()
    forgetStamp()
    settle('FREE', now, tonumber(ARGV[firstOwn + 1]), '0', '', true, 0)
    return granted(0)
  end,
  coolDown = function()
    pauseUntil(now + wait)
    return granted(0)
  end,
  -- Own argument: the calls in a window that the provider states, fewer than are configured.
  lower = function()
    local stated = tonumber(ARGV[firstOwn])
    if now >= loweredUntil or stated <= lowered then
      redis.call('HSET', state, 'lowered', stated, 'loweredUntil', text(now + wait))
    end
    return granted(0)
  end,
  -- Own argument: the reason.
  stop = function()
    stopLanes(ARGV[firstOwn], PROBED_EVERY[ARGV[firstOwn]])
    return granted(0)
  end,
  -- A process has found from the store that Redis lost its memory. `token` is the epoch that it compared.
  pauseAfterLoss = function()
    if token == epoch and not confirmed then
      local ends = tonumber(redis.call('HGET', fleet, 'noticed')) + wait
      redis.call('HSET', fleet, 'pausedUntil', text(math.max(pausedUntil, ends)))
      pauseUntil(ends) -- for processes of an older version, which know only the account `default`
    end
    return granted(0)
  end,
  -- The epoch is written in the store.
  confirm = function()
    if token == epoch then
      redis.call('HSET', fleet, 'confirmed', '1')
    end
    return granted(0)
  end,
  -- {GRANTED, 0, 0, epoch, now}, and for each account: cool-down left, calls in flight, and for each of STOPS how long it
  -- has stood, or -1
  status = function()
    local answer = granted(0)
    for account = 1, accounts do
      use(account)
      answer[#answer + 1] = math.max(0, coolDown - now)
      answer[#answer + 1] = concurrency > 0 and redis.call('ZCARD', places) or 0
      for _, reason in ipairs(STOPS) do
        local since = redis.call('HGET', state, 'stop:' .. reason .. ':since')
        answer[#answer + 1] = since and now - since or -1
      end
    end
    return answer
  end,
  -- Own argument: known.
  refusal = function()
    local refused = refusal(tonumber(ARGV[firstOwn]))
    if refused then
      return { REFUSED, refused[1], 0, epoch, now, refused[2], refused[3], refused[4], '', refused[5] }
    end
    local receiptState, detail = receiptFields('state', 'detail')
    if receiptState == 'REJECTED' then
      return { REFUSED, math.max(1, redis.call('PTTL', receipt)) * 1000, 0, epoch, now, receiptState, 0, '0', detail, 0 }
    end
    return granted(0)
  end,
  -- Own arguments: departed, period, account, template, request, series, outcome, made, detail, answered (1 or 0), how
  -- long a rejection is remembered, late (1 or 0).
  settle = function()
    local departedAt, period, account, template, request, series = unpack(ARGV, firstOwn, firstOwn + 5)
    local outcome, made, detail, answered, rejectionTtl, late = unpack(ARGV, firstOwn + 6, firstOwn + 11)
    local ended = settle(outcome, tonumber(departedAt), tonumber(period), made, detail, answered == '1',
      tonumber(rejectionTtl), account, template, request, series, late == '1')
    return { ended[1], ended[2], 0, epoch, now }
  end,
  -- Own arguments: departed, period, account, template, request, series.
  hold = function()
    local departedAt, period, account, template, request, series = unpack(ARGV, firstOwn, firstOwn + 5)
    return { hold(tonumber(departedAt), tonumber(period), account, template, request, series), 0, 0, epoch, now }
  end,
  -- Own argument: period. {GRANTED, 0, 0, epoch, now, departed, ticket, account}, or denied.
  resumeJob = function()
    local departedAt, ticket, account = resumeJob(tonumber(ARGV[firstOwn]))
    if not ticket then
      return denied(1000, LAPSED)
    end
    return { GRANTED, 0, 0, epoch, now, departedAt, ticket, account }
  end,
  -- Own argument: the ticket.
  ticket = function()
    if redis.call('HGET', receipt, 'token') == token then
      redis.call('HSET', receipt, 'ticket', ARGV[firstOwn])
    end
    return granted(0)
  end,
  -- Own argument: period.
  noteDeleted = function()
    noteDeleted(tonumber(ARGV[firstOwn]))
    return granted(0)
  end,
  allowAnother = function() return { allowAnother(), 0, 0, epoch, now } end,
}

if newerFormat then
  return { NEWER, 0, 0, epoch, now }
end
if not confirmed
    and (action == 'acquire' or action == 'acquirePoll' or action == 'depart' or action == 'redepart') then
  return { UNCONFIRMED, 0, 0, epoch, now }
end
return actions[action]()
