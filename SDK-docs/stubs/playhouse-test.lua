---@meta
-- Written by `playhouse reference` from the test library in Sources/Workshop/Lua.

---What somebody was answered. A refusal that the test does not look at fails it.
---@class Answer
---@field ok boolean Whether it was taken.
---@field error string? The code of the refusal, such as `"LATE"`; `"LOST"` when the server died before it answered.
---@field message string? What the refusal says.
---@field value any The recorded value.
---@field position integer? Its place in the log, among all answers.
---@field retry_after number? Seconds after which to try again.
local Answer = {}

---What somebody sees on a panel: a list of elements, each with `kind`, `id`, `text`, `label`, `value`, `locked` and what else it
---has.
---@class Screen
---@field [integer] table<string, any>
---@field picture? table<string, integer> The moment of the live video at which viewers see it: `at`, `since`, `waitMilliseconds`.
local Screen = {}

---Finds the first element whose kind, id, text or label is this, be it inside of another one.
---@param what string
---@return table<string, any>? # Nil when there is none.
function Screen:find(what) end

---Tells what it reads like, one line an element.
---@param locale? string `"en"` unless given.
---@return string[]
function Screen:lines(locale) end

---Somebody in the room, on one device.
---@class Guest
---@field user string
---@field name string
---@field role "viewer"|"host"|"operator"
local Guest = {}

---Uses an input of a panel.
---@param name string The element's id.
---@param value any What the element yields; nothing for a button.
---@param delay? number Seconds by which the viewer's page says that it showed the question later, with the picture.
---@return Answer
function Guest:enter(name, value, delay) end

---Presses a button of a panel.
---@param name string The element's id.
---@return Answer
function Guest:press(name) end

---Says something in the chat.
---@param text string
---@return Answer
function Guest:say(text) end

---Taps likes.
---@param count? integer 1 unless given.
---@return Answer
function Guest:like(count) end

---Goes away, with this device.
function Guest:leave() end

---Comes back, with this device.
function Guest:join() end

---Begins to send sound and picture from the own seat, with this device; refused with `FORBIDDEN` without a seat.
---@return Answer
function Guest:publish() end

---What this device sends breaks off.
function Guest:drop() end

---Tells whether what this device sends is taken: it is cut when the seat is lost.
---@return boolean
function Guest:is_publishing() end

---Joins with a further device.
---@return Guest
function Guest:another_device() end

---Tells what this person sees on this device.
---@param surface? "viewer"|"host"|"operator" The panel of the own role unless given.
---@return Screen
function Guest:screen(surface) end

---Tells how many units of a pool this person was granted.
---@param pool string
---@return integer
function Guest:granted(pool) end

---Tells what the room says to this person alone of prizes: units by pool, as `ana:granted` has them one by one.
---@return table<string, integer>
function Guest:prizes() end

---Tells how many points this person has on the leaderboard.
---@return integer
function Guest:points() end

---Starts the plugin; for a host or operator.
---@param config? table What differs from the configuration of the show.
---@return Answer
function Guest:start(config) end

---Stops the plugin; for a host or operator.
---@return Answer
function Guest:stop() end

---Gives the plugin a command; for a host or operator.
---@param name string
---@param value any
---@return Answer
function Guest:command(name, value) end

---Changes the configuration of the run; for a host or operator.
---@param config table
---@return Answer
function Guest:configure(config) end

---Deletes a danmaku; for a host or operator.
---@param message string Its id, as the answer of `say` names it in `message`.
---@return Answer
function Guest:delete(message) end

---Mutes somebody; for a host or operator.
---@param other Guest
---@param seconds integer
---@return Answer
function Guest:mute(other, seconds) end

---Takes a mute back; for a host or operator.
---@param other Guest
---@return Answer
function Guest:unmute(other) end

---Bans somebody; for a host or operator.
---@param other Guest
---@return Answer
function Guest:ban(other) end

---Takes a ban back; for a host or operator.
---@param other Guest
---@return Answer
function Guest:unban(other) end

---A show with one plugin, on a clock that the test moves. Every test has one of its own.
---@class Show
---@field host Guest Somebody who runs the show; there from the beginning.
---@field operator Guest Somebody at the desk; comes when first used.
local Show = {}

---Lets viewers join.
---@param ... string|{ user: string, name?: string } Ids; the name is the id with a capital unless given.
---@return Guest ... One for each.
function Show:join(...) end

---Lets many viewers join: `u1`, `u2` and so on.
---@param count integer
---@param prefix? string Instead of `u`.
---@return Guest[]
function Show:crowd(count, prefix) end

---Starts the plugin, by the host.
---@param config? table What differs from the configuration of the show.
---@return Answer
function Show:start(config) end

---Stops the plugin, by the host.
---@return Answer
function Show:stop() end

---Gives the plugin a command, by the host.
---@param name string
---@param value any
---@return Answer
function Show:command(name, value) end

---Changes the configuration of the run, by the host.
---@param config table
---@return Answer
function Show:configure(config) end

---Lets time pass. Timers fire at their moment.
---@param seconds number
function Show:advance(seconds) end

---Puts live video on, or ends it. It goes on with the time of the show.
---@param seconds? number Where it is in stream time; nothing ends it.
function Show:picture(seconds) end

---Tells the show time in seconds, as `room.now` does.
---@return number
function Show:now() end

---Lets everything that is asked for in a function arrive at once: in one turn of the room, and as one batch for the plugin. What is
---answered is known afterwards.
---@param body fun()
function Show:together(body) end

---Kills the server as `kill -9` does, and lets another one take over from the journal. Who was there comes back.
---@param seconds? number How long nobody runs; 0 unless given.
function Show:kill(seconds) end

---Lets the server die when so many more records are durable and nobody was told of the last of them.
---@param records integer
function Show:kill_after(records) end

---Ends this show and begins the next one in the same room. What `room.kv` keeps is there again.
function Show:next_show() end

---Tells whether the plugin is `"idle"`, `"running"` or `"paused"`.
---@return "idle"|"running"|"paused"
function Show:status() end

---Tells `room.state`, a copy.
---@return table
function Show:state() end

---Tells `room.config` of the run.
---@return table<string, any>
function Show:config() end

---Tells the timers that are set, with the seconds that each has left.
---@return table<string, number>
function Show:timers() end

---Tells who was granted units of a pool, in the order of the ledger.
---@param pool string
---@return string[] # Ids of viewers, once for each unit.
function Show:granted(pool) end

---Tells how many units of a pool can be reserved.
---@param pool string
---@return integer
function Show:left(pool) end

---Tells how many units of a pool the plugin has reserved and not granted.
---@param pool string
---@return integer
function Show:reserved(pool) end

---Tells the rows of the ledger.
---@return { sequence: integer, index: integer, pool: string, kind: "reserve"|"grant"|"release", user: string?, count: integer }[]
function Show:ledger() end

---Tells the public events: `started`, `granted`, `said` and so on.
---@param name? string Only those of this name.
---@return { name: string, from: string, offset: integer, data: table }[]
function Show:events(name) end

---Tells what the plugin said in the chat.
---@return { text: string, args: table }[]
function Show:said() end

---Tells the danmaku that everybody was shown.
---@return { message: string, user: string, name: string, role: string, text: string }[]
function Show:chat() end

---Tells what the plugin asked for, as the records have it.
---@param path? string Only calls of this host function, such as `"timers.set"`.
---@return table[]
function Show:effects(path) end

---Tells the kinds of the records: `on_start`, `answered`, `on_collected`, `fault` and so on.
---@return string[]
function Show:records() end

---Tells the calls of the plugin that failed. A fault that the test does not look at fails it.
---@return { hook: string, kind: string, message: string, trace: string }[]
function Show:faults() end

---Tells what the plugin wrote with `room.log`.
---@return { level: string, text: string }[]
function Show:log() end

---Tells the requests to services that wait for an answer.
---@return { id: integer, service: "knowledge"|"webhook", parameters: table }[]
function Show:requests() end

---Answers a request to a service.
---@param request integer Its id.
---@param value any
function Show:respond(request, value) end

---Lets a request to a service fail.
---@param request integer Its id.
---@param code "TIMEOUT"|"UNAVAILABLE"|"REFUSED"|"FAILED"|"TOO_LARGE"
function Show:fail_request(request, code) end

---Tells the leaderboard, most points first.
---@return { rank: integer, user: string, name: string, points: integer }[]
function Show:leaderboard() end

---Tells who has which seat.
---@return { seat: integer, user: string, name: string, audio: boolean, video: boolean, screen: boolean, lease: integer }[]
function Show:seats() end

---Tells what `room.kv` keeps.
---@return table<string, any>
function Show:kept() end

---Tells the product on air.
---@return table?
function Show:on_air() end

---Something that a test has an opinion about.
---@class Expectation
local Expectation = {}

---Is equal, tables by what is in them.
---@param expected any
function Expectation:equals(expected) end

---Is not equal.
---@param other any
function Expectation:differs_from(other) end

---Is nil.
function Expectation:is_nil() end

---Is neither nil nor false.
function Expectation:is_there() end

---Is a number between two others, or equal to one of them.
---@param low number
---@param high number
function Expectation:is_between(low, high) end

---Has so many elements, or characters.
---@param count integer
function Expectation:has_length(count) end

---Holds a text, an element, or a table with these fields.
---@param part any
function Expectation:contains(part) end

---Does not hold a text, an element, or a table with these fields.
---@param part any
function Expectation:lacks(part) end

---Is a text that a Lua pattern finds something in.
---@param pattern string
function Expectation:matches(pattern) end

---Is an answer that was taken.
---@param fields? table What the answer must have, such as `{ position = 1 }`.
function Expectation:is_accepted(fields) end

---Is an answer that was refused.
---@param code string Such as `"LATE"`.
---@param fields? table What the answer must have besides, such as `{ value = 4900 }`.
function Expectation:is_refused(code, fields) end

---Is somebody, or a screen, that shows an element.
---@param what string|table Its kind, id, text or label; or a table of fields that it must have.
---@param fields? table Fields or arguments that it must have besides.
function Expectation:shows(what, fields) end

---Is somebody, or a screen, that shows no such element.
---@param what string|table Its kind, id, text or label; or a table of fields that it must not have.
---@param fields? table Fields or arguments.
function Expectation:hides(what, fields) end

---Is a function that fails with a message that a pattern finds something in.
---@param pattern? string
function Expectation:fails(pattern) end

---Says what is expected of a value, an answer, or somebody in the room.
---@param actual any
---@return Expectation
function expect(actual) end

---Says what every show of this file begins with.
---@param plan { config?: table, pools?: table<string, integer>, products?: { id: string, price: integer, title?: table<string, string>, currency?: string }[], slow?: integer, blocked?: string }
function given(plan) end

---Says what happens before every test of this file.
---@param body fun(show: Show)
function before(body) end

---@class TestFunction
---@overload fun(name: string, body: fun(show: Show))
---@overload fun(name: string, plan: table, body: fun(show: Show))
test = {}

---Leaves a test out, and says so in the report.
---@param name string
---@param ... any The test as it was.
function test.skip(name, ...) end
