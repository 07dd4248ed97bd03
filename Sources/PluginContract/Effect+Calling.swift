package import Wire

extension Effect {
    /// Makes an effect of a call that ``HostAPI/check(_:hook:capabilities:arguments:)`` let through.
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
            self = try Self.make(path, Arguments(values: arguments), products)
        } catch {
            throw HostCallError("\(path): \(error)")
        }
    }

    /// Arguments whose kinds have been checked: what does not fit is a fault of the table of functions.
    private struct Arguments {
        let values: [JSON]

        func value(_ index: Int) -> JSON? {
            values.indices.contains(index) && !values[index].isNull ? values[index] : nil
        }
        func text(_ index: Int) -> String { value(index)?.stringValue ?? "" }
        func integer(_ index: Int) -> Int64? { value(index)?.wholeNumber }
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

    private static func make(
        _ path: String, _ arguments: Arguments, _ products: [Product]
    ) throws(HostCallError) -> Effect {
        switch path {
        case "panel.show":
            var reader = PanelReader(products: products)
            return .panelShow(
                try arguments.choice(0), try reader.panel(arguments.value(1) ?? .null))
        case "panel.hide": return .panelHide(try arguments.choice(0))
        case "panel.patch":
            return .panelPatch(
                user: try arguments.viewer(0).user,
                try PanelPatch(lua: arguments.value(1) ?? .null))
        case "collect":
            let keep = arguments.value(1)?["keep"]?.stringValue ?? "first"
            return .collectOpen(
                name: arguments.text(0), keep: CollectorKeep(rawValue: keep) ?? .first,
                admitsStaff: arguments.value(1)?["staff"]?.boolValue ?? false)
        case "collect.close": return .collectClose(name: arguments.text(0))
        case "timers.set":
            let seconds = arguments.value(1)?.doubleValue ?? 0
            return .timerSet(
                name: arguments.text(0), milliseconds: Int64((seconds * 1_000).rounded()))
        case "timers.cancel": return .timerCancel(name: arguments.text(0))
        case "prizes.reserve":
            return .prizeReserve(pool: arguments.text(0), count: arguments.integer(1) ?? 0)
        case "prizes.grant":
            return .prizeGrant(
                pool: arguments.text(0), viewer: try arguments.viewer(1),
                count: arguments.integer(2) ?? 1)
        case "prizes.release": return .prizeRelease(pool: arguments.text(0))
        case "chat.say":
            let args = try arguments.value(1).map { value throws(HostCallError) in
                try TextArguments(lua: value).json
            }
            return .chatSay(text: arguments.text(0), args: args ?? [:])
        case "log": return .log(try arguments.choice(0), text: arguments.text(1))
        case "finish": return .finish
        default: throw HostCallError("there is no such host function")
        }
    }
}
