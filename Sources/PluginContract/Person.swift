/// What a person or a back end may do in a room.
package enum Role: String, Sendable, CaseIterable {
    case viewer, host, `operator`, service

    /// Hosts and operators: they see the host panels, moderate, and run plugins.
    package var isStaff: Bool { self == .host || self == .operator }
}

/// Somebody in a room, on any number of devices.
package struct Person: Sendable, Equatable {
    /// Opaque, 1 to 64 bytes.
    package var user: String
    /// Shown to others. In a room 1 to 32 characters and 128 bytes, all of them visible.
    package var name: String
    package var role: Role

    package init(user: String, name: String, role: Role) {
        self.user = user
        self.name = name
        self.role = role
    }
}

/// One connection of a person. The room does not look inside.
package struct SessionID: Hashable, Sendable {
    package let raw: UInt64
    package init(raw: UInt64) { self.raw = raw }
}
