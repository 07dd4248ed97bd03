---@meta
-- Written by `playhouse reference` from the tables in Sources/PluginContract.
--
-- A plugin begins with:
--
--   ---@type Plugin
--   local game = {}

---A person.
---@class Viewer
---@field user string Opaque, the same on all devices.
---@field name string Shown to others.

---A person who came or went.
---@class Visitor: Viewer
---@field role "viewer"|"host"|"operator"|"service"

---An answer that counts.
---@class Answer
---@field viewer Viewer
---@field value integer|string|boolean|nil What was entered; of a danmaku the phrase.
---@field position integer Among all answers of the plugin in this show, from 1.
---@field at number Seconds since the show began when it was taken, with milliseconds: of the log, whatever the viewer's clock says.
---@field message string? The danmaku it was found in.

---Something that was said.
---@class Danmaku
---@field message string Its id, as `chat.hide` takes it.
---@field viewer Viewer
---@field role "viewer"|"host"|"operator"|"service"
---@field text string

---What a host did.
---@class ModerationAct
---@field act "deleted"|"muted"|"unmuted"|"banned"|"unbanned"
---@field message string? The danmaku that was deleted, as an answer or a danmaku names it.
---@field user string? The person whom the other acts are about.
---@field ends number? When a mute ends, in seconds since the show began.

---A use of an element.
---@class Action
---@field viewer Viewer
---@field role "viewer"|"host"|"operator"|"service"
---@field name string The element's id.
---@field value integer|string|nil What the element yields.

---A wish of a host or operator.
---@class Command
---@field by Viewer
---@field role "host"|"operator"|"service"
---@field name string
---@field value integer|string|boolean|nil

---What came of a request to the host.
---@class Result
---@field id integer What the request returned.
---@field service "knowledge"|"webhook"
---@field value any The answer; nil when there is an error.
---@field error "TIMEOUT"|"UNAVAILABLE"|"REFUSED"|"FAILED"|"TOO_LARGE"|nil
---@field message string? For developers.

---A list of entrants that was fixed.
---@class Entrants
---@field hash string 64 hexadecimal digits, to be shown.
---@field count integer Entrants.
---@field tickets integer Of all of them.

---What was secret, and what followed from it.
---@class Reveal
---@field number integer Of the commitment, among those of the plugin in the show.
---@field commitment string As it was shown.
---@field secret string 64 hexadecimal digits.
---@field rules string What was committed to: JSON with sorted names.
---@field ranking string[]? Ids, the first place first; nil without a draw.
---@field rolls integer[]? A number for each place, where `sides` asked for it.
---@field hash string? Of the entrants.
---@field count integer? Of the entrants.
---@field input string? The public input, empty for none.

---What is to be done about a line: the value of a search.
---@class Finding
---@field band "answer"|"handover"|"ignore" By the shop's own rules and the score.
---@field rule "injection"|"spam"|"complaint"|"order"|"price"|nil The rule that held the line; then it is never answered.
---@field question boolean Whether the line asks something.
---@field score number How probable it is that the first entry is right, 0 to 1.
---@field margin number By how much the first entry is more probable than the second.
---@field entries Entry[] The best ones, best first.
---@field words string? The first entry's answer in the words of a model that says nothing else.
---@field kept string? Why the model's words were not taken.
---@field edition string Changes whenever anything in the shop's folder does.

---A question with the answer that the merchant approved.
---@class Entry
---@field id string
---@field version string Changes with the texts.
---@field question string
---@field answer string
---@field product string? Nil for the whole shop.
---@field category string
---@field language string Such as `"zh"`.

---A thing on sale.
---@class Product
---@field id string
---@field title table<string, string> Per locale.
---@field image string A URL.
---@field currency string ISO 4217.
---@field priceMinor integer? In minor units; nil under an embargo.

---A place on the leaderboard.
---@class Rank: Viewer
---@field rank integer From 1; equals share it.
---@field points integer

---What became of what is sent from a seat.
---@class Media
---@field seat integer Its number.
---@field viewer Viewer Who has the seat.
---@field up boolean Whether it arrives.
---@field reason "lost"|"restart"|"banned"|nil Why it does not: it broke off, the server was started again, or the person was banned from the room, whether something was sent or not.

---A seat that somebody has.
---@class Seat: Viewer
---@field seat integer Its number.
---@field lease integer Tells this grant from those before it; stays when the person moves or is muted.
---@field audio boolean Whether sound may be sent from it.
---@field video boolean Whether a picture may be sent from it.
---@field screen boolean Whether a screen may be sent from it.

---What `main.lua` returns: hooks, all of them optional.
---@class Plugin
---@field on_start? fun(room: Room) A host, an operator or a service started it.
---@field on_ending? fun(room: Room) Somebody wants to stop it. Once in a run, before `on_stop`.
---@field on_stop? fun(room: Room) It is being stopped.
---@field on_join? fun(room: Room, people: Visitor[]) People came.
---@field on_leave? fun(room: Room, people: Visitor[]) People went: their last connection closed.
---@field on_danmaku? fun(room: Room, batch: Danmaku[]) Danmaku were said.
---@field on_moderated? fun(room: Room, acts: ModerationAct[]) Hosts deleted danmaku, muted or banned people, or took that back.
---@field on_action? fun(room: Room, action: Action) Somebody used an element that no collector listens to.
---@field on_timer? fun(room: Room, name: string) A timer ran out.
---@field on_command? fun(room: Room, command: Command) A host or operator sent a command.
---@field on_collected? fun(room: Room, name: string, batch: Answer[]) A collector took answers.
---@field on_result? fun(room: Room, result: Result) A request to the host was answered, or was not in time.
---@field on_revealed? fun(room: Room, name: string, reveal: Reveal) A secret that was committed to is revealed, with the outcome of its draw.
---@field on_media? fun(room: Room, media: Media) What is sent from a seat began to arrive, or broke off.
---@field on_migrate? fun(room: Room, from: string) This version takes over the state of version `from`, which `migrations` names.

---The only door to the room.
---@class Room
---@field state table Survives everything: plain data, tracked.
---@field config table<string, any> The configuration of this run; read-only.
---@field now number Seconds of show time; stands still during a call.
---@field panel Room.panel
---@field collect Room.collect
---@field timers Room.timers
---@field prizes Room.prizes
---@field chat Room.chat
---@field presence Room.presence
---@field products Room.products
---@field leaderboard Room.leaderboard
---@field kv Room.kv
---@field seats Room.seats
---@field fairness Room.fairness
---@field knowledge Room.knowledge
---@field webhook Room.webhook
---@field show Room.show
local Room = {}

---Writes a line into the record of this call, and into the server's log.
---
---In every hook.
---@param level "debug"|"info"|"warning"|"error"
---@param text string
function Room.log(level, text) end

---Answers whoever acted with the code `REFUSED` and this reason.
---What the call has done stands all the same; of several reasons the first is told.
---
---In `on_action`, `on_command`.
---@param reason string A key of the texts.
function Room.refuse(reason) end

---Puts off the stop: the run goes on until `room.finish()`, or until somebody stops it once more.
---Whoever stopped it is answered as if it had been stopped.
---
---In `on_ending`.
function Room.linger() end

---Ends the run after this handler.
---Panels stay until the next start or stop; timers and collectors are gone, and what was reserved and not granted is back in its pool.
---
---In every hook but `on_stop`, `on_migrate`.
function Room.finish() end

---@class Room.panel
local panel = {}

---Shows a view tree on a surface, in place of what it showed.
---Who comes later sees it too. With `picture`, which is for `"viewer"` alone, it keeps the moment of the first such show until one without it.
---
---Capability `panel`; in every hook but `on_stop`.
---@param surface "viewer"|"host"|"operator" One that the manifest names in `surfaces`.
---@param view table A list of elements.
---@param options? { picture?: boolean }
function panel.show(surface, view, options) end

---Tells where the live video is.
---
---Capability `panel`; in every hook.
---@return number? # Seconds of stream time, as the call began; nil while there is no picture.
function panel.picture() end

---Shows nothing on a surface.
---
---Capability `panel`; in every hook but `on_stop`.
---@param surface "viewer"|"host"|"operator" One that the manifest names in `surfaces`.
function panel.hide(surface) end

---Overrides attributes of elements of the viewer panel for one viewer.
---This is how a screen depends on the viewer. A patch goes with its element.
---
---Capability `panel`; in every hook but `on_stop`.
---@param viewer Viewer
---@param elements table From element id to attributes: `{ guess = { locked = 4900 } }`.
function panel.patch(viewer, elements) end

---Opens a collector: one answer per viewer to the element of this name.
---Answers are judged without Lua and handed over in batches by `on_collected`.
---
---Capability `collect`; in every hook but `on_stop`, `on_migrate`.
---@class Room.collect
---@overload fun(name: string, options?: { keep?: "first"|"last", staff?: boolean, timer?: string, allowance?: number })
local collect = {}

---Closes a collector; what comes later is answered `LATE`.
---
---Capability `collect`; in every hook but `on_stop`, `on_migrate`.
---@param name string
function collect.close(name) end

---@class Room.timers
local timers = {}

---Sets or resets a timer in show time; it calls `on_timer` once.
---It survives a restart of the server, and fires at once if it fell due meanwhile.
---
---Capability `timers`; in every hook but `on_stop`, `on_migrate`.
---@param name string
---@param seconds number
function timers.set(name, seconds) end

---Cancels a timer.
---
---Capability `timers`; in every hook but `on_stop`, `on_migrate`.
---@param name string
function timers.cancel(name) end

---@class Room.prizes
local prizes = {}

---Tells how much of a pool can be reserved.
---
---Capability `prizes`; in every hook.
---@param pool string A pool of the show.
---@return integer # Units that can be reserved.
function prizes.left(pool) end

---Takes prizes out of a pool.
---
---Capability `prizes`; in every hook but `on_stop`, `on_migrate`.
---@param pool string A pool of the show.
---@param count integer
---@return boolean # False when there are not enough; then nothing is taken.
function prizes.reserve(pool, count) end

---Gives reserved prizes to a viewer.
---Once, whatever happens: it is a row of the ledger.
---
---Capability `prizes`; in every hook but `on_migrate`.
---@param pool string A pool of the show.
---@param viewer Viewer
---@param count? integer 1 unless given.
function prizes.grant(pool, viewer, count) end

---Returns to a pool what is reserved and not granted.
---
---Capability `prizes`; in every hook but `on_migrate`.
---@param pool string A pool of the show.
function prizes.release(pool) end

---Tells how many units of a pool this plugin has granted a viewer in this show, in all its runs.
---
---Capability `prizes`; in every hook.
---@param pool string A pool of the show.
---@param viewer Viewer
---@return integer # 0 for who has none.
function prizes.granted(pool, viewer) end

---@class Room.chat
---@field collect Room.chat.collect
local chat = {}

---Speaks in the chat.
---
---Capability `chat`; in every hook but `on_migrate`.
---@param text string A key of the plugin's locale files.
---@param args? table What stands for `{name}` in it.
function chat.say(text, args) end

---Takes a danmaku off every screen.
---
---Capability `chat`; in every hook but `on_migrate`.
---@param message string The id of a danmaku.
function chat.hide(message) end

---Opens a collector that takes danmaku which equal or contain a phrase.
---`on_collected` is told the phrase as `value`, and the danmaku's id as `message`. Names are shared with `collect`.
---
---Capability `chat`; in every hook but `on_stop`, `on_migrate`.
---@class Room.chat.collect
---@overload fun(name: string, phrases: string|string[], options?: { match?: "equal"|"contains", keep?: "first"|"last", staff?: boolean })
local chat_collect = {}

---Closes a collector of phrases.
---
---Capability `chat`; in every hook but `on_stop`, `on_migrate`.
---@param name string
function chat_collect.close(name) end

---@class Room.presence
local presence = {}

---Tells how many people are in the room.
---
---Capability `presence`; in every hook.
---@return integer # Distinct people, as the call began.
function presence.count() end

---@class Room.products
local products = {}

---Tells the products of the show, as they were when the run began.
---
---Capability `products`; in every hook.
---@return Product[] # In the order of the show.
function products.list() end

---Tells one product of the show.
---
---Capability `products`; in every hook.
---@param id string
---@return Product? # Nil when the show has no such product.
function products.get(id) end

---Pins a product on air: it becomes the room's state `product`.
---The one that was pinned last is shown, by whichever plugin. A stop unpins it.
---
---Capability `products`; in every hook but `on_stop`, `on_migrate`.
---@param id string A product of the show.
function products.pin(id) end

---Takes back what this plugin pinned.
---
---Capability `products`; in every hook but `on_migrate`.
function products.unpin() end

---Tells which product is on air, whichever plugin pinned it.
---
---Capability `products`; in every hook.
---@return string? # Its id, as the call began.
function products.on_air() end

---Keeps the price of a product from everybody else.
---Until it is lifted or the run ends, it is nil for other plugins, hidden on the panels that they show, and not told with the product on air.
---
---Capability `products`; in every hook but `on_stop`, `on_migrate`.
---@param id string A product of the show.
function products.embargo(id) end

---Ends an embargo of this plugin.
---
---Capability `products`; in every hook but `on_migrate`.
---@param id string A product of the show.
function products.lift(id) end

---@class Room.leaderboard
local leaderboard = {}

---Adds points, or takes some away when they are negative.
---Points belong to a run. An element `leaderboard` shows them.
---
---Capability `leaderboard`; in every hook but `on_stop`, `on_migrate`.
---@param viewer Viewer
---@param points integer
function leaderboard.add(viewer, points) end

---Tells who has most points.
---
---Capability `leaderboard`; in every hook.
---@param count? integer 10 unless given.
---@return Rank[] # Most points first; who had them first is first, and shares the rank.
function leaderboard.top(count) end

---Tells the points of one viewer.
---
---Capability `leaderboard`; in every hook.
---@param viewer Viewer
---@return integer # 0 for who has none.
function leaderboard.points(viewer) end

---Forgets all points.
---
---Capability `leaderboard`; in every hook but `on_stop`, `on_migrate`.
function leaderboard.reset() end

---@class Room.kv
local kv = {}

---Tells what is kept under a key.
---
---Capability `kv`; in every hook.
---@param key string
---@return any # Nil when nothing is kept.
function kv.get(key) end

---Keeps a value for later runs, also of later shows of this room.
---All values of a plugin together have at most 16 KiB of JSON.
---
---Capability `kv`; in every hook.
---@param key string
---@param value? any Nil forgets the key.
function kv.set(key, value) end

---@class Room.seats
local seats = {}

---Gives a person a seat, and says what may be sent from it.
---Who had the seat loses it; who had another one moves. Granted again to the same person it mutes or unmutes. All seats of a run are taken back when it ends or is paused.
---
---Capability `seats`; in every hook but `on_stop`, `on_migrate`.
---@param seat integer
---@param viewer Viewer
---@param options? { audio?: boolean, video?: boolean, screen?: boolean }
function seats.grant(seat, viewer, options) end

---Takes a seat back: what is sent from it is cut at once.
---
---Capability `seats`; in every hook but `on_migrate`.
---@param seat integer
function seats.revoke(seat) end

---Lets the people of two seats change places.
---What they send goes on. One of the seats may be empty.
---
---Capability `seats`; in every hook but `on_stop`, `on_migrate`.
---@param seat integer
---@param other integer
function seats.swap(seat, other) end

---Tells who has which seat.
---
---Capability `seats`; in every hook.
---@return Seat[] # By number.
function seats.list() end

---@class Room.fairness
local fairness = {}

---Commits to rules and to a new secret of the host, before anybody takes part.
---The commitment gives neither away. Nobody sees the secret before it is revealed, the plugin included. One in a call of a hook. What is never revealed is counted as abandoned.
---
---Capability `fairness`; in every hook but `on_stop`, `on_migrate`.
---@param name string
---@param rules any What must not change from here on: prizes, weights, a price to guess.
---@return string # The commitment, 64 hexadecimal digits, to be shown.
function fairness.commit(name, rules) end

---Fixes who takes part in a draw, with how many tickets.
---The host sorts and hashes the list, and tells its hash in public.
---
---Capability `fairness`; in every hook but `on_stop`, `on_migrate`.
---@param name string
---@param entrants table A list of ids, or a table from id to tickets; 0 leaves somebody out.
---@return Entrants # What is published of the list before the draw.
function fairness.freeze(name, entrants) end

---Draws among the entrants, and reveals the secret; `on_revealed` is told both.
---The request is durable before the secret is used, so that it cannot be taken back when the outcome displeases. Each ticket has the same chance; nobody has two places.
---
---Capability `fairness`; in every hook but `on_stop`, `on_migrate`.
---@param name string
---@param options? { count?: integer, input?: string, sides?: integer }
function fairness.draw(name, options) end

---Reveals the secret of a commitment without a draw; `on_revealed` is told.
---Not once entrants are fixed: then there is a draw.
---
---Capability `fairness`; in every hook but `on_stop`, `on_migrate`.
---@param name string
function fairness.reveal(name) end

---Tells the SHA-256 of a value.
---
---Capability `fairness`; in every hook.
---@param value any
---@return string # 64 hexadecimal digits: of a text its SHA-256, of anything else that of its JSON with sorted names.
function fairness.hash(value) end

---Tells how many commitments were given up without being revealed.
---
---Capability `fairness`; in every hook.
---@return integer # In this show, by this plugin.
function fairness.abandoned() end

---@class Room.knowledge
local knowledge = {}

---Looks for entries of the shop's knowledge; `on_result` is told a `Finding`.
---2 seconds unless said otherwise.
---
---Capability `knowledge`; in every hook but `on_stop`, `on_migrate`.
---@param text string
---@param options? { limit?: integer, product?: string, words?: boolean, seconds?: number }
---@return integer # The request's id, which `on_result` repeats.
function knowledge.search(text, options) end

---@class Room.webhook
local webhook = {}

---Sends a signed message to a URL of the shop; `on_result` is told the answer.
---5 seconds unless said otherwise. It may arrive twice, with the same key.
---
---Capability `webhook`; in every hook but `on_stop`, `on_migrate`.
---@param hook string One that the operator configured.
---@param body any
---@param options? { seconds?: number }
---@return integer # The request's id, which `on_result` repeats.
function webhook.send(hook, body, options) end

---@class Room.show
local show = {}

---Tells which show of the room this is.
---
---In every hook.
---@return string # The same in all runs of one show.
function show.id() end
