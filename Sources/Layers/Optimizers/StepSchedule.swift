import TensorCore

/// A learning rate that is multiplied by a factor at fixed epochs, as PyTorch's `StepLR` and `MultiStepLR`.
///
/// It is a function of the epoch alone, so that a resumed run needs no state of it.
public struct StepSchedule: Sendable, Codable, Hashable {
  private enum Epochs: Codable, Hashable {
    case every(Int)
    case at([Int])
  }

  /// The rate of the first epoch.
  public let initialRate: Double
  /// What the rate is multiplied by.
  public let factor: Double
  private let epochs: Epochs

  /// A cut at every `size`-th epoch, `size` at least 1.
  public init(initialRate: Double, every size: Int, factor: Double = 0.1) {
    require(size >= 1, "StepSchedule: wants a size of at least 1, got \(size)")
    self.initialRate = initialRate
    self.factor = factor
    self.epochs = .every(size)
  }

  /// A cut at each of the given epochs; one that stands twice cuts twice.
  public init(initialRate: Double, at milestones: [Int], factor: Double = 0.1) {
    require(
      milestones.allSatisfy { $0 >= 1 },
      "StepSchedule: milestones are epochs from 1 on, got \(milestones)")
    self.initialRate = initialRate
    self.factor = factor
    self.epochs = .at(milestones.sorted())
  }

  /// The rate to use during an epoch, counted from 0.
  public func learningRate(epoch: Int) -> Double {
    let cuts =
      switch epochs {
      case .every(let size): epoch / size
      case .at(let milestones): milestones.count { $0 <= epoch }
      }
    // One multiplication a cut, as PyTorch rounds it.
    return (0..<cuts).reduce(initialRate) { rate, _ in rate * factor }
  }
}
