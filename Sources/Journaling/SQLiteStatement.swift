import CSQLite

/// A value that goes into a statement.
enum SQLiteValue {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
}

/// One compiled statement, used again and again; finalized with its last reference.
final class SQLiteStatement {
    private let connection: SQLiteConnection
    private let handle: OpaquePointer
    /// The texts and bytes that are bound, one behind the other, so that SQLite need not copy each.
    private var bound: [UInt8] = []
    private static let boundBytesKept = 1 << 20

    init(_ sql: String, on connection: SQLiteConnection) throws(JournalError) {
        self.connection = connection
        var prepared: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = sqlite3_prepare_v3(connection.handle, sql, -1, flags, &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw connection.error() }
        handle = prepared
    }

    deinit { sqlite3_finalize(handle) }

    /// Runs a statement that returns no rows.
    func run(_ values: [SQLiteValue]) throws(JournalError) {
        _ = try rows(values) { _ in }
    }

    /// Runs the statement and reads every row; `read` gets this statement, standing on a row.
    func rows<Row>(
        _ values: [SQLiteValue], _ read: (SQLiteStatement) -> Row
    ) throws(JournalError) -> [Row] {
        collect(values)
        defer { if bound.capacity > Self.boundBytesKept { bound = [] } }
        // A statement that is not reset keeps its transaction open; its error was thrown already.
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        let rows = bound.withUnsafeBytes { bound -> [Row]? in
            var rest = bound[...]
            for (index, value) in values.enumerated() {
                guard bind(value, at: Int32(index + 1), from: &rest) == SQLITE_OK else {
                    return nil
                }
            }
            var rows: [Row] = []
            while true {
                switch sqlite3_step(handle) {
                case SQLITE_ROW: rows.append(read(self))
                case SQLITE_DONE: return rows
                default: return nil
                }
            }
        }
        guard let rows else { throw connection.error() }
        return rows
    }

    private func collect(_ values: [SQLiteValue]) {
        bound.removeAll(keepingCapacity: true)
        for value in values {
            switch value {
            case .null, .integer: break
            case .text(let text): bound.append(contentsOf: text.utf8)
            case .bytes(let bytes): bound.append(contentsOf: bytes)
            }
        }
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func bytes(_ column: Int32) -> [UInt8] {
        let start = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    func optionalText(_ column: Int32) -> String? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : text(column)
    }

    /// Binds a value; texts and bytes are the next of what was collected, and stay where they lie until
    /// the bindings are cleared.
    private func bind(
        _ value: SQLiteValue, at place: Int32, from rest: inout Slice<UnsafeRawBufferPointer>
    ) -> Int32 {
        switch value {
        case .null:
            return sqlite3_bind_null(handle, place)
        case .integer(let integer):
            return sqlite3_bind_int64(handle, place, integer)
        case .text(let text):
            // A null address would bind NULL.
            guard let start = take(text.utf8.count, from: &rest) else {
                return sqlite3_bind_text(handle, place, "", 0, nil)
            }
            return sqlite3_bind_text64(
                handle, place, start.assumingMemoryBound(to: CChar.self),
                UInt64(text.utf8.count), nil, UInt8(SQLITE_UTF8))
        case .bytes(let bytes):
            guard let start = take(bytes.count, from: &rest) else {
                return sqlite3_bind_zeroblob(handle, place, 0)
            }
            return sqlite3_bind_blob64(handle, place, start, UInt64(bytes.count), nil)
        }
    }

    private func take(
        _ count: Int, from rest: inout Slice<UnsafeRawBufferPointer>
    ) -> UnsafeRawPointer? {
        guard count > 0 else { return nil }
        defer { rest = rest.dropFirst(count) }
        return UnsafeRawBufferPointer(rebasing: rest).baseAddress
    }
}
