import CKernels
import RealModule

extension Philox {
  /// A whole number in `0..<bound`, each equally likely (Lemire's method).
  public mutating func next(below bound: Int) -> Int {
    require(bound > 0, "Philox.next(below:): the bound must be positive, got \(bound)")
    return Int(next(upperBound: UInt64(bound)))
  }

  /// A number uniform in `[0, 1)`, with 24 random bits in `Float` and 53 in `Double`.
  public mutating func uniform<Scalar: TensorScalar>(as type: Scalar.Type = Scalar.self) -> Scalar {
    if Scalar.self == Float.self { return Scalar(Float(nextWord() >> 8) * 0x1p-24) }
    return Scalar(Double(next() >> 11) * 0x1p-53)
  }

  /// A tensor of numbers uniform in `range`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func uniform<Scalar: TensorScalar>(
    shape: Shape, in range: Range<Scalar> = 0..<1
  ) -> Tensor<Scalar> {
    let width = range.upperBound - range.lowerBound
    // The sum may round up to the bound, which does not belong to the range.
    let largest = range.upperBound.nextDown
    return Tensor(shape: shape) { out in
      for i in 0..<out.count { out[i] = min(range.lowerBound + width * uniform(), largest) }
    }
  }

  /// A tensor of standard normal numbers (Box and Muller 1958), two from each pair of uniform ones.
  ///
  /// They are drawn in double precision, so that a `Float` tensor holds the rounded numbers of the `Double` one.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func normal<Scalar: TensorScalar>(shape: Shape) -> Tensor<Scalar> {
    let width = 512
    return Tensor(shape: shape) { out in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { numbers in
        for start in stride(from: 0, to: out.count, by: width) {
          let count = min(width, out.count - start)
          fillNormalPairs(numbers.baseAddress!, count: (count + 1) / 2)
          for i in 0..<count { out[start + i] = Scalar(numbers[i]) }
        }
      }
    }
  }

  /// Two independent standard normal numbers.
  public mutating func normalPair() -> (Double, Double) {
    var pair = (0.0, 0.0)
    withUnsafeMutableBytes(of: &pair) {
      fillNormalPairs($0.assumingMemoryBound(to: Double.self).baseAddress!, count: 1)
    }
    return pair
  }

  /// The next pairs of standard normal numbers: a pair's values depend on the stream and its position alone.
  private mutating func fillNormalPairs(_ numbers: UnsafeMutablePointer<Double>, count: Int) {
    if position & 1 == 0 {
      ck_normal_pairs(key, position, numbers, count)
      position += 4 * UInt64(count)
    } else {
      // The kernel takes whole 64-bit numbers of the stream; this place is in the middle of one.
      for pair in 0..<count {
        (numbers[2 * pair], numbers[2 * pair + 1]) = referenceNormalPair()
      }
    }
  }

  /// The formula with the C library's functions: the twin of the kernel.
  package mutating func referenceNormalPair() -> (Double, Double) {
    // 1 − u lies in (0, 1], so that the logarithm is finite.
    let radius = (-2 * Double.log(1 - uniform(as: Double.self))).squareRoot()
    let angle = 2 * Double.pi * uniform(as: Double.self)
    return (radius * Double.cos(angle), radius * Double.sin(angle))
  }

  /// The numbers `0..<count` in random order (Fisher and Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, next(below: i + 1)) }
    return order
  }
}
