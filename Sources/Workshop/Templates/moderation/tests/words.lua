given { config = { words = "spoiler" } }

test("a danmaku with a word of the list is hidden", function(show)
  local ana = show:join("ana")
  show:start()
  local said = ana:say("The SPOILER: it is tea")
  ana:say("what a nice cup")
  show:advance(1)
  expect(show:events("deleted")):contains { data = { message = said.message } }
  expect(show:events("deleted")):has_length(1)
  expect(show:said()):equals { { text = "please", args = {} } }
end)

test("the operator sees what was hidden, viewers do not", function(show)
  local ana = show:join("ana")
  show:start()
  ana:say("spoiler")
  show:advance(1)
  expect(show.operator):shows("hidden", { value = 1 })
  expect(show.operator:screen():find("newest").items):equals { { name = "Ana", value = "spoiler" } }
  expect(ana:screen()):equals {}
end)

test("hosts may say anything, and warnings can be turned off", { config = { warns = false } }, function(show)
  local ana = show:join("ana")
  show:start()
  show.host:say("no spoiler today")
  ana:say("spoiler!")
  show:advance(1)
  expect(show:events("deleted")):has_length(1)
  expect(show:said()):equals {}
end)

test("the count survives a restart", function(show)
  local ana = show:join("ana")
  show:start()
  ana:say("spoiler")
  show:advance(1)
  show:kill(5)
  ana:say("another spoiler")
  show:advance(1)
  expect(show.operator):shows("hidden", { value = 2 })
end)
