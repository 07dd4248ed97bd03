/// What a journal has done since it was opened; for metrics.
package struct JournalStatistics: Sendable, Equatable {
    /// Transactions that became durable.
    package var commits: Int64 = 0
    /// Transactions that the storage refused.
    package var commitFailures: Int64 = 0
    /// Calls answered by those commits: appends, openings of shows, snapshots.
    package var calls: Int64 = 0
    /// The largest group, in calls.
    package var callsPerCommitMax: Int64 = 0
    /// Calls refused as conflicts.
    package var conflicts: Int64 = 0
    /// Records that became durable.
    package var records: Int64 = 0
    /// The largest group, in records.
    package var recordsPerCommitMax: Int64 = 0
    /// Time between the begin of a transaction and the end of its sync, failed ones included.
    package var commitMicrosecondsTotal: Int64 = 0
    /// The longest of these times.
    package var commitMicrosecondsMax: Int64 = 0
    /// Calls that wait for the writer now.
    package var waiting: Int64 = 0
    /// Pages of the write-ahead log after the last commit.
    package var walPages: Int64 = 0
    /// Times that the log was moved into the database, as far as that went.
    package var checkpoints: Int64 = 0
    /// Times that the storage refused that. Nothing is lost by it, but the log grows.
    package var checkpointFailures: Int64 = 0

    /// Begins with nothing done.
    package init() {}
}
