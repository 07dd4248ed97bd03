package import Wire

/// What a room passes on to a plugin of its show. Permissions have been checked by the room.
package struct PluginRequest: Sendable {
    package enum Action: Sendable, Equatable {
        case start(config: JSONObject)
        case stop
        case command(name: String, value: JSON)
        /// Changes the configuration of a run.
        case configure(config: JSONObject)
        case act(name: String, value: JSON)
    }
    package var plugin: String
    package var by: Person
    /// Who gets the answer, and its correlation id.
    package var session: SessionID
    package var requestID: String
    package var action: Action
    /// How much later than it was asked the viewer's page showed the question, as the page says: it
    /// waited for the picture. Nothing that is believed without bounds.
    package var delayMilliseconds: Int64 = 0

    package init(
        plugin: String, by: Person, session: SessionID, requestID: String, action: Action
    ) {
        self.plugin = plugin
        self.by = by
        self.session = session
        self.requestID = requestID
        self.action = action
    }
}
