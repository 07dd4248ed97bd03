import Clockwork
package import PluginContract
package import Wire

/// What a play knows of the show it belongs to.
package struct PlayShow: Sendable {
    package var show: String
    /// Unix time at which show time began.
    package var beganAtMilliseconds: Int64
    package var products: [Product]
    /// What the show says about this plugin's configuration.
    package var configuration: JSONObject
    /// What is random in the calls.
    var seeds: CallSeeds
    /// What is committed to.
    var secrets: CommitmentSecrets
    /// What `kv` kept when the show began.
    package var values: JSONObject

    init(
        show: String, beganAtMilliseconds: Int64, products: [Product] = [],
        configuration: JSONObject = [:], seed: SecretSeed, plugin: String, values: JSONObject = [:]
    ) {
        self.show = show
        self.beganAtMilliseconds = beganAtMilliseconds
        self.products = products
        self.configuration = configuration
        seeds = CallSeeds(seed, plugin: plugin)
        secrets = CommitmentSecrets(seed, plugin: plugin)
        self.values = values
    }
}

/// How many faults a play may have before it is put in quarantine, and other bounds.
package struct PlayLimits: Sendable, Equatable {
    /// Faults within ``faultWindowMilliseconds`` that pause the play.
    package var faultsMax = 5
    package var faultWindowMilliseconds: Int64 = 60_000
    /// Requests that wait while the stage is busy; more are refused with `BUSY`.
    package var queueMax = 20_000
    /// Calls that are sent to the stage together.
    package var callsPerBatchMax = 256
    /// Answers handed to Lua in one call of `on_collected`, and written in one record.
    package var answersPerCallMax = 1_000
    /// Viewers who can answer one collector; more are refused with `BUSY`.
    package var answersPerCollectorMax = 200_000
    /// Changes of one call, and effects of one call, in bytes; budgets allow half of it for both.
    package var outputBytesMax = 2 << 20
    package var timersMax = 32
    package var collectorsMax = 32
    /// Viewers with a panel of their own.
    package var patchedViewersMax = 200_000

    package init() {}
}

/// Whether a plugin is being played.
package enum PlayStatus: String, Sendable {
    case idle, running
    /// In quarantine: it failed too often. A new start ends it.
    case paused
}
