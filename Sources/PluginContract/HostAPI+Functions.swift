// The rows of the table. A function that outlives the run may be called in `on_stop`, where
// everything else is cleared right afterwards; `on_migrate` brings state and panels up to date and
// plays no part of the game.
extension HostAPI {
    private static let everywhere = Hook.allCases
    private static let whileRunning = Hook.allCases.filter { $0 != .stop && $0 != .migrate }
    private static let untilStop = Hook.allCases.filter { $0 != .stop }
    private static let outliving = Hook.allCases.filter { $0 != .migrate }

    private static let name = HostParameter("name", .name)
    private static let pool = HostParameter("pool", .name, "A pool of the show.")
    private static let viewer = HostParameter("viewer", .viewer)
    private static let surface = HostParameter(
        "surface", .choice(PanelSurface.allCases.map(\.rawValue)),
        "One that the manifest names in `surfaces`.")
    private static let count = HostParameter.Kind.integer(1...1_000_000)
    private static let seconds = HostParameter(
        "seconds", .number(HostRequest.Limit.seconds), isOptional: true,
        "After which `on_result` is told `TIMEOUT`.")
    private static let collecting: [HostParameter] = [
        HostParameter(
            "keep", .choice(CollectorKeep.allCases.map(\.rawValue)), isOptional: true,
            "Which answer of a viewer counts; `\"first\"` unless said otherwise."),
        HostParameter(
            "staff", .boolean, isOptional: true, "Whether hosts and operators take part too."),
    ]

    static let panelFunctions: [Function] = [
        Function(
            "panel.show", .panel, in: untilStop,
            [
                surface, HostParameter("view", .table, "A list of [elements](panel.md)."),
                HostParameter(
                    "options",
                    .options([
                        HostParameter(
                            "picture", .boolean, isOptional: true,
                            "Whether viewers see it with its frame of the live video.")
                    ]), isOptional: true),
            ],
            "Shows a view tree on a surface, in place of what it showed.",
            "Who comes later sees it too. With `picture`, which is for `\"viewer\"` alone, it keeps the"
                + " moment of the first such show until one without it."),
        Function(
            "panel.picture", .panel, in: everywhere,
            returns: Return(
                "number?",
                "Seconds of stream time, as the call began; nil while there is no picture."),
            isRead: true,
            "Tells where the live video is."),
        Function(
            "panel.hide", .panel, in: untilStop, [surface], "Shows nothing on a surface."),
        Function(
            "panel.patch", .panel, in: untilStop,
            [
                viewer,
                HostParameter(
                    "elements", .table,
                    "From element id to attributes: `{ guess = { locked = 4900 } }`."
                ),
            ],
            "Overrides attributes of elements of the viewer panel for one viewer.",
            "This is how a screen depends on the viewer. A patch goes with its element."),
    ]

    static let collectorFunctions: [Function] = [
        Function(
            "collect", .collect, in: whileRunning,
            [
                name,
                HostParameter(
                    "options",
                    .options(
                        collecting + [
                            HostParameter(
                                "timer", .name, isOptional: true,
                                "When it has fired, answers are late, but for the `allowance`."),
                            HostParameter(
                                "allowance", .number(0...3), isOptional: true,
                                "Seconds that a viewer has longer at most: as much as the question came"
                                    + " later to them, with the picture."),
                        ]), isOptional: true),
            ],
            "Opens a collector: one answer per viewer to the element of this name.",
            "Answers are judged without Lua and handed over in batches by `on_collected`."),
        Function(
            "collect.close", .collect, in: whileRunning, [name],
            "Closes a collector; what comes later is answered `LATE`."),
    ]

    static let timerFunctions: [Function] = [
        Function(
            "timers.set", .timers, in: whileRunning,
            [name, HostParameter("seconds", .number(0.1...86_400))],
            "Sets or resets a timer in show time; it calls `on_timer` once.",
            "It survives a restart of the server, and fires at once if it fell due meanwhile."),
        Function("timers.cancel", .timers, in: whileRunning, [name], "Cancels a timer."),
    ]

    static let prizeFunctions: [Function] = [
        Function(
            "prizes.left", .prizes, in: everywhere, [pool],
            returns: Return("integer", "Units that can be reserved."), isRead: true,
            "Tells how much of a pool can be reserved."),
        Function(
            "prizes.reserve", .prizes, in: whileRunning, [pool, HostParameter("count", count)],
            returns: Return("boolean", "False when there are not enough; then nothing is taken."),
            "Takes prizes out of a pool."),
        Function(
            "prizes.grant", .prizes, in: outliving,
            [pool, viewer, HostParameter("count", count, isOptional: true, "1 unless given.")],
            "Gives reserved prizes to a viewer.",
            "Once, whatever happens: it is a row of the ledger."),
        Function(
            "prizes.release", .prizes, in: outliving, [pool],
            "Returns to a pool what is reserved and not granted."),
        Function(
            "prizes.granted", .prizes, in: everywhere, [pool, viewer],
            returns: Return("integer", "0 for who has none."), isRead: true,
            "Tells how many units of a pool this plugin has granted a viewer in this show, in all its"
                + " runs."),
    ]

    static let chatFunctions: [Function] = [
        Function(
            "chat.say", .chat, in: outliving,
            [
                HostParameter(
                    "text", .text(charactersMax: 500), "A key of the plugin's locale files."),
                HostParameter("args", .table, isOptional: true, "What stands for `{name}` in it."),
            ],
            "Speaks in the chat."),
        Function(
            "chat.hide", .chat, in: outliving,
            [HostParameter("message", .text(charactersMax: 64), "The id of a danmaku.")],
            "Takes a danmaku off every screen."),
        Function(
            "chat.collect", .chat, in: whileRunning,
            [
                name,
                HostParameter(
                    "phrases",
                    .texts(
                        count: PhraseRule.Limit.phrases,
                        charactersMax: PhraseRule.Limit.characters),
                    "Compared without regard to case, width, spaces and punctuation."),
                HostParameter(
                    "options",
                    .options(
                        [
                            HostParameter(
                                "match", .choice(PhraseRule.Match.allCases.map(\.rawValue)),
                                isOptional: true,
                                "Whether the whole danmaku must be the phrase; `\"equal\"` unless"
                                    + " said otherwise.")
                        ] + collecting), isOptional: true),
            ],
            "Opens a collector that takes danmaku which equal or contain a phrase.",
            "`on_collected` is told the phrase as `value`, and the danmaku's id as `message`."
                + " Names are shared with `collect`."),
        Function(
            "chat.collect.close", .chat, in: whileRunning, [name],
            "Closes a collector of phrases."),
    ]

    static let presenceFunctions: [Function] = [
        Function(
            "presence.count", .presence, in: everywhere,
            returns: Return("integer", "Distinct people, as the call began."), isRead: true,
            "Tells how many people are in the room.")
    ]

    static let productFunctions: [Function] = [
        Function(
            "products.list", .products, in: everywhere,
            returns: Return("Product[]", "In the order of the show."), isRead: true,
            "Tells the products of the show, as they were when the run began."),
        Function(
            "products.get", .products, in: everywhere,
            [HostParameter("id", .text(charactersMax: 64))],
            returns: Return("Product?", "Nil when the show has no such product."), isRead: true,
            "Tells one product of the show."),
        Function(
            "products.pin", .products, in: whileRunning,
            [HostParameter("id", .text(charactersMax: 64), "A product of the show.")],
            "Pins a product on air: it becomes the room's state `product`.",
            "The one that was pinned last is shown, by whichever plugin. A stop unpins it."),
        Function(
            "products.unpin", .products, in: outliving, [],
            "Takes back what this plugin pinned."),
        Function(
            "products.on_air", .products, in: everywhere,
            returns: Return("string?", "Its id, as the call began."), isRead: true,
            "Tells which product is on air, whichever plugin pinned it."),
        Function(
            "products.embargo", .products, in: whileRunning,
            [HostParameter("id", .text(charactersMax: 64), "A product of the show.")],
            "Keeps the price of a product from everybody else.",
            "Until it is lifted or the run ends, it is nil for other plugins, hidden on the panels"
                + " that they show, and not told with the product on air."),
        Function(
            "products.lift", .products, in: outliving,
            [HostParameter("id", .text(charactersMax: 64), "A product of the show.")],
            "Ends an embargo of this plugin."),
    ]

    static let leaderboardFunctions: [Function] = [
        Function(
            "leaderboard.add", .leaderboard, in: whileRunning,
            [
                viewer,
                HostParameter("points", .integer(-1_000_000_000...1_000_000_000)),
            ],
            "Adds points, or takes some away when they are negative.",
            "Points belong to a run. An element `leaderboard` shows them."),
        Function(
            "leaderboard.top", .leaderboard, in: everywhere,
            [HostParameter("count", .integer(1...100), isOptional: true, "10 unless given.")],
            returns: Return(
                "Rank[]", "Most points first; who had them first is first, and shares the rank."),
            isRead: true,
            "Tells who has most points."),
        Function(
            "leaderboard.points", .leaderboard, in: everywhere, [viewer],
            returns: Return("integer", "0 for who has none."), isRead: true,
            "Tells the points of one viewer."),
        Function(
            "leaderboard.reset", .leaderboard, in: whileRunning, [], "Forgets all points."),
    ]

    static let valueFunctions: [Function] = [
        Function(
            "kv.get", .kv, in: everywhere, [HostParameter("key", .name)],
            returns: Return("any", "Nil when nothing is kept."), isRead: true,
            "Tells what is kept under a key."),
        Function(
            "kv.set", .kv, in: everywhere,
            [
                HostParameter("key", .name),
                HostParameter(
                    "value", .plain(bytesMax: 4_096), isOptional: true, "Nil forgets the key."),
            ],
            "Keeps a value for later runs, also of later shows of this room.",
            "All values of a plugin together have at most 16 KiB of JSON."),
    ]

    static let requestFunctions: [Function] = [
        Function(
            "knowledge.search", .knowledge, in: whileRunning,
            [
                HostParameter("text", .text(charactersMax: 500)),
                HostParameter(
                    "options",
                    .options([
                        HostParameter(
                            "limit", .integer(1...10), isOptional: true, "3 unless given."),
                        HostParameter(
                            "product", .text(charactersMax: 64), isOptional: true,
                            "The product that is spoken of."),
                        HostParameter(
                            "words", .boolean, isOptional: true,
                            "Whether the configured model may word the answer."),
                        seconds,
                    ]), isOptional: true),
            ],
            returns: Return("integer", "The request's id, which `on_result` repeats."),
            "Looks for entries of the shop's knowledge; `on_result` is told a `Finding`.",
            "2 seconds unless said otherwise."),
        Function(
            "webhook.send", .webhook, in: whileRunning,
            [
                HostParameter("hook", .name, "One that the operator configured."),
                HostParameter("body", .plain(bytesMax: HostRequest.Limit.parameterBytes - 256)),
                HostParameter("options", .options([seconds]), isOptional: true),
            ],
            returns: Return("integer", "The request's id, which `on_result` repeats."),
            "Sends a signed message to a URL of the shop; `on_result` is told the answer.",
            "5 seconds unless said otherwise. It may arrive twice, with the same key."),
    ]

    static let seatFunctions: [Function] = [
        Function(
            "seats.grant", .seats, in: whileRunning,
            [
                HostParameter("seat", .integer(Seating.seats)), viewer,
                HostParameter(
                    "options",
                    .options([
                        HostParameter(
                            "audio", .boolean, isOptional: true, "True unless said otherwise."),
                        HostParameter(
                            "video", .boolean, isOptional: true, "True unless said otherwise."),
                        HostParameter(
                            "screen", .boolean, isOptional: true, "False unless said otherwise."),
                    ]), isOptional: true),
            ],
            "Gives a person a seat, and says what may be sent from it.",
            "Who had the seat loses it; who had another one moves. Granted again to the same person it"
                + " mutes or unmutes. All seats of a run are taken back when it ends or is paused."),
        Function(
            "seats.revoke", .seats, in: outliving, [HostParameter("seat", .integer(Seating.seats))],
            "Takes a seat back: what is sent from it is cut at once."),
        Function(
            "seats.swap", .seats, in: whileRunning,
            [
                HostParameter("seat", .integer(Seating.seats)),
                HostParameter("other", .integer(Seating.seats)),
            ],
            "Lets the people of two seats change places.",
            "What they send goes on. One of the seats may be empty."),
        Function(
            "seats.list", .seats, in: everywhere,
            returns: Return("Seat[]", "By number."), isRead: true,
            "Tells who has which seat."),
    ]

    static let fairnessFunctions: [Function] = [
        Function(
            "fairness.commit", .fairness, in: whileRunning,
            [
                name,
                HostParameter(
                    "rules", .plain(bytesMax: FairnessLimit.rulesBytes),
                    "What must not change from here on: prizes, weights, a price to guess."),
            ],
            returns: Return("string", "The commitment, 64 hexadecimal digits, to be shown."),
            "Commits to rules and to a new secret of the host, before anybody takes part.",
            "The commitment gives neither away. Nobody sees the secret before it is revealed, the plugin"
                + " included. One in a call of a hook. What is never revealed is counted as abandoned."
        ),
        Function(
            "fairness.freeze", .fairness, in: whileRunning,
            [
                name,
                HostParameter(
                    "entrants", .table,
                    "A list of ids, or a table from id to tickets; 0 leaves somebody out."),
            ],
            returns: Return("Entrants", "What is published of the list before the draw."),
            "Fixes who takes part in a draw, with how many tickets.",
            "The host sorts and hashes the list, and tells its hash in public."),
        Function(
            "fairness.draw", .fairness, in: whileRunning,
            [
                name,
                HostParameter(
                    "options",
                    .options([
                        HostParameter(
                            "count", .integer(1...FairnessLimit.places), isOptional: true,
                            "How many places are told; 100 unless given."),
                        HostParameter(
                            "input", .text(charactersMax: 200), isOptional: true,
                            "Something public that nobody knew when the list was fixed."),
                        HostParameter(
                            "sides", .integer(2...1_000_000_000), isOptional: true,
                            "Also rolls a number from 1 to this for each place."),
                    ]), isOptional: true),
            ],
            "Draws among the entrants, and reveals the secret; `on_revealed` is told both.",
            "The request is durable before the secret is used, so that it cannot be taken back when the"
                + " outcome displeases. Each ticket has the same chance; nobody has two places."),
        Function(
            "fairness.reveal", .fairness, in: whileRunning, [name],
            "Reveals the secret of a commitment without a draw; `on_revealed` is told.",
            "Not once entrants are fixed: then there is a draw."),
        Function(
            "fairness.hash", .fairness, in: everywhere,
            [HostParameter("value", .plain(bytesMax: 1 << 16))],
            returns: Return(
                "string",
                "64 hexadecimal digits: of a text its SHA-256, of anything else that of its JSON with"
                    + " sorted names."),
            isRead: true, "Tells the SHA-256 of a value."),
        Function(
            "fairness.abandoned", .fairness, in: everywhere,
            returns: Return("integer", "In this show, by this plugin."), isRead: true,
            "Tells how many commitments were given up without being revealed."),
    ]

    static let generalFunctions: [Function] = [
        Function(
            "log", nil, in: everywhere,
            [
                HostParameter("level", .choice(LogLevel.allCases.map(\.rawValue))),
                HostParameter("text", .text(charactersMax: 1_000)),
            ],
            "Writes a line into the record of this call, and into the server's log."),
        Function(
            "refuse", nil, in: [.action, .command],
            [HostParameter("reason", .text(charactersMax: 64), "A key of the texts.")],
            "Answers whoever acted with the code `REFUSED` and this reason.",
            "What the call has done stands all the same; of several reasons the first is told."),
        Function(
            "show.id", nil, in: everywhere,
            returns: Return("string", "The same in all runs of one show."), isRead: true,
            "Tells which show of the room this is."),
        Function(
            "linger", nil, in: [.ending], [],
            "Puts off the stop: the run goes on until `room.finish()`, or until somebody stops it once"
                + " more.",
            "Whoever stopped it is answered as if it had been stopped."),
        Function(
            "finish", nil, in: whileRunning, [],
            "Ends the run after this handler.",
            "Panels stay until the next start or stop; timers and collectors are gone, and what was"
                + " reserved and not granted is back in its pool."),
    ]
}
