-- A name taken once: KEYS name; ARGV a nonce of the caller, milliseconds to keep it.
-- 1 for whoever came first, also when asked again with the same nonce (its reply was lost); 0 for all others.
local holder = redis.call('GET', KEYS[1])
if holder then
  return holder == ARGV[1] and 1 or 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
