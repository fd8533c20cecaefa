extension Tensor {
  /// A tensor of zeros.
  public static func zeros(_ shape: Shape) -> Tensor { Tensor(shape: shape, repeating: 0) }
  /// A tensor of ones.
  public static func ones(_ shape: Shape) -> Tensor { Tensor(shape: shape, repeating: 1) }

  /// The identity matrix of order `n`.
  public static func identity(_ n: Int) -> Tensor {
    var result = zeros([n, n])
    result.withUnsafeMutableBufferPointer { for i in 0..<n { $0[i * n + i] = 1 } }
    return result
  }

  /// The vector `start, start + 1, …` of `count` elements.
  public static func arange(_ count: Int, from start: Scalar = 0) -> Tensor {
    Tensor(shape: [count]) { for i in 0..<count { $0[i] = start + Scalar(i) } }
  }

  /// `count` equally spaced numbers from `first` to `last`, both included; `count` ≥ 2.
  public static func linspace(_ first: Scalar, _ last: Scalar, count: Int) -> Tensor {
    require(count >= 2, "Tensor.linspace: wants at least 2 numbers, got \(count)")
    return Tensor(shape: [count]) {
      for i in 0..<count { $0[i] = first + (last - first) * Scalar(i) / Scalar(count - 1) }
    }
  }

  /// One-hot rows of shape `[labels.count, classCount]` for labels in `0..<classCount`.
  public static func oneHot(_ labels: [Int], classCount: Int) -> Tensor {
    var result = zeros([labels.count, classCount])
    result.withUnsafeMutableBufferPointer {
      for (row, label) in labels.enumerated() {
        require(
          label >= 0 && label < classCount,
          "Tensor.oneHot: label \(label) in row \(row) is outside 0..<\(classCount)")
        $0[row * classCount + label] = 1
      }
    }
    return result
  }

  /// The same numbers in another type, rounded to it.
  public func converted<Other: TensorScalar>(to type: Other.Type) -> Tensor<Other> {
    if let same = self as? Tensor<Other> { return same }
    return Tensor<Other>(shape: shape) { output in
      switch (self, output) {
      case (let source as Tensor<Float>, let target as UnsafeMutableBufferPointer<Double>):
        for i in 0..<count { target[i] = Double(source.storage.elements[i]) }
      case (let source as Tensor<Double>, let target as UnsafeMutableBufferPointer<Float>):
        for i in 0..<count { target[i] = Float(source.storage.elements[i]) }
      default:
        for i in 0..<count { output[i] = Other(storage.elements[i]) }
      }
    }
  }
}
