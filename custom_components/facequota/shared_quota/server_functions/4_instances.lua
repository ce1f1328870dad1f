-- Instances: which are connected, the changes that each has missed, and how a key is handed over.

-- instance, its status (sealed), milliseconds it may be silent: the tick. Removes what has expired, and ends an epoch without visitors.
-- If the server's clock was set back, ends the epoch and the server's life: the instances then send their visitors again.
local function tick(keys, args)
  local q, wrong = open_quota(keys)
  if wrong then return wrong end
  if q.life ~= '' then redis.call('HSET', q.p .. 'meta', 'clock', number(q.now)) end
  if q.set_back then
    q.life = number(q.now)
    redis.call('HSET', q.p .. 'meta', 'life', q.life)
    redis.call('UNLINK', q.p .. 'instances')
    end_epoch(q)
  end
  redis.call('SET', q.p .. 'i:' .. args[1], args[2], 'PX', args[3])
  redis.call('ZADD', q.p .. 'instances', number(q.now + args[3]), args[1])
  redis.call('ZREMRANGEBYSCORE', q.p .. 'instances', '-inf', number(q.now))
  tidy(q)
  local swept = sweep(q)
  local began = tonumber(redis.call('HGET', q.p .. 'meta', 'began') or '0')
  if q.epoch ~= '' and q.added > began and redis.call('EXISTS', q.p .. 'tats') == 0 then end_epoch(q) end
  local found = {}
  for i, id in ipairs(redis.call('ZRANGE', q.p .. 'instances', 0, 255)) do
    found[i] = {id, redis.call('GET', q.p .. 'i:' .. id) or ''}
  end
  return {'tick', number(q.now), q.life, q.epoch, q.seq, q.purge, q.rule, found, swept}
end
redis.register_function{function_name='@PREFIX@tick', callback=tick, flags={'allow-oom'}}

-- instance
local function leave(keys, args)
  local q, wrong = open_quota(keys)
  if wrong then return wrong end
  redis.call('ZREM', q.p .. 'instances', args[1])
  redis.call('UNLINK', q.p .. 'i:' .. args[1], q.p .. 'k:' .. args[1])
  return {'left', number(q.now)}
end
redis.register_function{function_name='@PREFIX@leave', callback=leave, flags={'allow-oom'}}

-- epoch, cursor: all visitors, some in each call; visitors who came or went meanwhile are in the changes. One value for all visitors of a call: for each
-- id, TAT, template and reservations with commas, its length and it.
local function snapshot(keys, args)
  local q, wrong = with_epoch(keys, args[1])
  if wrong then return wrong end
  local page = redis.call('ZSCAN', q.p .. 'tats', args[2], 'COUNT', PIECE * 8)
  local found = {}
  for i = 1, #page[2], 2 do
    local one = state(q, page[2][i])
    if #one == 4 then
      local open = table.concat(one[4], ',')
      found[#found + 1] = struct.pack('<I2c0I2c0I2c0I2c0', #one[1], one[1], #one[2], one[2], #one[3], one[3], #open, open)
    end
  end
  return {'snapshot', number(q.now), page[1], table.concat(found)}
end
redis.register_function{function_name='@PREFIX@snapshot', callback=snapshot, flags={'allow-oom'}}

-- life, number of the last change known, how many at most
local function changes(keys, args)
  local q, wrong = open_quota(keys)
  if wrong then return wrong end
  local found = changes_after(q, args[1], tonumber(args[2]), math.min(tonumber(args[3]), PIECE * 4))
  if not found then return {'gap', number(q.now)} end
  return {'changes', number(q.now), found}
end
redis.register_function{function_name='@PREFIX@changes', callback=changes, flags={'allow-oom'}}

-- instance: asks the instances that have the epoch's key for it.
local function ask(keys, args)
  local q, wrong = open_quota(keys)
  if wrong then return wrong end
  redis.call('UNLINK', q.p .. 'k:' .. args[1])
  tell(q, 'j', args[1])
  return {'asked', number(q.now)}
end
redis.register_function{function_name='@PREFIX@ask', callback=ask, flags={'allow-oom'}}

-- epoch, instance, the key sealed for it: every answer holds the same key.
local function hand(keys, args)
  local q, wrong = open_quota(keys)
  if wrong then return wrong end
  if q.epoch ~= args[1] then return {'epoch', number(q.now)} end
  redis.call('SET', q.p .. 'k:' .. args[2], args[3], 'PX', 30000)
  return {'handed', number(q.now)}
end
redis.register_function{function_name='@PREFIX@hand', callback=hand, flags={'allow-oom'}}

-- purge, instance: the instance has forgotten everybody.
local function acknowledge(keys, args)
  local q, wrong = open_quota(keys)
  if wrong then return wrong end
  redis.call('SADD', q.p .. 'ack:' .. args[1], args[2])
  redis.call('PEXPIRE', q.p .. 'ack:' .. args[1], RESERVATION_MS)
  return {'acknowledged', number(q.now)}
end
redis.register_function{function_name='@PREFIX@acknowledge', callback=acknowledge, flags={'allow-oom'}}

-- purge: the instances that acknowledged it, and how many keys of ended epochs are still to be removed.
local function acknowledged(keys, args)
  local q, wrong = open_quota(keys)
  if wrong then return wrong end
  return {'acknowledged', number(q.now), redis.call('SMEMBERS', q.p .. 'ack:' .. args[1]), sweep(q)}
end
redis.register_function{function_name='@PREFIX@acknowledged', callback=acknowledged, flags={'allow-oom'}}
