/// What a plugin must name in its manifest before it may use it.
package enum Capability: String, Sendable, CaseIterable {
    /// Shows panels and overrides parts of them for one viewer.
    case panel
    /// Gathers one answer per viewer at native speed.
    case collect
    /// Sets timers in show time.
    case timers
    /// Reserves prizes from a pool of the show and grants them.
    case prizes
    /// Reads the chat, speaks in it, hides danmaku, gathers phrases that viewers write.
    case chat
    /// Is told who comes and goes, and how many there are.
    case presence
    /// Reads the products of the show and pins one of them on air.
    case products
    /// Keeps points of viewers.
    case leaderboard
    /// Keeps values from show to show.
    case kv
    /// Searches the shop's knowledge.
    case knowledge
    /// Calls webhooks of the shop.
    case webhook
    /// Draws that anybody can check afterwards: commitments, lists of entrants, secrets revealed.
    case fairness
    /// Gives people seats beside the host, from which they may send sound and picture.
    case seats

    /// What it gives, in one sentence.
    package var summary: String {
        switch self {
        case .panel: "Shows panels and overrides parts of them for one viewer."
        case .collect: "Gathers one answer per viewer at native speed."
        case .timers: "Sets timers in show time."
        case .prizes: "Reserves prizes from a pool of the show and grants them."
        case .chat:
            "Reads the chat, speaks in it, hides danmaku, gathers phrases that viewers write."
        case .presence: "Is told who comes and goes, and how many there are."
        case .products: "Reads the products of the show and pins one of them on air."
        case .leaderboard: "Keeps points of viewers."
        case .kv: "Keeps values from show to show."
        case .knowledge: "Searches the shop's knowledge."
        case .webhook: "Calls webhooks of the shop."
        case .fairness:
            "Draws that anybody can check: commits to rules and a secret, fixes entrants, reveals."
        case .seats:
            "Gives people seats beside the host, from which they may send sound and picture."
        }
    }
}
