/// Keeps scripts, by name, on the thread that runs them.
///
/// Only closures that run on that thread touch the shelf; so a script, which is not `Sendable`, needs no
/// lock and never leaves its thread. Emptying the shelf (``ScriptThread/stop()`` afterwards) is how scripts end.
package final class ScriptShelf<Key: Hashable & Sendable>: @unchecked Sendable {
    // Sendable: `scripts` is only reached through `use`, which runs on `thread` alone, one after the
    // other; deinit runs when nobody else holds the shelf.
    private var scripts: [Key: Script] = [:]
    private let thread: ScriptThread

    package init(on thread: ScriptThread) { self.thread = thread }

    /// Runs `body` on the thread with all scripts. It must not let a script escape.
    package func use<T: Sendable>(_ body: @Sendable @escaping (inout [Key: Script]) -> T) async -> T
    {
        await thread.run { body(&self.scripts) }
    }
}
