-- What one target hears together: who has begun lately, and who of them is held back for the message about all.
-- KEYS: groups members begun
-- ARGV: group, verb, ttl s, then
--       admit id now window_s at_once member fresh kept kept_s | end fresh id...
-- `fresh` is the group (JSON) as it stands when its first member is held back.
-- Returns: admit: 1 tell it as itself, 0 it is held back; end: 1
local call = redis.call
local groups, members, begun, name, verb = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2]

local function keep()
  for i = 1, 3 do call('EXPIRE', KEYS[i], ARGV[3]) end
end

if verb == 'end' then
  for i = 5, #ARGV do call('HDEL', members, ARGV[i]) end
  if call('HLEN', members) == 0 then
    call('HDEL', groups, name)
  else
    call('HSET', groups, name, ARGV[4])  -- somebody came between: theirs is a new group
  end
  return 1
end

local id, now, member = ARGV[4], tonumber(ARGV[5]), ARGV[8]
if call('HEXISTS', members, id) == 1 then
  call('HSET', members, id, member)
  keep()
  return 0
end
if call('ZSCORE', begun, id) then return 1 end
local lately = call('ZCOUNT', begun, '(' .. (now - tonumber(ARGV[6])), '+inf')
call('ZADD', begun, now, id)
call('ZREMRANGEBYSCORE', begun, '-inf', now - tonumber(ARGV[11]))
call('ZREMRANGEBYRANK', begun, 0, -tonumber(ARGV[10]) - 1)
if lately < tonumber(ARGV[7]) then
  keep()
  return 1
end
call('HSETNX', groups, name, ARGV[9])
call('HSET', members, id, member)
keep()
return 0
