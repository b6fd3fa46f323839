-- Whose turn it is to read a page: whoever had it last, until nothing was heard of them for a while.
-- KEYS: reader
-- ARGV: prober, ttl ms, and "pass" to give the turn up: for the ttl it is nobody's, then the first one's who asks
-- Returns: 1 it is (or was) this prober's turn, 0 somebody else's
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[3] == 'pass' and '' or ARGV[1], 'PX', ARGV[2])
return 1
