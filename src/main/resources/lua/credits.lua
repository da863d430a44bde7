-- What the images of a calendar month (UTC) cost, in millionths of the provider's unit. Answers {1 when the amount was counted,
-- 0 when the account's budget is spent, -1 when the tenant's is; what is counted of the account; epoch}.
--
-- The month is the caller's: instances whose clocks differ by seconds count those seconds' costs in either month, and each
-- month's count stays exact.
--
-- After a flush a count starts again from the highest that any process remembers.
local month = KEYS[1] -- hash: epoch, and the counts of accounts, templates and tenants
local amount = tonumber(ARGV[1]) -- below zero gives back
local accountLimit, tenantLimit = tonumber(ARGV[2]), tonumber(ARGV[3]) -- -1: none
local newEpoch, knownEpoch, knownUsed = ARGV[4], ARGV[5], ARGV[6]
local ttlSeconds = ARGV[7]
local account, template, tenant = ARGV[8], ARGV[9], ARGV[10]

local epoch = redis.call('HGET', month, 'epoch')
if not epoch then
  epoch = newEpoch
  redis.call('HSET', month, 'epoch', epoch)
  redis.call('EXPIRE', month, ttlSeconds)
end
local used = tonumber(redis.call('HGET', month, account) or 0)
if knownEpoch ~= '' and knownEpoch ~= epoch and tonumber(knownUsed) > used then
  redis.call('HSET', month, account, knownUsed)
  used = tonumber(knownUsed)
end

local function isSpent(limit, counted)
  return limit >= 0 and (counted >= limit or counted + amount > limit)
end
if isSpent(accountLimit, used) then
  return { 0, used, epoch }
end
if isSpent(tenantLimit, tonumber(redis.call('HGET', month, tenant) or 0)) then
  return { -1, used, epoch }
end
if amount ~= 0 then
  for _, counted in ipairs({ account, template, tenant }) do
    if redis.call('HINCRBY', month, counted, ARGV[1]) < 0 then
      redis.call('HSET', month, counted, '0')
    end
  end
  used = math.max(0, used + amount)
end
return { 1, used, epoch }
