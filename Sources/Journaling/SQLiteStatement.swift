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
        // A statement that is not reset keeps its transaction open; its error was thrown already.
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        for (index, value) in values.enumerated() {
            guard bind(value, at: Int32(index + 1)) == SQLITE_OK else { throw connection.error() }
        }
        var rows: [Row] = []
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: rows.append(read(self))
            case SQLITE_DONE: return rows
            default: throw connection.error()
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

    private func bind(_ value: SQLiteValue, at place: Int32) -> Int32 {
        switch value {
        case .null:
            return sqlite3_bind_null(handle, place)
        case .integer(let integer):
            return sqlite3_bind_int64(handle, place, integer)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    guard let start = characters.baseAddress else {
                        return sqlite3_bind_text(handle, place, "", 0, nil)
                    }
                    return sqlite3_bind_text64(
                        handle, place, start, UInt64(characters.count),
                        playhouse_sqlite_transient(), UInt8(SQLITE_UTF8))
                }
            }
        case .bytes(let bytes):
            // A null address would bind NULL.
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, place, 0) }
            return sqlite3_bind_blob64(
                handle, place, bytes, UInt64(bytes.count), playhouse_sqlite_transient())
        }
    }
}
