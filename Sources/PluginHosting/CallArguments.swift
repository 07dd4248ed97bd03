import Wire

/// What a hook is given after `room`: a list of values and its JSON text, of which either is made from
/// the other when it is asked for.
///
/// The text goes to the stage and into the record as it is. Calls that come thick and fast begin with
/// the text and never need the values.
struct CallArguments: Sendable {
    private enum Content: Sendable {
        case values([JSON])
        case text([UInt8])
        case both([JSON], text: [UInt8])
    }
    private var content: Content

    init(_ values: [JSON]) { content = .values(values) }

    /// - Parameter text: A JSON array.
    init(text: [UInt8]) { content = .text(text) }

    /// The values, with the text at hand: for those that are asked for both.
    static func both(_ values: [JSON]) -> CallArguments {
        var arguments = CallArguments(values)
        arguments.content = .both(values, text: JSON.array(values).encoded())
        return arguments
    }

    /// A JSON array.
    var text: [UInt8] {
        switch content {
        case .values(let values): JSON.array(values).encoded()
        case .text(let text), .both(_, let text): text
        }
    }

    var values: [JSON] {
        switch content {
        case .values(let values), .both(let values, _): values
        case .text(let text): (try? JSON(parsing: text))?.arrayValue ?? []
        }
    }
}

extension CallArguments: Equatable {
    static func == (one: Self, other: Self) -> Bool { one.values == other.values }
}
