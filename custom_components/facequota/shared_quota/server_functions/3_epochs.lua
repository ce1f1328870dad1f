-- Epochs: begin and end; and the rule of the quota.

local function end_epoch(q)
  if q.epoch ~= '' and redis.call('EXISTS', q.p .. 'tats') == 1 then
    redis.call('RENAME', q.p .. 'tats', q.p .. 'old:' .. q.epoch)
    redis.call('PERSIST', q.p .. 'old:' .. q.epoch)
    redis.call('SADD', q.p .. 'ended', q.epoch)
  end
  redis.call('UNLINK', q.p .. 'open', q.p .. 'log')
  q.epoch, q.added = '', q.seq + 1
  redis.call('HSET', q.p .. 'meta', 'epoch', '', 'added', q.added)
  tell(q, 'p', '')
end

-- epoch or '', id of the purge or '': forget everybody at once, at a purge, a pairing, or when no instance has the key any more.
local function finish(keys, args)
  local q, wrong = open_quota(keys)
  if wrong then return wrong end
  if args[1] ~= '' and args[1] ~= q.epoch then return {'epoch', number(q.now)} end
  local faces = redis.call('ZCARD', q.p .. 'tats')
  local open = redis.call('ZCARD', q.p .. 'open')
  if args[2] ~= '' then
    if args[2] == q.purge then return {'finished', number(q.now), 0, 0} end
    redis.call('HSET', q.p .. 'meta', 'layout', LAYOUT, 'purge', args[2])
  end
  end_epoch(q)
  sweep(q)
  return {'finished', number(q.now), faces, open}
end
redis.register_function{function_name='@PREFIX@finish', callback=finish, flags={'allow-oom'}}

-- new epoch, last number known, last purge known, allowance, window: only where no epoch exists. Returns 'begun', with 1 where the server knew nothing.
local function begin(keys, args)
  local q, wrong = open_quota(keys)
  if wrong then return wrong end
  if q.epoch ~= '' then return {'is', number(q.now), q.epoch} end
  local created = q.life == ''
  if created then
    redis.call('UNLINK', q.p .. 'log')
    q.seq = math.max(q.seq, tonumber(args[2]))
    redis.call('HSET', q.p .. 'meta', 'layout', LAYOUT, 'life', number(q.now), 'seq', q.seq)
    if q.purge == '' then redis.call('HSET', q.p .. 'meta', 'purge', args[3]) end
  end
  if q.rule == '' then redis.call('HSET', q.p .. 'meta', 'rule', args[4] .. ' ' .. args[5]) end
  redis.call('HSET', q.p .. 'meta', 'epoch', args[1], 'added', q.seq, 'began', q.seq)
  q.epoch = args[1]
  tell(q, 'b', '')
  return {'begun', number(q.now), created and 1 or 0}
end
redis.register_function('@PREFIX@begin', begin)

-- allowance, window, cursor of the last call or '0': sets the rule at once, and the visitors' keys in several calls.
local function change_rule(keys, args)
  local q, wrong = open_quota(keys)
  if wrong then return wrong end
  local rule = args[1] .. ' ' .. args[2]
  if rule ~= q.rule then
    redis.call('HSET', q.p .. 'meta', 'layout', LAYOUT, 'rule', rule)
    q.rule, q.allowance, q.window = rule, tonumber(args[1]), tonumber(args[2])
    tell(q, 'r', '')
  end
  if q.epoch == '' then return {'ruled', number(q.now), '0'} end
  local page = redis.call('ZSCAN', q.p .. 'tats', args[3], 'COUNT', PIECE)
  for i = 1, #page[2], 2 do
    local id = page[2][i]
    local tat = tat_of(q, id)
    if tat and redis.call('HGET', visitor_key(q, id), 'u') ~= rule then keep(q, id, tat, 'c') end
  end
  return {'ruled', number(q.now), page[1]}
end
redis.register_function{function_name='@PREFIX@change_rule', callback=change_rule, flags={'allow-oom'}}
