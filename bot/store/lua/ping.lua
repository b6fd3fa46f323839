-- One word of a job that reports in: kept with its time, in its record and among its latest events.
-- KEYS: ping
-- ARGV: kind (start, ok, fail or log), run id, exit code ("" for none), body, events kept, ttl s, a nonce
-- Sent again with the same nonce as last time it changes nothing: its reply was lost.
-- The rules are Healthchecks': a start opens a run; a success or failure of that run, or of no run named, ends it.
local call, key = redis.call, KEYS[1]
local kind, run, code, body = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if call('HGET', key, 'nonce') == ARGV[7] then return 0 end
local time = call('TIME')
local now = string.format('%d.%06d', time[1], time[2])
local function set(...) call('HSET', key, ...) end

set('nonce', ARGV[7])
local took = ''
if kind == 'start' then
  set('started_at', now, 'run', run)
elseif kind == 'ok' or kind == 'fail' then
  local started = call('HMGET', key, 'started_at', 'run')
  if started[1] and started[1] ~= '' then
    if started[2] == run then took = string.format('%.3f', tonumber(now) - tonumber(started[1])) end
    if started[2] == run or run == '' or kind == 'fail' then set('started_at', '', 'run', '') end
  end
  set('last_at', now, 'took_s', took, 'code', code)
  if kind == 'ok' then
    set('ok_at', now)
  else
    set('failed_at', now, 'body', body)
    call('HINCRBY', key, 'failures', 1)
  end
end
local known = call('HGET', key, 'events')
local events = known and cjson.decode(known) or {}
table.insert(events, {now, kind, code, took, body})
while #events > tonumber(ARGV[5]) do table.remove(events, 1) end
set('events', cjson.encode(events))
call('EXPIRE', key, ARGV[6])
return 1
