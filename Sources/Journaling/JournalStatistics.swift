/// What a journal has done since it was opened; for metrics.
package struct JournalStatistics: Sendable, Equatable {
    /// Transactions that became durable.
    package var commits: Int64 = 0
    /// Transactions that the storage refused.
    package var commitFailures: Int64 = 0
    /// Calls answered by those commits: appends, openings of shows, snapshots.
    package var calls: Int64 = 0
    package var callsPerCommitMax: Int64 = 0
    /// Calls refused as conflicts.
    package var conflicts: Int64 = 0
    /// Records that became durable.
    package var records: Int64 = 0
    package var recordsPerCommitMax: Int64 = 0
    /// Time between the begin of a transaction and the end of its sync, failed ones included.
    package var commitMicrosecondsTotal: Int64 = 0
    package var commitMicrosecondsMax: Int64 = 0
    /// Calls that wait for the writer now.
    package var waiting: Int64 = 0
    /// Pages of the write-ahead log after the last commit.
    package var walPages: Int64 = 0
    package var checkpoints: Int64 = 0
    package var checkpointFailures: Int64 = 0

    package init() {}
}
