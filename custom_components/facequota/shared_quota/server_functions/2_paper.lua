-- Paper: reserve, settle, merge, forget. Functions that free memory may run on a full server.

-- A reservation may be of the visitor of a search, of somebody new, or of one whom the probe is like too; each may have a second id.
local MAX_IDS = 40

local function with_epoch(keys, epoch)
  local q, wrong = open_quota(keys)
  if wrong then return q, wrong end
  if q.epoch == '' or q.epoch ~= epoch or not q.window then return q, {'epoch', number(q.now)} end
  tidy(q)
  return q, nil
end

-- The visitor of a search, or the next whom the probe is like if that one was forgotten since. Returns the id, its TAT, its template sealed again.
local function present(q, args)
  for i = 8, math.min(#args, 25) do
    local tat = i ~= 9 and tat_of(q, args[i])
    if tat then return args[i], tat, i == 8 and args[9] or nil end
  end
end

-- What came elsewhere since the search at a position; nil if the search included everybody.
local function newer(q, life, position)
  if q.added <= tonumber(position) then return nil end
  local changes = changes_after(q, life, tonumber(position), PIECE)
  return changes and {'newer', number(q.now), changes} or {'gap', number(q.now)}
end

local function granted(q, id, new, tat, cm)
  return {'granted', number(q.now), id, new, number(tat), number(next_at(q, tat, cm))}
end

-- epoch, life, position, token, cm, new id, its sealed template, nearest id or '', its template sealed again, others...
local function reserve(keys, args)
  local q, wrong = with_epoch(keys, args[1])
  if args[2] ~= q.life or q.set_back then return {'gap', number(q.now)} end
  if wrong then return wrong end
  local token, cm, new = args[4], tonumber(args[5]), args[6]
  if redis.call('EXISTS', q.p .. 'off:' .. token) == 1 then return {'cancelled', number(q.now)} end
  for i = 6, math.min(#args, 25) do
    local id = args[i]
    if i ~= 7 and i ~= 9 and redis.call('HEXISTS', visitor_key(q, id), 'r:' .. token) == 1 then
      return granted(q, id, id == new and 1 or 0, tat_of(q, id), cm)
    end
  end
  local missed = newer(q, args[2], args[3])
  if missed then return missed end
  if not (cm > 0 and cm <= q.allowance) then return redis.error_reply('ERR cm is not positive or more than the allowance') end
  local id, tat, sealed = present(q, args)
  if tat and next_at(q, tat, cm) > q.now then
    local refused = next_at(q, tat, cm)
    for i = 10, math.min(#args, 25) do
      local other = tat_of(q, args[i])
      if other and next_at(q, other, cm) <= q.now then refused = nil end
    end
    if refused then
      local owed = math.max(0, tat - q.now) * q.allowance / q.window
      return {'refused', number(q.now), number(refused), number(math.max(0, q.allowance - owed))}
    end
    tat = nil
  end
  if not tat then id, sealed = new, args[7] end
  local deadline = q.now + RESERVATION_MS
  local after = math.max(tat or q.now, q.now) + time_for(q, cm)
  if sealed then redis.call('HSET', visitor_key(q, id), 't', sealed) end
  redis.call('HSET', visitor_key(q, id), 'r:' .. token, cm .. ' ' .. number(deadline))
  redis.call('ZADD', q.p .. 'open', number(deadline), id .. ' ' .. token)
  keep(q, id, after, tat and 't' or 'a')
  return granted(q, id, tat and 0 or 1, after, cm)
end
redis.register_function('@PREFIX@reserve', reserve)

-- epoch, token, cm, ids that may hold it...
local function settle(keys, args)
  local q, wrong = with_epoch(keys, args[1])
  if wrong then return wrong end
  local token, measured = args[2], tonumber(args[3])
  for i = 4, math.min(#args, 4 + MAX_IDS) do
    local id = args[i]
    local tat = tat_of(q, id)
    local reserved = tat and take_reservation(q, id, token)
    if reserved then
      keep(q, id, math.min(tat - time_for(q, reserved) + time_for(q, measured), q.now + q.window), 'c')
      return {'settled', number(q.now)}
    end
  end
  redis.call('SET', q.p .. 'off:' .. token, 1, 'PX', RESERVATION_MS)
  return {'unknown', number(q.now)}
end
redis.register_function{function_name='@PREFIX@settle', callback=settle, flags={'allow-oom'}}

-- One visitor of an instance that was alone for a while: id, sealed template, TAT, id of a second portion or '', number of reservations, each of
-- them "token cm deadline". The later TAT wins. Returns where the next visitor begins, and 1 for a second portion that was not told before.
local function merge_one(q, args, at)
  local id, other, last = args[at], args[at + 3], at + 4 + tonumber(args[at + 4])
  local key, tat = visitor_key(q, id), tat_of(q, id)
  local later = math.min(math.max(tat or 0, tonumber(args[at + 2])), q.now + q.window)
  if later - q.now <= TOLERANCE_MS then return last + 1, 0 end
  redis.call('HSET', key, 't', args[at + 1])
  for i = at + 5, last do
    local token, cm, deadline = string.match(args[i], '^(%S+) (%S+) (%S+)$')
    if redis.call('EXISTS', q.p .. 'off:' .. token) == 0 then
      redis.call('HSET', key, 'r:' .. token, cm .. ' ' .. deadline)
      redis.call('ZADD', q.p .. 'open', deadline, id .. ' ' .. token)
    end
  end
  keep(q, id, later, tat and 't' or 'a')
  return last + 1, other ~= '' and redis.call('HSETNX', key, 'd:' .. other, 1) or 0
end

-- epoch, life, position, visitors...: all of them, or nothing while there are visitors whom the search for their other ids did not include.
local function merge(keys, args)
  local q, wrong = with_epoch(keys, args[1])
  if args[2] ~= q.life or q.set_back then return {'gap', number(q.now)} end
  if wrong then return wrong end
  local missed = newer(q, args[2], args[3])
  if missed then return missed end
  local at, doubles = 4, 0
  for _ = 1, PIECE do
    if at > #args then break end
    local double
    at, double = merge_one(q, args, at)
    doubles = doubles + double
  end
  return {'merged', number(q.now), doubles}
end
redis.register_function('@PREFIX@merge', merge)

-- epoch, ids...
local function forget(keys, args)
  local q, wrong = with_epoch(keys, args[1])
  if wrong then return wrong end
  for i = 2, math.min(#args, 1 + PIECE) do
    if remove(q, args[i]) == 1 then tell(q, 'g', args[i]) end
  end
  return {'forgotten', number(q.now)}
end
redis.register_function{function_name='@PREFIX@forget', callback=forget, flags={'allow-oom'}}
