#!lua name=@NAME@
-- The shared book on the server: every function is atomic, works on the server's clock, is bounded in work, and may be sent twice.
-- KEYS[1] is the prefix of all keys of one quota. What is kept below it:
--   meta             layout, life (since when the server knows this quota without a break), epoch, number of the last change, of the
--                    last visitor who came (added), last purge, rule ("allowance_cm window_ms"), clock (the server's time at the last tick)
--   v:EPOCH:ID       a visitor: t sealed template, a TAT in ms, u rule of the TAT, r:TOKEN "cm deadline" for each open reservation,
--                    d:ID a second portion that was charged to another id
--   tats open        ids by TAT; "ID TOKEN" by deadline
--   log              a stream of numbered changes: k the kind, v an id
--   old:EPOCH        ids of an epoch that ended, until their keys are removed
--   instances i:ID   connected instances, and until when; the status of each, sealed
--   k:ID             the epoch's key for one instance, sealed for it alone
--   ack:PURGE        which instances have forgotten everybody
--   off:TOKEN        a reservation that was settled before it was made
-- Kinds of change: a came, t had paper again, c account changed, g went, p epoch ended, b epoch began, j asks for the key, r rule.

local LAYOUT = '1'
local RESERVATION_MS = 220000
local TOLERANCE_MS = 1
local CLOCK_MS = 1000
local PIECE = 64
local MAX_CHANGES = 8192

local function number(text) return string.format('%.3f', text) end

local function open_quota(keys)
  local time = redis.call('TIME')
  local p = keys[1]
  local meta = redis.call('HMGET', p .. 'meta', 'layout', 'life', 'epoch', 'seq', 'added', 'purge', 'rule', 'clock')
  local q = {
    p = p, now = time[1] * 1000 + time[2] / 1000,
    layout = meta[1], life = meta[2] or '', epoch = meta[3] or '', seq = tonumber(meta[4] or '0'),
    added = tonumber(meta[5] or '0'), purge = meta[6] or '', rule = meta[7] or '',
  }
  if q.layout and q.layout ~= LAYOUT then return q, {'layout', number(q.now), q.layout} end
  -- The clock was set back: all times are too late by that much. Until the next tick starts a new life, no answer here is right.
  q.set_back = meta[8] and q.now < meta[8] - CLOCK_MS
  local allowance, window = string.match(q.rule, '^(%S+) (%S+)$')
  q.allowance, q.window = tonumber(allowance), tonumber(window)
  return q, nil
end

local function tell(q, kind, id)
  q.seq = q.seq + 1
  redis.call('XADD', q.p .. 'log', 'MAXLEN', '~', MAX_CHANGES, q.seq .. '-0', 'k', kind, 'v', id)
  if kind == 'a' then redis.call('HSET', q.p .. 'meta', 'seq', q.seq, 'added', q.seq)
  else redis.call('HSET', q.p .. 'meta', 'seq', q.seq) end
end

local function visitor_key(q, id) return q.p .. 'v:' .. q.epoch .. ':' .. id end

-- A TAT under the rule in force. A visitor who owes paper owes the same centimetres and waits no longer.
local function tat_by_rule(q, tat, rule)
  tat = tonumber(tat)
  if rule == q.rule then return tat end
  local allowance, window = string.match(rule, '^(%S+) (%S+)$')
  local owed = math.max(0, tat - q.now) * allowance / window
  return math.min(tat, q.now + math.min(owed * q.window / q.allowance, q.window))
end

-- Return a visitor's record; nil for an unknown id.
local function tat_of(q, id)
  local found = redis.call('HMGET', visitor_key(q, id), 'a', 'u')
  return found[1] and tat_by_rule(q, found[1], found[2]) or nil
end

local function remove(q, id)
  for _, field in ipairs(redis.call('HKEYS', visitor_key(q, id))) do
    if string.sub(field, 1, 2) == 'r:' then redis.call('ZREM', q.p .. 'open', id .. ' ' .. string.sub(field, 3)) end
  end
  redis.call('ZREM', q.p .. 'tats', id)
  return redis.call('UNLINK', visitor_key(q, id))
end

-- Every key expires: a visitor's at the TAT, a list of ids when none of its visitors can be left.
local function keep(q, id, tat, kind)
  if tat - q.now <= TOLERANCE_MS then
    remove(q, id)
    return tell(q, 'g', id)
  end
  local key, last = visitor_key(q, id), math.ceil(q.window + RESERVATION_MS)
  redis.call('HSET', key, 'a', number(tat), 'u', q.rule)
  redis.call('PEXPIREAT', key, math.ceil(tat))
  redis.call('ZADD', q.p .. 'tats', number(tat), id)
  tell(q, kind, id)
  for _, name in ipairs({'tats', 'open', 'log'}) do redis.call('PEXPIRE', q.p .. name, last) end
end

local function time_for(q, cm) return cm * q.window / q.allowance end

local function next_at(q, tat, cm)
  local at = tat + time_for(q, cm) - q.window
  if at - q.now > TOLERANCE_MS then return at end
  return q.now
end

local function take_reservation(q, id, token)
  local held = redis.call('HGET', visitor_key(q, id), 'r:' .. token)
  redis.call('ZREM', q.p .. 'open', id .. ' ' .. token)
  if not held then return nil end
  redis.call('HDEL', visitor_key(q, id), 'r:' .. token)
  return tonumber(string.match(held, '^(%S+) '))
end

-- Gives back late reservations, then removes the visitors whose time has passed: some of each in one call.
local function tidy(q)
  if q.epoch == '' or not q.window then return end
  for _, one in ipairs(redis.call('ZRANGE', q.p .. 'open', '-inf', number(q.now), 'BYSCORE', 'LIMIT', 0, PIECE)) do
    local id, token = string.match(one, '^(%S+) (%S+)$')
    local cm = take_reservation(q, id, token)
    if cm then keep(q, id, tat_of(q, id) - time_for(q, cm), 'c') end
  end
  local whole = redis.call('ZRANGE', q.p .. 'tats', '-inf', number(q.now + TOLERANCE_MS), 'BYSCORE', 'LIMIT', 0, PIECE)
  for _, id in ipairs(whole) do remove(q, id) end
end

local function sweep(q)
  local left = 0
  for _, ended in ipairs(redis.call('SMEMBERS', q.p .. 'ended')) do
    local old = q.p .. 'old:' .. ended
    local ids = redis.call('ZRANGE', old, 0, PIECE * 4 - 1)
    for _, id in ipairs(ids) do redis.call('UNLINK', q.p .. 'v:' .. ended .. ':' .. id) end
    if #ids > 0 then redis.call('ZREM', old, unpack(ids)) end
    local rest = redis.call('ZCARD', old)
    if rest == 0 then redis.call('SREM', q.p .. 'ended', ended) end
    left = left + rest
  end
  return left
end

local function state(q, id)
  local fields = redis.call('HGETALL', visitor_key(q, id))
  if #fields == 0 then return {id} end
  local told, open = {}, {}
  for i = 1, #fields, 2 do
    told[fields[i]] = fields[i + 1]
    if string.sub(fields[i], 1, 2) == 'r:' then open[#open + 1] = string.sub(fields[i], 3) .. ' ' .. fields[i + 1] end
  end
  return {id, number(tat_by_rule(q, told['a'], told['u'])), told['t'] or '', open}
end

-- Return the changes after a number, with the present records of their visitors; nil when some changes are no longer stored, or belong to another life.
local function changes_after(q, life, position, limit)
  if life ~= q.life or q.set_back then return nil end
  if position == q.seq then return {} end
  local entries = redis.call('XRANGE', q.p .. 'log', (position + 1) .. '-0', '+', 'COUNT', limit)
  if #entries == 0 or entries[1][1] ~= (position + 1) .. '-0' then return nil end
  local found = {}
  for i, entry in ipairs(entries) do
    local kind, id = entry[2][2], entry[2][4]
    local visitor = (kind == 'a' or kind == 't' or kind == 'c') and state(q, id) or {id}
    found[i] = {position + i, kind, visitor}
  end
  return found
end
