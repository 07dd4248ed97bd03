/// Keeps scripts, or what holds one, by name, on the thread that runs them.
///
/// Only closures that run on that thread touch the shelf; so a script, which is not `Sendable`, needs no
/// lock and never leaves its thread. Emptying the shelf (``ScriptThread/stop()`` afterwards) is how scripts end.
package final class ScriptShelf<Key: Hashable & Sendable, Item>: @unchecked Sendable {
    // Sendable: `items` is only reached through `use`, which runs on `thread` alone, one after the
    // other; deinit runs when nobody else holds the shelf.
    private var items: [Key: Item] = [:]
    private let thread: ScriptThread

    package init(on thread: ScriptThread) { self.thread = thread }

    /// Runs `body` on the thread with everything that is there. It must not let an item escape.
    package func use<T: Sendable>(_ body: @Sendable @escaping (inout [Key: Item]) -> T) async -> T {
        await thread.run { body(&self.items) }
    }
}
