package import PluginContract
package import Wire

/// Everything about a play that its records determine.
///
/// It changes in one place only, `fold(_:_:)`, which live running and recovery share: what was
/// recovered cannot differ from what was lived. Snapshots keep it whole: what is added here is added
/// to ``json`` too.
package struct PlayState: Sendable, Equatable {
    package internal(set) var status = PlayStatus.idle
    /// `room.config` of the run.
    package internal(set) var configuration: JSONObject = [:]
    /// The products as they were when the run began.
    package internal(set) var products: JSON = []
    /// What runs since the start, or since it was reloaded; nil before the first start.
    package internal(set) var program: ProgramMark?
    /// `room.state`.
    package internal(set) var tree = StateTree()
    /// Show time of the last record; time never goes back.
    package internal(set) var nowMilliseconds: Int64 = 0
    /// How many hooks have been called; numbers the seeds.
    package internal(set) var callCount: UInt64 = 0
    /// Of the last accepted answer.
    package internal(set) var positionLast: Int64 = 0
    package internal(set) var timers: [String: PlayTimer] = [:]
    package internal(set) var collectors: [String: Collector] = [:]
    /// Accepted answers that Lua has not been told yet, oldest first.
    package internal(set) var undelivered: [CollectedAnswer] = []
    /// So many of them, the oldest, are told one by one, because their batch failed.
    package internal(set) var undeliveredSingly = 0
    package internal(set) var panels: [PanelSurface: ShownPanel] = [:]
    /// From user to element id to attributes.
    package internal(set) var own: [String: [String: JSONObject]] = [:]
    /// Every element id that occurs in ``own``, so that most panels need no look at all its viewers.
    var ownIDs: Set<String> = []
    /// Units reserved and not granted, per pool; never zero or less.
    package internal(set) var reservations: [String: Int64] = [:]
    /// The newest grants of the show, oldest first.
    package internal(set) var wins: [Win] = []
    /// Grants of the show.
    package internal(set) var winCount: Int64 = 0
    /// Points, values and the number of requests.
    package internal(set) var memory = HostMemory()
    /// Whether a run has ever begun, so that ``memory`` is newer than what the show began with.
    package internal(set) var hasRun = false
    /// Requests of this run that were not answered yet, by id.
    package internal(set) var requests: [Int64: WaitingRequest] = [:]
    /// The product that this play has on air.
    package internal(set) var pin: Pin?
    /// Numbers of the leases whose media arrive, as far as the plugin was told.
    package internal(set) var liveLeases: Set<Int64> = []
    /// Whether somebody wants this run to end.
    package internal(set) var ending = Ending.none
    /// Show times of the last faults since the last pause.
    package internal(set) var faultTimes: [Int64] = []

    package init() {}

    /// How far a run is from its end.
    package enum Ending: String, Sendable {
        case none
        /// The program was asked whether it wants to go on, and does not.
        case asked
        /// The program goes on until it ends by itself.
        case lingering
    }

    /// A running timer.
    package struct PlayTimer: Sendable, Equatable {
        /// Show time.
        package var dueMilliseconds: Int64
        package var lengthMilliseconds: Int64
    }

    /// A request that was not answered yet.
    package struct WaitingRequest: Sendable, Equatable {
        package var request: HostRequest
        /// Show time at which it is too late.
        package var dueMilliseconds: Int64
    }

    /// A product on air, and since when.
    package struct Pin: Sendable, Equatable {
        package var product: JSON
        /// Show time.
        package var atMilliseconds: Int64
    }

    /// A panel, and the value of its `state` key as it was sent.
    package struct ShownPanel: Sendable, Equatable {
        package var panel: Panel
        package var value: JSON
        /// Its moment of the picture, since a show time; nil where it is shown at once.
        package var mark: PictureMark?
    }

    /// One answer per viewer, taken without calling Lua.
    package struct Collector: Sendable, Equatable {
        package var keep: CollectorKeep
        package var admitsStaff: Bool
        package var isOpen = true
        /// Which danmaku it takes; nil for one that takes answers on a panel.
        package var rule: PhraseRule?
        /// How much longer those have to whom the question came later; nil for nobody.
        package var grace: CollectorGrace?
        /// When it opened, where that was with a picture; only then a viewer can have seen it later.
        package var pictureSinceMilliseconds: Int64?
        /// When the timer of ``grace`` fired.
        package var lateSinceMilliseconds: Int64?
        /// By user.
        package var answers: [String: CollectedAnswer] = [:]
    }

    /// The element that a person can act on under an id: the viewer panel's, for staff also those of
    /// the other panels.
    func element(_ id: String, for role: Role) -> PanelElement? {
        for surface in PanelSurface.allCases where surface == .viewer || role.isStaff {
            if let element = panels[surface]?.panel.element(id), element.kind.isInput {
                return element
            }
        }
        return nil
    }

    /// The value of `own:PLUGIN` for a user.
    func ownValue(_ user: String) -> JSON {
        guard let elements = own[user], !elements.isEmpty else { return .null }
        let members = elements.sorted { $0.key < $1.key }
        return .object(JSONObject(members.map { ($0.key, .object($0.value)) }))
    }
}
