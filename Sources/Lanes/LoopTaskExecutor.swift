/// Lets tasks come back to a loop from what they awaited.
///
/// A continuation that is resumed goes to the executor that its task prefers, and only then to the
/// actor's. Without a preference that is the pool of threads, and one of them is woken to do no more than
/// ask the loop.
package final class LoopTaskExecutor: TaskExecutor {
    private let loop: Loop

    package init(_ loop: Loop) { self.loop = loop }

    package func enqueue(_ job: consuming ExecutorJob) { loop.give(UnownedJob(job), of: self) }
}
