-- Who may do what. The rule book's id is CH-10.
local matrix = require "lib.matrix"
local stage = require "tests.helpers.stage"

given { config = { seats = 4, owner = "host" } }

test("CH-10 the whole matrix", function(show)
  local staff_only = { "accept", "reject", "first", "invite", "uninvite", "kick", "cut", "mute", "ask_unmute", "lock",
    "unlock", "close", "audio_lock", "video_lock", "screen_lock", "audio_only", "feature", "select", "layout", "go_live",
    "mute_all" }
  local rows = matrix.rows()
  for _, act in ipairs(staff_only) do
    expect(rows[act]):equals { owner = true, admin = true, host = true, guest = false, viewer = false }
  end
  for _, act in ipairs { "exempt", "ban", "unban", "seats", "mode", "finish" } do
    expect(rows[act]):equals { owner = true, admin = true, host = false, guest = false, viewer = false }
  end
  expect(rows.hand_over):equals { owner = true, admin = false, host = false, guest = false, viewer = false }
  for _, act in ipairs { "apply", "cancel" } do
    expect(rows[act]):equals { owner = false, admin = false, host = false, guest = false, viewer = true }
  end
  for _, act in ipairs { "leave", "mic", "camera", "screen", "unmute_yes", "unmute_no", "move" } do
    expect(rows[act]):equals { owner = true, admin = true, host = true, guest = true, viewer = false }
  end
end)

test("CH-10 nobody reaches somebody of the same or a higher rank, but to cut", function(show)
  for _, act in ipairs { "kick", "mute", "close", "ban" } do
    expect(matrix.reaches(act, "host", "guest")):equals(true)
    expect(matrix.reaches(act, "host", "host")):equals(false)
    expect(matrix.reaches(act, "host", "admin")):equals(false)
    expect(matrix.reaches(act, "admin", "owner")):equals(false)
    expect(matrix.reaches(act, "owner", "admin")):equals(true)
  end
  expect(matrix.reaches("cut", "host", "owner")):equals(true)
end)

test("CH-10 every refusal has a code that both languages explain", function(show)
  local ana = show:join("ana")
  show:start()
  expect(show.host:press("apply")):is_refused("REFUSED", { value = "NOT_ALLOWED" })
  stage.seat(show, ana)
  expect(ana:enter("seat", 9)):is_refused("BAD_REQUEST")
  expect(ana:press("mode")):is_refused("NO_SUCH_ACTION")
  expect(show:command("kick", 4)):is_refused("REFUSED", { value = "EMPTY_SEAT" })
  expect(show:command("lock", 9)):is_refused("REFUSED", { value = "NO_SUCH_SEAT" })
  expect(show:command("apply")):is_refused("REFUSED", { value = "NO_SUCH_COMMAND" })
  expect(show:command("dance")):is_refused("REFUSED", { value = "NO_SUCH_COMMAND" })
  expect(show.operator:command("hand_over", "host")):is_refused("REFUSED", { value = "NOT_ALLOWED" })
end)

test("CH-10 another host than the owner has less to say", { config = { owner = "mei" } }, function(show)
  local ana = show:join("ana")
  show:start()
  stage.seat(show, ana)
  expect(show:command("seats", 3)):is_refused("REFUSED", { value = "NOT_ALLOWED" })
  expect(show:command("ban", 1)):is_refused("REFUSED", { value = "NOT_ALLOWED" })
  expect(show:command("hand_over", "operator")):is_refused("REFUSED", { value = "NOT_ALLOWED" })
  show:command("mute", 1)
  show.operator:command("seats", 3)
  expect(stage.leases(show)):equals { "1 ana v" }
end)
