-- On a seat: media, locks, mutes, moves, layouts, and leaving. The ids are those of the rule book.
local stage = require "tests.helpers.stage"

given {
  config = {
    seats = 4, link_seconds = 15, hold_seconds = 20, cooldown = 60, host_grace = 60, screen = true,
  },
}

local state_of = stage.state_of

test("from nobody to on air: the media confirm the lease", function(show)
  local ana = show:join("ana")
  show:start()
  expect(ana:publish()):is_refused("FORBIDDEN")
  ana:press("apply")
  show:command("accept", 1)
  expect(state_of(show, ana)):equals("linking")
  expect(ana:publish()):is_accepted { seat = 1 }
  expect(state_of(show, ana)):equals("on-seat")
  expect(ana):shows("note_on_seat", { seat = 1 })
  expect(ana:screen():find("seat").seats[1].state):equals("occupied")
  ana:press("leave")
  expect(state_of(show, ana)):equals("none")
  expect(ana):shows("note_left")
end)

test("CH-07 no media within the time: the seat is free again", function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("apply")
  show:command("accept", 1)
  show:advance(14.9)
  expect(state_of(show, ana)):equals("linking")
  show:advance(0.1)
  expect(state_of(show, ana)):equals("none")
  expect(show:seats()):equals {}
  expect(ana):shows("note_timeout_linking")
end)

test("CH-07 what breaks off is waited for, in its place", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  stage.seat(show, ana, 3)
  ana:drop()
  expect(state_of(show, ana)):equals("suspended")
  expect(bo:screen():find("seat").seats[3].state):equals("suspended")
  show:advance(19.9)
  ana:publish()
  expect(state_of(show, ana)):equals("on-seat")
  show:advance(30)
  ana:drop()
  show:advance(19.9)
  expect(stage.leases(show)):equals { "3 ana av" }
  show:advance(0.1)
  expect(show:seats()):equals {}
  expect(ana:publish()):is_refused("FORBIDDEN")
end)

test("CH-07 the lease goes in the step that ends the stay, and with it the media", function(show)
  local ana = show:join("ana")
  show:start()
  for _, ending in ipairs { "leave", "kick", "close", "ban" } do
    show:command("unlock", 1)
    stage.seat(show, ana, 1)
    expect(ana:is_publishing()):equals(true)
    if ending == "leave" then ana:press("leave") else show:command(ending, 1) end
    expect(show:seats()):equals {}
    expect(ana:is_publishing()):equals(false)
    show:advance(60)
  end
end)

test("CH-07 a ban from the room takes the seat at once", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  stage.seat(show, ana)
  bo:press("apply")
  show:command("accept", 2)
  show.host:ban(ana)
  show.host:ban(bo)
  expect(show:seats()):equals {}
  expect(ana:is_publishing()):equals(false)
end)

test("leaving counts devices: the last one suspends, and one that comes back resumes", function(show)
  local ana = show:join("ana")
  show:start()
  local phone = ana:another_device()
  stage.seat(show, ana)
  phone:leave()
  show:advance(2)
  expect(state_of(show, ana)):equals("on-seat")
  ana:leave()
  show:advance(2)
  expect(state_of(show, ana)):equals("suspended")
  ana:join()
  ana:publish()
  show:advance(2)
  expect(state_of(show, ana)):equals("on-seat")
end)

test("who applies or is invited and goes away is forgotten", function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  ana:press("apply")
  bo:press("apply")
  show:command("accept", 2)
  cy:leave()
  cy:join()
  show:advance(2)
  show:command("invite", "cy")
  show:together(function() ana:leave() bo:leave() cy:leave() end)
  show:advance(2)
  expect(show:state().people):equals {}
  expect(show:seats()):equals {}
  expect(show:state().queue):equals {}
end)

test("CH-05 locks close empty seats", function(show)
  local ana = show:join("ana")
  show:start()
  show:command("lock", 2)
  expect(ana:screen():find("seat").seats[2].state):equals("locked")
  expect(ana:enter("seat", 2)):is_refused("REFUSED", { value = "LOCKED" })
  stage.seat(show, ana, 1)
  expect(show:command("lock", 1)):is_refused("REFUSED", { value = "OCCUPIED" })
  show:command("close", 1)
  expect(state_of(show, ana)):equals("none")
  expect(ana:enter("seat", 1)):is_refused("REFUSED", { value = "LOCKED" })
  show:command("unlock", 1)
  stage.seat(show, ana, 1)
  expect(stage.leases(show)):equals { "1 ana av" }
end)

test("CH-05 a locked microphone, camera or screen cannot be switched on", function(show)
  local ana = show:join("ana")
  show:start()
  stage.seat(show, ana)
  ana:press("screen")
  expect(stage.leases(show)):equals { "1 ana avs" }
  show:command("audio_lock", 1)
  show:command("video_lock", 1)
  show:command("screen_lock", 1)
  expect(stage.leases(show)):equals { "1 ana " }
  expect(ana:press("mic")):is_refused("REFUSED", { value = "MIC_LOCKED" })
  expect(ana:press("camera")):is_refused("REFUSED", { value = "CAMERA_LOCKED" })
  expect(ana:press("screen")):is_refused("REFUSED", { value = "SCREEN_LOCKED" })
  show:command("video_lock", 1)
  expect(stage.leases(show)):equals { "1 ana " }             -- nobody's camera is opened from afar
  ana:press("camera")
  expect(stage.leases(show)):equals { "1 ana v" }
  show:command("audio_only", 1)
  expect(stage.leases(show)):equals { "1 ana " }
  expect(ana:press("camera")):is_refused("REFUSED", { value = "CAMERA_LOCKED" })
end)

test("CH-06 muting needs nobody's consent, unmuting does", function(show)
  local ana = show:join("ana")
  show:start()
  stage.seat(show, ana)
  show:command("mute", 1)
  expect(stage.leases(show)):equals { "1 ana v" }
  show:command("ask_unmute", 1)
  expect(stage.leases(show)):equals { "1 ana v" }
  expect(ana):shows("note_asked")
  ana:press("unmute_no")
  expect(stage.leases(show)):equals { "1 ana v" }
  expect(ana:press("unmute_yes")):is_refused("NO_SUCH_ACTION")
  show:command("ask_unmute", 1)
  ana:press("unmute_yes")
  expect(stage.leases(show)):equals { "1 ana av" }
  show:command("audio_lock", 1)
  expect(show:command("ask_unmute", 1)):is_refused("REFUSED", { value = "MIC_LOCKED" })
end)

test("CH-08 the host is gone: seats are kept for a while, then it ends", function(show)
  local ana = show:join("ana")
  show:start()
  stage.seat(show, ana)
  show:command("mute", 1)                                    -- the host is known to be there
  show.host:leave()
  show:advance(2)
  expect(ana):shows("host_away")
  show:advance(30)
  show.host:join()
  show:advance(2)
  expect(ana):hides("host_away")
  expect(stage.leases(show)):equals { "1 ana v" }
  show.host:leave()
  show:advance(59)
  expect(show:status()):equals("running")
  show:advance(2)
  expect(show:status()):equals("idle")
  expect(show:seats()):equals {}
  expect(ana):shows("over")
end)

test("CH-08 or an admin has the room", { config = { host_loss = "hand_over" } }, function(show)
  local ana = show:join("ana")
  show:start()
  stage.seat(show, ana)
  show.operator:command("mute", 1)
  show.host:leave()
  show:advance(62)
  expect(show:status()):equals("running")
  expect(show:state().owner):equals("operator")
  expect(stage.leases(show)):equals { "1 ana v" }
  show.operator:command("hand_over", "operator")
  show.host:join()
  show:advance(2)
  expect(show:command("hand_over", "host")):is_refused("REFUSED", { value = "NOT_ALLOWED" })
  show.operator:command("hand_over", "host")
  expect(show:state().owner):equals("host")
end)

test("CH-09 who was kicked waits", function(show)
  local ana = show:join("ana")
  show:start()
  stage.seat(show, ana)
  show.host:enter("select", 1)
  show.host:press(stage.button(show, "kick", 1))
  expect(state_of(show, ana)):equals("cooling-down")
  expect(ana):shows("note_kicked")
  expect(ana:press("apply")):is_refused("REFUSED", { value = "COOLING_DOWN" })
  show:advance(59.9)
  expect(ana:press("apply")):is_refused("REFUSED", { value = "COOLING_DOWN" })
  show:advance(0.1)
  ana:press("apply")
  expect(state_of(show, ana)):equals("applying")
end)

test("CH-09 a ban holds, also in later shows, until it is lifted", function(show)
  local ana = show:join("ana")
  show:start()
  stage.seat(show, ana)
  show:command("ban", 1)
  expect(ana:press("apply")):is_refused("REFUSED", { value = "BANNED" })
  show:next_show()
  show:start()
  expect(ana:press("apply")):is_refused("REFUSED", { value = "BANNED" })
  show:command("unban", "ana")
  ana:press("apply")
  expect(state_of(show, ana)):equals("applying")
  expect(show:command("unban", "ana")):is_refused("REFUSED", { value = "NOT_BANNED" })
end)

test("CH-09 mute all, but for those who are exempt", function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  stage.seat(show, ana, 1)
  stage.seat(show, bo, 2)
  show:command("exempt", 2)
  show.host:press("mute_all")
  expect(stage.leases(show)):equals { "1 ana v", "2 bo av" }
  expect(ana:press("mic")):is_refused("REFUSED", { value = "MIC_LOCKED" })
  stage.seat(show, cy, 3)
  expect(stage.leases(show)):contains("3 cy v")
  show.host:press("mute_all")
  ana:press("mic")
  expect(stage.leases(show)):contains("1 ana av")
end)

test("a move keeps the media: onto an empty seat, or in exchange", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  stage.seat(show, ana, 1)
  stage.seat(show, bo, 2)
  show:command("move", "1 4")
  expect(stage.leases(show)):equals { "2 bo av", "4 ana av" }
  show:command("move", "4 2")
  expect(stage.leases(show)):equals { "2 ana av", "4 bo av" }
  expect(ana:is_publishing()):equals(true)
  expect(bo:is_publishing()):equals(true)
  ana:enter("seat", 1)
  expect(stage.leases(show)):equals { "1 ana av", "4 bo av" }
  expect(ana:enter("seat", 4)):is_refused("REFUSED", { value = "OCCUPIED" })
  show:command("lock", 3)
  expect(ana:enter("seat", 3)):is_refused("REFUSED", { value = "LOCKED" })
  expect(show:command("move", "2 3")):is_refused("REFUSED", { value = "EMPTY_SEAT" })
  expect(show:command("move", "1 9")):is_refused("REFUSED", { value = "NO_SUCH_SEAT" })
end)

test("a move can be aborted or replace, as configured", { config = { move = "replace" } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  stage.seat(show, ana, 1)
  stage.seat(show, bo, 2)
  show:configure { move = "abort" }
  expect(show:command("move", "1 2")):is_refused("REFUSED", { value = "OCCUPIED" })
  show:configure { move = "replace" }
  show:command("move", "1 2")
  expect(stage.leases(show)):equals { "2 ana av" }
  expect(bo):shows("note_replaced")
  expect(bo:is_publishing()):equals(false)
  expect(ana:is_publishing()):equals(true)
end)

test("CH-11 a layout is prepared, looked at, and then live with a newer version", function(show)
  local ana = show:join("ana")
  show:start()
  stage.seat(show, ana)
  local before = ana:screen():find("seat")
  expect(before.layout):equals("grid")
  for _, layout in ipairs { "float", "featured", "two_side", "grid" } do
    local version = ana:screen():find("seat").version
    show.host:enter("layout", layout)
    expect(ana:screen():find("seat").version):equals(version)
    expect(show.host:screen():find("layout_" .. layout).layout):equals(layout)
    show.host:press("go_live-" .. show:state().draft.number)
    expect(ana:screen():find("seat").layout):equals(layout)
    expect(ana:screen():find("seat").version > version):equals(true)
  end
end)

test("CH-11 a press on a draft that was replaced changes nothing", function(show)
  show:start()
  show.host:enter("layout", "float")
  show.operator:enter("layout", "two_side")
  expect(show:command("go_live", 1)):is_refused("REFUSED", { value = "STALE_LAYOUT" })
  show:command("go_live", 2)
  expect(show:state().layout.name):equals("two_side")
  expect(show:command("go_live")):is_refused("REFUSED", { value = "STALE_LAYOUT" })
end)

test("CH-11 somebody is in front, and keeps the place when the connection breaks", function(show)
  local ana = show:join("ana")
  show:start()
  stage.seat(show, ana, 2)
  show.host:enter("select", 2)
  show.host:press(stage.button(show, "feature", 2))
  ana:drop()
  local seat = ana:screen():find("seat").seats[2]
  expect(seat.featured):equals(true)
  expect(seat.state):equals("suspended")
  ana:press("leave")
  expect(show:state().featured):is_nil()
end)

test("CH-16 the end takes every seat, whoever is on it", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  stage.seat(show, ana)
  bo:press("apply")
  show.operator:press("finish")
  expect(show:seats()):equals {}
  expect(ana:is_publishing()):equals(false)
  expect(bo):shows("over")
  show:start()
  stage.seat(show, ana)
  show:stop()
  expect(show:seats()):equals {}
  show:start()
  stage.seat(show, ana)
  show:next_show()
  expect(show:seats()):equals {}
  expect(show:timers()):equals {}
end)

test("CH-16 after a crash nothing leaks: who does not come back loses the seat", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  stage.seat(show, ana, 1)
  stage.seat(show, bo, 2)
  show:kill(5)
  expect(ana:is_publishing()):equals(false)
  expect(state_of(show, ana)):equals("suspended")
  ana:publish()
  show:advance(1)
  expect(state_of(show, ana)):equals("on-seat")
  show:advance(20)
  expect(stage.leases(show)):equals { "1 ana av" }
  expect(show:state().host_due):is_nil()                     -- the host came again
end)

test("CH-16 a lease that ran out while nobody ran is gone when somebody does", function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("apply")
  show:command("accept", 1)
  show:kill(60)
  expect(show:seats()):equals {}
end)

test("CH-17 who did what to whom is on the desk and in the journal", function(show)
  local ana = show:join("ana")
  show:start()
  stage.seat(show, ana)
  show.operator:command("mute", 1)
  show:command("kick", 1)
  expect(show.operator):shows("audit_mute", { who = "Operator", whom = "Ana", seat = 1 })
  expect(show.operator):shows("audit_kick", { who = "Host", whom = "Ana", seat = 1 })
  expect(show:log()):contains { level = "info", text = "kick: host -> ana, seat 1" }
  expect(show:log()):contains { level = "info", text = "accept: host -> ana, seat 1" }
end)

test("CH-19 an emergency cut takes one person off the air in one step", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  stage.seat(show, ana, 1)
  stage.seat(show, bo, 2)
  local before = #show:records()
  show.host:enter("select", 1)
  show.host:press(stage.button(show, "cut", 1))
  expect(#show:records() - before):equals(2)                 -- the choice of the seat, and the cut
  expect(ana:is_publishing()):equals(false)
  expect(bo:is_publishing()):equals(true)
  expect(stage.leases(show)):equals { "2 bo av" }
  expect(ana:enter("seat", 1)):is_refused("REFUSED", { value = "COOLING_DOWN" })
  expect(bo:enter("seat", 1)):is_refused("REFUSED", { value = "LOCKED" })
end)

test("CH-19 a press meant for somebody who is gone hits nobody else", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  stage.seat(show, ana, 1)
  show.host:enter("select", 1)
  local cut, left = nil, nil
  local button = stage.button(show, "cut", 1)
  show:together(function()
    left = ana:press("leave")
    cut = show.host:press(button)
  end)
  expect(cut):is_refused("NO_SUCH_ACTION")
  expect(left):is_accepted()
  stage.seat(show, bo, 1)
  expect(show.host:press(button)):is_refused("NO_SUCH_ACTION")
  expect(stage.leases(show)):equals { "1 bo av" }
end)
