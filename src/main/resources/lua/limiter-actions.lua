
local GRANTED, DENIED, REFUSED, STOPPED, UNCONFIRMED, NEWER = 1, 0, 2, 3, 4, 5

local function depart(forgetWhatItPlanned)
  local known, period, account, template, request, series = unpack(ARGV, 18, 23)
  if not forgetWhatItPlanned() or receiptFields('ended') == token then
    return denied(math.max(departureOfLane(), coolDown) - now, LAPSED)
  end
  if coolDown > now then
    forgetPlace()
    return denied(coolDown - now, COOL_DOWN)
  end
  local against = refusal(tonumber(known))
  if against then
    forgetPlace()
    return { REFUSED, against[1], 0, epoch, now, against[2], against[3], against[4], '', against[5] }
  end
  local at = math.max(departureOfLane(), now + wait)
  if at - now > lead then
    addPlan(at)
    return denied(at - now, RATE)
  end
  stamp(at)
  openReceipt(at, tonumber(period), account, template, request, series)
  probed(at, true)
  return granted(at - now)
end

local actions = {
  -- Plans a call. ARGV[18]: 1 when this is the first call of a process.
  acquire = function()
    local reason, left = stopped(ARGV[18] == '1')
    if reason then
      return { STOPPED, left, reason, epoch, now }
    end
    local answer = acquire()
    if answer[1] == GRANTED then
      probed(now + answer[2], false)
    end
    return answer
  end,
  -- ARGV[18..23]: known, period, account, template, request, series; see openReceipt and refusal.
  depart = function() return depart(forgetPlan) end,
  redepart = function()
    return depart(function()
      return forgetStamp() or forgetPlan()
    end)
  end,
  -- A call has left too late after its stamp, so it is counted from now.
  restamp = function()
    forgetStamp()
    stamp(now)
    return granted(0)
  end,
  -- A planned call will not be made.
  release = function()
    forgetPlan()
    forgetPlace()
    return granted(0)
  end,
  -- A call that was stamped does not leave.
  cancel = function()
    forgetStamp()
    settle('FREE', now, 0, '0', '', true, 0)
    return granted(0)
  end,
  coolDown = function()
    pauseUntil(now + wait)
    return granted(0)
  end,
  -- ARGV[18]: calls in a window, as the provider shows; fewer than are configured.
  lower = function()
    local shown = tonumber(ARGV[18])
    if now >= loweredUntil or shown <= lowered then
      redis.call('HSET', state, 'lowered', shown, 'loweredUntil', text(now + wait))
    end
    return granted(0)
  end,
  -- ARGV[18]: the reason.
  stop = function()
    stopLanes(ARGV[18], PROBED_EVERY[ARGV[18]])
    return granted(0)
  end,
  -- A process has found from the store that Redis lost its memory. `token` is the epoch that it compared.
  pauseAfterLoss = function()
    if token == epoch and not confirmed then
      pauseUntil(tonumber(redis.call('HGET', state, 'noticed')) + wait)
    end
    return granted(0)
  end,
  -- The store has taken this epoch.
  confirm = function()
    if token == epoch then
      redis.call('HSET', state, 'confirmed', '1')
    end
    return granted(0)
  end,
  -- {GRANTED, cool-down left, calls in flight, epoch, now, then for each stop its number and how long it has lasted}
  status = function()
    local inFlight = 0
    if concurrency > 0 then
      inFlight = redis.call('ZCARD', places)
    end
    local answer = { GRANTED, math.max(0, coolDown - now), inFlight, epoch, now }
    for number, reason in ipairs(STOPS) do
      local since = redis.call('HGET', state, 'stop:' .. reason .. ':since')
      if since then
        answer[#answer + 1] = number
        answer[#answer + 1] = now - since
      end
    end
    return answer
  end,
  -- ARGV[18]: known.
  refusal = function()
    local against = refusal(tonumber(ARGV[18]))
    if against then
      return { REFUSED, against[1], 0, epoch, now, against[2], against[3], against[4], '', against[5] }
    end
    local standing, detail = receiptFields('state', 'detail')
    if standing == 'REJECTED' then
      return { REFUSED, math.max(1, redis.call('PTTL', receipt)) * 1000, 0, epoch, now, standing, 0, '0', detail, 0 }
    end
    return granted(0)
  end,
  -- ARGV[18..28]: outcome, departed, period, made, detail, answered (1 or 0), how long a rejection is remembered,
  -- account, template, request, series.
  settle = function()
    local outcome, departedAt, period, made, detail, answered, rejectionTtl = unpack(ARGV, 18, 24)
    local account, template, request, series = unpack(ARGV, 25, 28)
    local ended = settle(outcome, tonumber(departedAt), tonumber(period), made, detail, answered == '1',
      tonumber(rejectionTtl), account, template, request, series)
    return { ended[1], ended[2], 0, epoch, now }
  end,
  -- ARGV[18..23]: departed, period, account, template, request, series.
  hold = function()
    local departedAt, period, account, template, request, series = unpack(ARGV, 18, 23)
    return { hold(tonumber(departedAt), tonumber(period), account, template, request, series), 0, 0, epoch, now }
  end,
  -- ARGV[18]: period. {GRANTED, 0, 0, epoch, now, departed, ticket}, or denied.
  resumeJob = function()
    local departedAt, ticket = resumeJob(tonumber(ARGV[18]))
    if not ticket then
      return denied(1000, LAPSED)
    end
    return { GRANTED, 0, 0, epoch, now, departedAt, ticket }
  end,
  -- ARGV[18]: the ticket.
  ticket = function()
    if redis.call('HGET', receipt, 'token') == token then
      redis.call('HSET', receipt, 'ticket', ARGV[18])
    end
    return granted(0)
  end,
  -- ARGV[18]: period.
  noteDeleted = function()
    noteDeleted(tonumber(ARGV[18]))
    return granted(0)
  end,
  allowAnother = function() return { allowAnother(), 0, 0, epoch, now } end,
}

if newerFormat then
  return { NEWER, 0, 0, epoch, now }
end
if not confirmed and (action == 'acquire' or action == 'depart' or action == 'redepart') then
  return { UNCONFIRMED, 0, 0, epoch, now }
end
return actions[action]()
