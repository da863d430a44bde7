-- Notes the URL that is called at the end of a batch. Answers 1, or 0 when the batch is not known.
local header = KEYS[1]
local url = ARGV[1]

if redis.call('EXISTS', header) == 0 then
  return 0
end
redis.call('HSET', header, 'callback', url)
return 1
