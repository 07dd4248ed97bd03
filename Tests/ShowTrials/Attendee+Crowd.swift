import Wire

/// What viewers do, each by their own chance.
extension Attendee {
    /// Takes part until the show is over.
    func live(slow: Int, until isOver: @escaping @Sendable () -> Bool) async {
        try? await Task.sleep(for: .milliseconds(Int.random(in: 0...slow, using: &random)))
        while !isOver() {
            guard await connect() else {
                try? await Task.sleep(for: .milliseconds(Int.random(in: 20...200, using: &random)))
                continue
            }
            try? await Task.sleep(for: .milliseconds(Int.random(in: 200...1_200, using: &random)))
            await step()
        }
    }

    private func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    private func step() async {
        await guess()
        await answer()
        await enter()
        await takeSeat()
        if chance(0.04) { await say(TrialRoom.chat) }
        if chance(0.03) { await say(TrialRoom.lines) }
        if chance(0.03) { await like() }
        if chance(0.015) { await drop() }
    }

    private func say(_ lines: [String]) async {
        guard let line = lines.randomElement(using: &random) else { return }
        _ = await request("say", [("text", .string(line))])
    }

    /// What this person sees of an element: nothing of one that is hidden or cannot be used.
    private func usable(_ plugin: String, _ id: String) -> JSON? {
        guard let element = screen("panel:\(plugin):viewer").element(id) else { return nil }
        let own = state("own:\(plugin)")[id]
        for name in ["hidden", "disabled"] where (own?[name] ?? element[name]) == .bool(true) {
            return nil
        }
        return element
    }

    private func guess() async {
        guard let field = usable("price-guess", "guess"), field["kind"] == "money",
            chance(state("own:price-guess")["guess"]?["locked"] == nil ? 0.5 : 0.05)
        else { return }
        // Near the prices, and never one of them.
        let price = TrialRoom.prices.randomElement(using: &random)?.minor ?? 1
        let distance = Int64.random(in: 1...3_000, using: &random)
        await act("price-guess", "guess", .integer(price + (chance(0.6) ? -distance : distance)))
    }

    private func answer() async {
        guard let choice = usable("quiz", "answer"), choice["correct"] == nil,
            chance(state("own:quiz")["answer"]?["locked"] == nil ? 0.7 : 0.05)
        else { return }
        let options = (choice["options"]?.arrayValue ?? []).compactMap { $0["value"] }
        guard let other = options.randomElement(using: &random) else { return }
        await act("quiz", "answer", chance(0.6) ? .string(TrialRoom.right) : other)
    }

    private func enter() async {
        let screen = screen("panel:lottery:viewer")
        if let button = screen.first(idPrefix: "enter-"), let name = button["id"]?.stringValue {
            let has = state("own:lottery")["mine"] != nil
            if chance(has ? 0.05 : 0.6) { await act("lottery", name, .null) }
        }
        if let text = screen.text("say"), let phrase = text["args"]?["phrase"],
            chance(state("own:lottery")["mine"] == nil ? 0.5 : 0.03)
        {
            _ = await request("say", [("text", phrase)])
        }
        if usable("lottery", "claim") != nil, chance(0.7) {
            await act("lottery", "claim", .null)
        }
    }

    private func takeSeat() async {
        for (name, probability) in [
            ("apply", 0.01), ("cancel", 0.1), ("accept_invite", 0.5), ("mic", 0.1), ("leave", 0.1),
        ] where usable("co-host", name) != nil && chance(probability) {
            await act("co-host", name, .null)
        }
    }

    private func act(_ plugin: String, _ name: String, _ value: JSON) async {
        let text = String(decoding: value.encoded(), as: UTF8.self)
        sent["\(plugin)/\(name)", default: []].insert(text)
        let answer = await request(
            "act", [("plugin", .string(plugin)), ("name", .string(name)), ("value", value)])
        switch answer {
        case .reply(let reply):
            guard let position = reply["position"]?.integerValue else { return }
            acknowledged?()
            if reply["accepted"] != .bool(true) || reply["value"]?.encoded() != value.encoded() {
                note("\(plugin) acknowledged something else than \(name) \(text): \(reply)")
            }
            testimony.acknowledgements.insert(
                Testimony.Acknowledgement(
                    plugin: plugin, collector: name, value: text, position: position))
        case .refused("ALREADY_ANSWERED"):
            // Nobody but this person can have given that answer.
            guard let locked = state("own:\(plugin)")[name]?["locked"], !locked.isNull else {
                return
            }
            let recorded = String(decoding: locked.encoded(), as: UTF8.self)
            if sent["\(plugin)/\(name)"]?.contains(recorded) != true {
                note("\(plugin) has \(name) \(recorded), which was never sent")
            }
        case .refused(let code):
            // What comes too late, or is not there any more, is a viewer's daily life.
            let usual = ["LATE", "NO_SUCH_ACTION", "NOT_RUNNING", "REFUSED"]
            if !usual.contains(code) { note("\(plugin) refused \(name): \(code)") }
        case .lost: break
        }
    }
}
