/// A JSON value (RFC 8259) with integers kept apart from other numbers.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

/// The members of a JSON object in the order they were written. Names are unique.
package struct JSONObject: Sendable, Equatable {
    package private(set) var members: [(name: String, value: JSON)]

    package init(_ members: [(String, JSON)] = []) {
        self.members = members.map { (name: $0.0, value: $0.1) }
    }

    package subscript(name: String) -> JSON? {
        get { members.first { $0.name == name }?.value }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((name, value))
            case (nil, nil): break
            }
        }
    }

    package static func == (one: Self, other: Self) -> Bool {
        one.members.count == other.members.count
            && one.members.allSatisfy { other[$0.name] == $0.value }
    }
}
