import Foundation

/// Fits a logistic regression by Newton's method, with a ridge on the weights.
enum LogisticFit {
    /// - Parameters:
    ///   - rows: Values of the features.
    ///   - isRight: The outcome of each row.
    ///   - rowWeight: How much each row counts.
    ///   - ridge: How strongly weights are drawn to zero; the bias is not.
    /// - Returns: The weights, and the bias.
    static func fit(
        rows: [[Double]], isRight: [Bool], rowWeight: Double, ridge: Double
    ) -> (features: [Double], bias: Double) {
        let count = (rows.first?.count ?? 0) + 1
        var weights = [Double](repeating: 0, count: count)
        for _ in 0..<50 {
            var gradient = weights.map { ridge * $0 }
            gradient[count - 1] = 0
            var hessian = [[Double]](
                repeating: [Double](repeating: 0, count: count), count: count)
            for index in 0..<count { hessian[index][index] = index == count - 1 ? 1e-6 : ridge }
            for (row, isRight) in zip(rows, isRight) {
                let values = row + [1]
                let sum = zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 }
                let probability = 1 / (1 + exp(-sum))
                let slope = rowWeight * (probability - (isRight ? 1 : 0))
                let curve = rowWeight * probability * (1 - probability)
                for one in 0..<count {
                    gradient[one] += slope * values[one]
                    for other in 0..<count {
                        hessian[one][other] += curve * values[one] * values[other]
                    }
                }
            }
            let step = solve(hessian, gradient)
            for index in 0..<count { weights[index] -= step[index] }
            if step.allSatisfy({ abs($0) < 1e-9 }) { break }
        }
        return (Array(weights.dropLast()), weights[count - 1])
    }

    /// Solves a symmetric positive system by elimination with pivots.
    static func solve(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
        var rows = zip(matrix, vector).map { $0 + [$1] }
        let count = vector.count
        for column in 0..<count {
            let pivot = (column..<count).max { abs(rows[$0][column]) < abs(rows[$1][column]) }
            rows.swapAt(column, pivot ?? column)
            let divisor = rows[column][column]
            guard divisor != 0 else { continue }
            for row in 0..<count where row != column {
                let factor = rows[row][column] / divisor
                guard factor != 0 else { continue }
                for index in column...count { rows[row][index] -= factor * rows[column][index] }
            }
        }
        return (0..<count).map { rows[$0][$0] == 0 ? 0 : rows[$0][count] / rows[$0][$0] }
    }
}
