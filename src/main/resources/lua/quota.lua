-- One caller's quota in the current clock hour (UTC) of this server. Answers {1, the hour} when a request was counted or
-- taken back, and {0, microseconds until the next hour} when the hour is used up. Hours are counted from 1970.
local quota = KEYS[1] -- hash: hour, spent
local action = ARGV[1] -- spend, giveBack
local limit = tonumber(ARGV[2])
local fixedTime = tonumber(ARGV[3]) -- '' for the server's clock; tests move the time by hand
local counted = tonumber(ARGV[4]) -- giveBack: the hour in which the request was counted

local HOUR = 3600
local micros = fixedTime
if not micros then
  local clock = redis.call('TIME')
  micros = clock[1] * 1000000 + clock[2]
end
local hour = math.floor(micros / 1000000 / HOUR)

local spent = 0
if redis.call('HGET', quota, 'hour') == tostring(hour) then
  spent = tonumber(redis.call('HGET', quota, 'spent'))
end

if action == 'spend' then
  if spent >= limit then
    return { 0, (hour + 1) * HOUR * 1000000 - micros }
  end
  spent = spent + 1
elseif counted == hour then
  spent = math.max(0, spent - 1)
end
redis.call('HSET', quota, 'hour', hour, 'spent', spent)
redis.call('EXPIRE', quota, 2 * HOUR)
return { 1, hour }
