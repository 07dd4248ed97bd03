package import Wire

extension Effect {
    /// Makes an effect of a call that ``HostAPI/check(_:hook:capabilities:arguments:)`` let through;
    /// not of a function that only reads. A request has no id yet, a commitment no number and no
    /// text, a list of entrants no hash.
    ///
    /// - Parameters:
    ///   - path: Below `room`, such as `panel.show`.
    ///   - arguments: After `room`.
    ///   - products: Those of the show, for panels.
    /// - Throws: What is wrong inside a table argument, after the name of the function.
    package init(
        call path: String, arguments: [JSON], products: [Product]
    ) throws(HostCallError) {
        do throws(HostCallError) {
            let arguments = Arguments(values: arguments)
            if let effect = try Self.game(path, arguments, products) {
                self = effect
            } else if let effect = try Self.fairness(path, arguments) {
                self = effect
            } else if let effect = try Self.room(path, arguments, products) {
                self = effect
            } else {
                throw HostCallError("there is no such host function")
            }
        } catch {
            throw HostCallError("\(path): \(error)")
        }
    }

    /// Arguments whose kinds have been checked: what does not fit is a fault of the table of functions.
    private struct Arguments {
        let values: [JSON]

        func value(_ index: Int) -> JSON? {
            // Not by a conditional with `nil`, which would be the JSON value null.
            guard values.indices.contains(index), !values[index].isNull else { return JSON?.none }
            return values[index]
        }
        func text(_ index: Int) -> String { value(index)?.stringValue ?? "" }
        func integer(_ index: Int) -> Int64? { value(index)?.wholeNumber }
        func option(_ index: Int, _ name: String) -> JSON? { value(index)?[name] }
        func keep(_ index: Int) -> CollectorKeep {
            option(index, "keep")?.stringValue.flatMap(CollectorKeep.init) ?? .first
        }
        func admitsStaff(_ index: Int) -> Bool { option(index, "staff")?.boolValue ?? false }
        func milliseconds(_ value: JSON?, default seconds: Double) -> Int64 {
            Int64(((value?.doubleValue ?? seconds) * 1_000).rounded())
        }
        func product(_ index: Int, _ products: [Product]) throws(HostCallError) -> Product {
            let id = text(index)
            if let product = products.first(where: { $0.id == id }) { return product }
            let known = products.map { "\"\($0.id)\"" }.joined(separator: ", ")
            throw HostCallError(
                "this show has no product \"\(id)\"; it has \(known.isEmpty ? "none" : known)")
        }
        func choice<Choice: RawRepresentable>(_ index: Int) throws(HostCallError) -> Choice
        where Choice.RawValue == String {
            guard let choice = Choice(rawValue: text(index)) else {
                throw HostCallError("argument \(index + 1) is unknown")
            }
            return choice
        }
        func viewer(_ index: Int) throws(HostCallError) -> Viewer {
            guard let viewer = value(index).flatMap(Viewer.init) else {
                throw HostCallError("argument \(index + 1) must be a viewer")
            }
            return viewer
        }
    }

    /// Panels, collectors, timers, prizes, points: what a game is made of.
    private static func game(
        _ path: String, _ arguments: Arguments, _ products: [Product]
    ) throws(HostCallError) -> Effect? {
        switch path {
        case "panel.show":
            var reader = PanelReader(products: products)
            let surface: PanelSurface = try arguments.choice(0)
            var panel = try reader.panel(arguments.value(1) ?? .null)
            panel.followsPicture = arguments.option(2, "picture")?.boolValue ?? false
            guard !panel.followsPicture || surface == .viewer else {
                throw HostCallError("options.picture is for the surface \"viewer\" alone")
            }
            return .panelShow(surface, panel)
        case "panel.hide": return .panelHide(try arguments.choice(0))
        case "panel.patch":
            return .panelPatch(
                user: try arguments.viewer(0).user,
                try PanelPatch(lua: arguments.value(1) ?? .null, products: products))
        case "collect":
            return .collectOpen(
                name: arguments.text(0), keep: arguments.keep(1),
                admitsStaff: arguments.admitsStaff(1),
                grace: try CollectorGrace(
                    timer: arguments.option(1, "timer")?.stringValue,
                    milliseconds: arguments.option(1, "allowance").map {
                        arguments.milliseconds($0, default: 0)
                    }))
        case "collect.close", "chat.collect.close":
            return .collectClose(name: arguments.text(0))
        case "timers.set":
            return .timerSet(
                name: arguments.text(0),
                milliseconds: arguments.milliseconds(arguments.value(1), default: 0))
        case "timers.cancel": return .timerCancel(name: arguments.text(0))
        case "prizes.reserve":
            return .prizeReserve(pool: arguments.text(0), count: arguments.integer(1) ?? 0)
        case "prizes.grant":
            return .prizeGrant(
                pool: arguments.text(0), viewer: try arguments.viewer(1),
                count: arguments.integer(2) ?? 1)
        case "prizes.release": return .prizeRelease(pool: arguments.text(0))
        case "leaderboard.add":
            return .leaderboardAdd(
                try arguments.viewer(0), points: arguments.integer(1) ?? 0)
        case "leaderboard.reset": return .leaderboardReset
        case "linger": return .linger
        case "finish": return .finish
        default: return nil
        }
    }

    /// Commitments, entrants, draws.
    private static func fairness(
        _ path: String, _ arguments: Arguments
    ) throws(HostCallError) -> Effect? {
        let name = arguments.text(0)
        var parameters: JSONObject = ["name": .string(name)]
        switch path {
        case "fairness.commit":
            let rules = arguments.value(1) ?? .null
            return .fairnessCommit(
                name: name, rules: String(decoding: rules.encodedSorted(), as: UTF8.self),
                number: 0, commitment: "")
        case "fairness.freeze":
            return .fairnessFreeze(
                name: name, try EntrantList(lua: arguments.value(1) ?? .null), hash: "")
        case "fairness.draw":
            parameters["count"] = .integer(arguments.option(1, "count")?.wholeNumber ?? 100)
            parameters["input"] = arguments.option(1, "input") ?? ""
            parameters["sides"] = .integer(arguments.option(1, "sides")?.wholeNumber ?? 0)
            return .request(
                HostRequest(
                    id: 0, service: .draw, parameters: parameters,
                    milliseconds: HostRequest.Limit.houseMilliseconds))
        case "fairness.reveal":
            return .request(
                HostRequest(
                    id: 0, service: .reveal, parameters: parameters,
                    milliseconds: HostRequest.Limit.houseMilliseconds))
        default: return nil
        }
    }

    /// The chat, products, what is kept and what is asked of others.
    private static func room(
        _ path: String, _ arguments: Arguments, _ products: [Product]
    ) throws(HostCallError) -> Effect? {
        switch path {
        case "chat.say":
            let args = try arguments.value(1).map { value throws(HostCallError) in
                try TextArguments(lua: value).json
            }
            return .chatSay(text: arguments.text(0), args: args ?? [:])
        case "chat.hide": return .chatHide(message: arguments.text(0))
        case "chat.collect":
            let match = arguments.option(2, "match")?.stringValue.flatMap(PhraseRule.Match.init)
            return .chatCollect(
                name: arguments.text(0),
                try PhraseRule(
                    phrases: arguments.value(1)?.texts ?? [], match: match ?? .equal),
                keep: arguments.keep(2), admitsStaff: arguments.admitsStaff(2))
        case "products.pin":
            var product = try arguments.product(0, products)
            // What is on air is told by the room, which knows of embargoes itself.
            product.isEmbargoed = false
            return .productPin(product)
        case "products.embargo":
            return .productEmbargo(id: try arguments.product(0, products).id)
        case "products.lift": return .productLift(id: try arguments.product(0, products).id)
        case "products.unpin": return .productUnpin
        case "kv.set":
            return .kvSet(key: arguments.text(0), value: arguments.value(1) ?? .null)
        case "knowledge.search":
            var parameters: JSONObject = [
                "text": .string(arguments.text(0)),
                "limit": arguments.option(1, "limit") ?? 3,
            ]
            parameters["product"] = arguments.option(1, "product")
            if arguments.option(1, "words")?.boolValue == true { parameters["words"] = true }
            return .request(
                HostRequest(
                    id: 0, service: .knowledge, parameters: parameters,
                    milliseconds: arguments.milliseconds(
                        arguments.option(1, "seconds"), default: 2)))
        case "webhook.send":
            return .request(
                HostRequest(
                    id: 0, service: .webhook,
                    parameters: [
                        "hook": .string(arguments.text(0)), "body": arguments.value(1) ?? .null,
                    ],
                    milliseconds: arguments.milliseconds(
                        arguments.option(2, "seconds"), default: 5)))
        case "seats.grant":
            let media = SeatMedia()
            return .seatGrant(
                SeatLease(
                    seat: arguments.integer(0) ?? 0, viewer: try arguments.viewer(1),
                    media: SeatMedia(
                        audio: arguments.option(2, "audio")?.boolValue ?? media.audio,
                        video: arguments.option(2, "video")?.boolValue ?? media.video,
                        screen: arguments.option(2, "screen")?.boolValue ?? media.screen)))
        case "seats.revoke": return .seatRevoke(seat: arguments.integer(0) ?? 0)
        case "seats.swap":
            return .seatSwap(seat: arguments.integer(0) ?? 0, other: arguments.integer(1) ?? 0)
        case "refuse": return .refuse(reason: arguments.text(0))
        case "log": return .log(try arguments.choice(0), text: arguments.text(1))
        default: return nil
        }
    }
}
