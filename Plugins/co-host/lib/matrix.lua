-- Who may do what (CH-10). Ranks, from high to low: owner, admin, host, guest (who has a seat), viewer.
local matrix = {}

local RANKS = { viewer = 0, guest = 1, host = 2, admin = 3, owner = 4 }

-- Whether a rank may, in the order of the columns.
local COLUMNS = { "owner", "admin", "host", "guest", "viewer" }
local MATRIX = {
  apply         = "- - - - x",
  cancel        = "- - - - x",
  accept_invite = "x x x - x",
  decline       = "x x x - x",
  leave         = "x x x x -",
  mic           = "x x x x -",
  camera        = "x x x x -",
  screen        = "x x x x -",
  unmute_yes    = "x x x x -",
  unmute_no     = "x x x x -",
  accept        = "x x x - -",
  reject        = "x x x - -",
  first         = "x x x - -",
  invite        = "x x x - -",
  uninvite      = "x x x - -",
  kick          = "x x x - -",
  cut           = "x x x - -",
  mute          = "x x x - -",
  ask_unmute    = "x x x - -",
  lock          = "x x x - -",
  unlock        = "x x x - -",
  close         = "x x x - -",
  audio_lock    = "x x x - -",
  video_lock    = "x x x - -",
  screen_lock   = "x x x - -",
  audio_only    = "x x x - -",
  feature       = "x x x - -",
  move          = "x x x x -",
  select        = "x x x - -",
  layout        = "x x x - -",
  go_live       = "x x x - -",
  mute_all      = "x x x - -",
  exempt        = "x x - - -",
  ban           = "x x - - -",
  unban         = "x x - - -",
  seats         = "x x - - -",
  mode          = "x x - - -",
  hand_over     = "x - - - -",
  finish        = "x x - - -",
}

-- What is done to a person, and needs a higher rank than that person has.
local NEEDS_RANK = { kick = true, mute = true, close = true, ban = true, audio_lock = true, video_lock = true }

function matrix.knows(act) return MATRIX[act] ~= nil end

function matrix.allows(act, rank)
  local column = 0
  for mark in MATRIX[act]:gmatch("%S") do
    column = column + 1
    if COLUMNS[column] == rank then return mark == "x" end
  end
  return false
end

-- Whether somebody may do it to somebody of that rank. An emergency cut asks for no rank: it cannot wait.
function matrix.reaches(act, rank, target)
  return not NEEDS_RANK[act] or RANKS[rank] > RANKS[target]
end

-- Every act with what each rank may, for tests.
function matrix.rows()
  local rows = {}
  for act in pairs(MATRIX) do
    rows[act] = {}
    for _, rank in ipairs(COLUMNS) do rows[act][rank] = matrix.allows(act, rank) end
  end
  return rows
end

return matrix
