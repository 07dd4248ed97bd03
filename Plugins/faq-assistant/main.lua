-- FAQ assistant. Looks questions up in what the shop has approved: answers, hands over, or says nothing. The ids
-- FAQ-01 to FAQ-20 are those of the rule book; README.md says what is done.
local checks = require "lib.checks"
local prices = require "lib.prices"
local privacy = require "lib.privacy"
local screens = require "lib.screens"
local shop = require "lib.shop"
local text = require "lib.text"
local values = require "lib.values"
local waiting = require "lib.waiting"

---@type Plugin
local game = {}

local ASKED_MAX = 8                -- searches at once
local ANSWERS_KEPT, TICKETS_MAX, GAPS_MAX = 20, 30, 40
local SWEEP_SECONDS = 2
local REMARK_MIN = 0.5             -- least score of a remark, which asks nothing, to be handed over
local BACK_SECONDS = 30            -- how long a viewer may take to answer a question back

local function copy(viewer) return { user = viewer.user, name = viewer.name } end

local function count(s, name) s.counts[name] = s.counts[name] + 1 end

local function has(list, word)
  for _, known in ipairs(text.words(list)) do
    if known == word:lower() then return true end
  end
  return false
end

local function render(room)
  screens.viewer(room)
  screens.host(room)
  screens.operator(room)
end

-- The sweep goes on as long as something can fall due.
local function sweep_later(room)
  room.timers.set("sweep", SWEEP_SECONDS)
end

-- MARK: What was not answered (FAQ-18)

local function note_gap(room, question)
  local s = room.state
  count(s, "unanswered")
  local minute = math.floor(room.now / 60)
  for _, gap in ipairs(s.gaps) do
    if gap.product == question.product and gap.minute == minute and text.is_alike(gap.text, question.text) then
      gap.count = gap.count + question.count
      return
    end
  end
  s.number = s.number + 1
  if #s.gaps >= GAPS_MAX then table.remove(s.gaps, 1) end
  s.gaps[#s.gaps + 1] = {
    number = s.number, text = question.text, product = question.product, minute = minute, count = question.count,
  }
end

-- How many answers a minute: half as many while viewers complain.
local function pace(room)
  local s, config = room.state, room.config
  local recent = 0
  for _, at in ipairs(s.complaints) do
    if room.now - at < 60 then recent = recent + 1 end
  end
  return recent >= config.complaints_calm and math.max(1, config.per_minute // 2) or config.per_minute
end

-- MARK: Tickets (FAQ-14)

local function release(s, ticket)
  for user, id in pairs(s.silent) do
    if id == ticket.id then s.silent[user] = nil end
  end
end

local function find(list, id)
  for index, item in ipairs(list) do
    if item.id == id then return item, index end
  end
end

local function close(room, ticket)
  local s = room.state
  local _, index = find(s.tickets, ticket.id)
  if index then table.remove(s.tickets, index) end
  release(s, ticket)
  if s.writing and s.writing.ticket == ticket.id then s.writing = nil end
end

local function tell_askers(room, question, elements)
  for _, asker in ipairs(question.askers) do screens.tell(room, asker, elements) end
end

-- Hands a question to people, with the best entries ready to tap.
local function hand_over(room, question, reason, entries, fault)
  local s, config = room.state, room.config
  local known = waiting.like(s.tickets, question.text, question.product)
  if known then
    known.count = known.count + question.count
    for _, asker in ipairs(question.askers) do
      waiting.join(known, asker)
      known.count = known.count - 1
      s.silent[asker.user] = known.id
    end
    return
  end
  if #s.tickets >= TICKETS_MAX then
    note_gap(room, s.tickets[1])
    close(room, s.tickets[1])
  end
  s.number = s.number + 1
  local ticket = {
    id = s.number, reason = reason, fault = fault, text = question.text, user = question.user, name = question.name,
    product = question.product, personal = question.personal, language = question.language, count = question.count,
    askers = {}, entries = shop.best(entries), due = room.now + config.ticket_seconds, edition = s.edition,
  }
  for index, asker in ipairs(question.askers) do
    ticket.askers[index] = copy(asker)
    s.silent[asker.user] = ticket.id
  end
  s.tickets[#s.tickets + 1] = ticket
  count(s, "handed_over")
  tell_askers(room, ticket, { { "text", config.staffed and "handed_over" or "out_of_hours" } })
  room.log("info", "ticket " .. ticket.id .. " (" .. reason .. "): " .. ticket.text)
end

-- MARK: Answers

-- An answer of this entry that everybody was given lately (FAQ-06).
local function recent(room, entry)
  local s, config = room.state, room.config
  for index = #s.answers, 1, -1 do
    local answer = s.answers[index]
    if answer.public and not answer.withdrawn and answer.entry == entry.id and answer.version == entry.version
      and room.now - answer.at < config.cooldown_seconds then
      return answer
    end
  end
end

local function show_privately(room, answer)
  for _, asker in ipairs(answer.askers) do screens.tell(room, asker, screens.own(answer)) end
end

-- Says an answer that has passed all checks, and remembers who was told.
local function deliver(room, question, entry, words, is_public, by)
  local s = room.state
  s.number = s.number + 1
  local answer = {
    id = s.number, entry = entry.id, version = entry.version, edition = question.edition, question = question.text,
    text = words, at = room.now, count = question.count, public = is_public, by = by, askers = {},
  }
  for index, asker in ipairs(question.askers) do answer.askers[index] = copy(asker) end
  answer.priced = prices.told(room.config, entry.answer or "", words, entry.product or question.product)
  if not by and question.language and entry.language ~= question.language then
    answer.note = entry.language == "zh" and "only_zh" or "only_en"
  end
  s.answers[#s.answers + 1] = answer
  prices.watch(room)
  if #s.answers > ANSWERS_KEPT then
    local _, oldest = nil, 1
    while s.answers[oldest].pinned and oldest < #s.answers do oldest = oldest + 1 end
    table.remove(s.answers, oldest)
  end
  if is_public then
    tell_askers(room, answer, {})               -- what this viewer was told before is over
  else
    show_privately(room, answer)
  end
  count(s, "answered")
  local topic = entry.category ~= nil and entry.category ~= "" and entry.category or "other"
  s.topics[topic] = (s.topics[topic] or 0) + 1
  room.log("info", string.format("answered with %s@%s of edition %s, %s, %s: %s", entry.id, entry.version,
    question.edition or "-", is_public and "public" or "private", by and "by staff" or "automatic", question.text))
end

-- Composes an answer from the approved text, with live values; hands over when it cannot be said (FAQ-04, FAQ-09).
-- `by` is who tapped it. Returns whether it was said.
local function answer(room, question, entry, options)
  local config = room.config
  local product = entry.product or question.product
  local words, missing, foreign = values.fill(room, options.words or entry.answer, product, options.facts)
  if not words and config.facts ~= "" and #foreign > 0 and #foreign == #missing and not options.facts then
    local id = room.webhook.send(config.facts, { entry = entry.id, product = product, names = foreign },
      { seconds = config.search_seconds })
    room.state.facts[id] = {
      question = question, entry = shop.copy(entry), words = options.words, is_public = options.is_public,
      by = options.by, entries = shop.best(options.entries),
    }
    return true
  end
  local fault = not words and "missing" or checks.fault(config, words, prices.is_secret(room, product))
  if fault and options.words then
    -- The model's words do not do; the merchant's may.
    return answer(room, question, entry, {
      facts = options.facts, is_public = options.is_public, by = options.by, entries = options.entries,
    })
  end
  if not fault then
    deliver(room, question, entry, words, options.is_public, options.by)
    return true
  end
  if options.ticket then
    options.ticket.fault = fault                -- the operator sees why
  else
    hand_over(room, question, "blocked", options.entries, fault)
  end
  return false
end

-- The entry to answer with, in the viewer's language if it is there (FAQ-19). Nil when no language will do.
local function choose(room, entries, language)
  local first, second = entries[1], entries[2]
  if not language or first.language == language then return first end
  if shop.is_twin(first, second) and second.language == language then return second end
  if room.config.other_language == "handover" or not has(room.config.languages, first.language) then return nil end
  return first
end

-- MARK: Questions back (FAQ-02)

local function ask_back(room, question, entry)
  local s = room.state
  s.backs[question.user] = {
    stage = "confirm", question = question, entry = shop.copy(entry), due = room.now + BACK_SECONDS,
  }
  screens.tell(room, question.askers[1], { { "text", "did_you_mean", args = { question = text.clip(entry.question, 100) } } }, true)
end

local function ask_to_rephrase(room, viewer, back)
  back.stage, back.due = "rephrase", room.now + BACK_SECONDS
  screens.tell(room, viewer, { { "text", "rephrase" } })
end

-- MARK: The pipeline

-- Looks up what waits, as long as there is room and the pace allows it.
local function ask(room)
  local s, config = room.state, room.config
  while not s.paused and s.asked_count < ASKED_MAX do
    local question, stale = waiting.take(s.waiting, room.now, config.fresh_seconds)
    s.counts.stale = s.counts.stale + stale
    if not question then break end
    local id = room.knowledge.search(question.text, {
      product = question.product, words = config.words, seconds = config.search_seconds,
    })
    s.asked[id] = question
    s.asked_count = s.asked_count + 1
  end
  if #s.waiting > 0 or #s.tickets > 0 or next(s.backs) or next(s.last) then sweep_later(room) end
end

-- Whether a viewer may ask just now (FAQ-06).
local function is_allowed(room, viewer)
  local s, config = room.state, room.config
  local last = s.last[viewer.user]
  if last and room.now - last < config.per_viewer_seconds then return false end
  if room.now - s.minute.at >= 60 then s.minute = { at = room.now, count = 0 } end
  return s.minute.count < pace(room)
end

-- Whether a line is of the assistant's own making, or of another machine's (FAQ-13).
local function is_echo(room, danmaku)
  if danmaku.role ~= "viewer" or has(room.config.bots, danmaku.viewer.user) then return true end
  if text.is_quoted(danmaku.text) then return true end
  local key = text.key(danmaku.text)
  for _, known in ipairs(room.state.answers) do
    local said = text.key(known.text)
    if #said >= 12 and (key:find(said, 1, true) or text.is_alike(known.text, danmaku.text)) then return true end
  end
  return false
end

-- Normalises one line and lets it wait, if it is anything to look for.
local function take(room, danmaku)
  local s, config = room.state, room.config
  local viewer = danmaku.viewer
  if is_echo(room, danmaku) then return count(s, "echoes") end
  local line, is_personal = privacy.mask(danmaku.text)
  if is_personal and config.hide_personal then room.chat.hide(danmaku.message) end
  line = text.clip(line, 200)
  local ticket = s.silent[viewer.user] and find(s.tickets, s.silent[viewer.user])
  if ticket then
    -- People have this thread: what is added belongs to it, and nothing is said.
    if text.is_worth_asking(line) and not text.is_alike(ticket.text, line) then
      ticket.text = text.clip(ticket.text .. " / " .. line, 200)
    end
    return
  end
  if not text.is_worth_asking(line) then return count(s, "idle") end
  local back = s.backs[viewer.user]
  if not back and not is_allowed(room, viewer) then return count(s, "limited") end
  local product = room.products.on_air()
  local known = waiting.like(s.waiting, line, product)
  if not known then
    for _, question in pairs(s.asked) do
      if question.product == product and text.is_alike(question.text, line) then known = question end
    end
  end
  s.last[viewer.user] = room.now
  if known and not is_personal then
    count(s, "merged")
    return waiting.join(known, viewer)
  end
  s.minute.count = s.minute.count + 1
  s.counts.shed = s.counts.shed + waiting.add(s.waiting, {
    text = line, user = viewer.user, name = viewer.name, at = room.now, product = product, count = 1,
    askers = { copy(viewer) }, personal = is_personal, language = text.language(line),
    is_asking = text.is_asking(line), is_first = has(config.first, viewer.user),
    is_second = back ~= nil and back.stage == "rephrase" or nil,
  }, config.waiting_max)
  if back then s.backs[viewer.user] = nil end
end

-- The newest edition of the entries counts from the first answer on that tells of it (FAQ-20).
local function note_edition(room, edition)
  local s = room.state
  if s.edition == edition then return end
  if s.edition then room.log("info", "entries of edition " .. edition .. " count from here, instead of " .. s.edition) end
  s.edition = edition
end

-- Decides by band, score and margin (FAQ-01).
local function decide(room, question, finding)
  local s, config = room.state, room.config
  local entries = finding.entries
  if finding.band == "ignore" then return count(s, finding.rule and "refused" or "idle") end
  if finding.rule then
    if finding.rule == "complaint" then
      count(s, "complaints")
      if #s.complaints >= 100 then table.remove(s.complaints, 1) end
      s.complaints[#s.complaints + 1] = room.now
    end
    return hand_over(room, question, finding.rule, entries)
  end
  local is_clear = finding.margin * 100 >= config.margin_min or shop.is_twin(entries[1] or {}, entries[2])
  if finding.band == "answer" and finding.score * 100 >= config.answer_min and is_clear then
    local entry = choose(room, entries, question.language)
    if not entry then return hand_over(room, question, "language", entries) end
    local known = not question.personal and recent(room, entry)
    if known then
      known.count = known.count + question.count
      return count(s, "merged")
    end
    answer(room, question, entry, {
      words = entry.id == entries[1].id and finding.words or nil, entries = entries,
      is_public = not question.personal and finding.score * 100 >= config.public_min,
    })
    return
  end
  if not finding.question and finding.score < REMARK_MIN then return count(s, "idle") end
  if config.ask_back and entries[1] and not question.is_second then
    return ask_back(room, question, entries[1])
  end
  hand_over(room, question, finding.band == "answer" and "unclear" or "unknown", entries)
end

-- MARK: What operators do (FAQ-15)

local function tap(room, id, place, by)
  local s = room.state
  local ticket = find(s.tickets, id)
  local entry = ticket and ticket.entries[place]
  if not entry then return end
  ticket.fault = nil
  local question = {
    text = ticket.text, user = ticket.user, product = ticket.product, personal = ticket.personal, count = ticket.count,
    language = ticket.language, askers = {}, edition = ticket.edition,
  }
  for index, asker in ipairs(ticket.askers) do question.askers[index] = copy(asker) end
  if answer(room, question, shop.copy(entry), { is_public = not ticket.personal, by = by.name, ticket = ticket }) then
    close(room, ticket)
  end
end

local function dismiss(room, id)
  local ticket = find(room.state.tickets, id)
  if not ticket then return end
  note_gap(room, ticket)
  tell_askers(room, ticket, {})
  close(room, ticket)
end

local function write(room, id)
  local ticket = find(room.state.tickets, id)
  if ticket then room.state.writing = { ticket = id, question = ticket.text } end
end

local function edit(room, id)
  local known = find(room.state.answers, id)
  if known and not known.withdrawn then room.state.writing = { answer = id, question = known.question } end
end

-- What an operator has typed: an answer to a ticket, or another text of an answer.
local function take_words(room, words, by)
  local s = room.state
  local writing = s.writing
  if not writing then return end
  s.writing = nil
  local known = writing.answer and find(s.answers, writing.answer)
  if known then
    known.text, known.by = words, by.name
    known.version = known.version .. "+"
    if not known.public then show_privately(room, known) end
    room.log("info", "answer " .. known.id .. " was edited")
    return
  end
  local ticket = writing.ticket and find(s.tickets, writing.ticket)
  if not ticket then return end
  deliver(room, ticket, { id = "staff", version = "-", category = "staff" }, words, not ticket.personal, by.name)
  close(room, ticket)
end

-- Takes an answer back from everybody who saw it: off the panels of all or of those who were told, and with a word in
-- the chat, which reaches those, too, who come back later.
local function retract(room, id)
  local known = find(room.state.answers, id)
  if not known or known.withdrawn then return end
  known.withdrawn, known.pinned = true, nil
  if known.public then
    room.chat.say("withdrawn", { question = known.question })
  else
    show_privately(room, known)
  end
  room.log("info", "answer " .. known.id .. " with " .. known.entry .. "@" .. known.version .. " was withdrawn")
end

local function pin(room, id)
  local known = find(room.state.answers, id)
  if not known or known.withdrawn or not known.public then return end
  local was_pinned = known.pinned
  for _, other in ipairs(room.state.answers) do other.pinned = nil end
  if not was_pinned then known.pinned = true end
end

local function pause(room, is_paused)
  local s = room.state
  s.paused = is_paused
  if is_paused then s.waiting = {} end
end

-- MARK: Hooks

function game.on_start(room)
  local s = room.state
  s.number, s.asked_count, s.paused = 0, 0, false
  s.waiting, s.asked, s.facts, s.answers, s.tickets, s.gaps = {}, {}, {}, {}, {}, {}
  s.silent, s.backs, s.last, s.topics, s.complaints = {}, {}, {}, {}, {}
  s.minute = { at = room.now, count = 0 }
  s.counts = {
    answered = 0, handed_over = 0, unanswered = 0, merged = 0, limited = 0, shed = 0, stale = 0, echoes = 0, idle = 0,
    refused = 0, failed = 0, complaints = 0,
  }
  render(room)
end

function game.on_danmaku(room, batch)
  if room.state.paused then return end
  for _, danmaku in ipairs(batch) do take(room, danmaku) end
  ask(room)
end

function game.on_result(room, result)
  local s = room.state
  local fact = s.facts[result.id]
  if fact then
    s.facts[result.id] = nil
    local told = not result.error and type(result.value.body) == "table" and result.value.body or {}
    answer(room, fact.question, fact.entry, {
      words = fact.words, is_public = fact.is_public, by = fact.by, entries = fact.entries, facts = told,
    })
    return render(room)
  end
  local question = s.asked[result.id]
  if not question then return end
  s.asked[result.id] = nil
  s.asked_count = s.asked_count - 1
  if result.error then
    -- The shop's knowledge is slow or down: silence, and the question is in the report (FAQ-16).
    count(s, "failed")
    note_gap(room, question)
  elseif s.paused or room.now - question.at > room.config.fresh_seconds then
    count(s, "stale")
  else
    note_edition(room, result.value.edition)
    question.edition = result.value.edition
    decide(room, question, result.value)
  end
  ask(room)
  render(room)
end

function game.on_timer(room, name)
  if name == "prices" then
    if prices.look(room) then render(room) end
    return
  end
  local s, config = room.state, room.config
  local is_changed = false
  for index = #s.tickets, 1, -1 do
    local ticket = s.tickets[index]
    if ticket.due <= room.now then
      is_changed = true
      note_gap(room, ticket)
      tell_askers(room, ticket, { { "text", config.staffed and "nobody_free" or "out_of_hours" } })
      close(room, ticket)
    end
  end
  for user, back in pairs(s.backs) do
    if back.due <= room.now then
      is_changed = true
      s.backs[user] = nil
      hand_over(room, back.question, "unclear", { back.entry })
    end
  end
  for user, at in pairs(s.last) do
    if room.now - at > config.per_viewer_seconds then s.last[user] = nil end
  end
  ask(room)
  if is_changed then render(room) end
end

local BY_ID = {
  write = write, dismiss = dismiss, edit = edit, retract = retract, pin = pin,
}

local function act(room, name, value, by)
  local s = room.state
  local ticket, place = name:match("^tap%-(%d+)%-(%d)$")
  local what, id = name:match("^(%a+)%-(%d+)$")
  if ticket then
    tap(room, tonumber(ticket), tonumber(place), by)
  elseif BY_ID[what] then
    BY_ID[what](room, tonumber(id))
  elseif name == "words" and type(value) == "string" then
    take_words(room, value, by)
  elseif name == "cancel" then
    s.writing = nil
  elseif name == "pause" or name == "resume" then
    pause(room, name == "pause")
  end
end

function game.on_action(room, action)
  local s = room.state
  if action.role == "host" or action.role == "operator" then
    act(room, action.name, action.value, action.viewer)
  else
    -- Of viewers nothing counts but a yes or a no to what they were asked (FAQ-11).
    local back = s.backs[action.viewer.user]
    if not back or back.stage ~= "confirm" then return end
    if action.name == "yes" then
      s.backs[action.viewer.user] = nil
      screens.tell(room, action.viewer, {})
      answer(room, back.question, back.entry, { is_public = false, entries = { back.entry } })
    elseif action.name == "no" then
      ask_to_rephrase(room, action.viewer, back)
    end
  end
  ask(room)
  render(room)
end

function game.on_command(room, command)
  if command.name == "pause" or command.name == "resume" then pause(room, command.name == "pause") end
  render(room)
end

-- What nobody could answer, and what it was all about, for whoever writes the entries.
function game.on_stop(room)
  local s = room.state
  for _, gap in ipairs(s.gaps) do
    room.log("info", string.format("gap: %d times, product %s, minute %d: %s", gap.count, gap.product or "-",
      gap.minute, gap.text))
  end
  for topic, number in pairs(s.topics) do room.log("info", "topic " .. topic .. ": " .. number) end
end

return game
