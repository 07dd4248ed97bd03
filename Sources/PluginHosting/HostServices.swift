package import PluginContract

/// Answers what plugins ask of the world outside: the shop's knowledge, its webhooks.
///
/// A request may be made again after a restart, with the same plugin, show and id: what must happen
/// once is told apart by these. Whoever asks has waited long enough after the request's own time;
/// an answer that comes later is dropped.
package protocol HostServices: Sendable {
    func perform(_ request: HostRequest, of play: PlayID) async -> HostResult
}

/// What a server has that is not connected to any service: every request is answered, with an error.
package struct NoHostServices: HostServices {
    package init() {}

    package func perform(_ request: HostRequest, of play: PlayID) async -> HostResult {
        .failure(
            .unavailable, message: "this server has no service \"\(request.service.rawValue)\"")
    }
}
