import Dispatch
import Synchronization
import TensorCore

/// The batches of a training run by the number of its step, each made ready while the one before is worked on.
///
/// Step t has the images that epoch ⌊t / batches⌋ of an ``ArrayBatches`` order puts at place t mod batches, so that a
/// resumed run sees what an uninterrupted one would. Images that fill no batch are left out of their epoch.
public final class SceneBatches: Sendable {
  /// Where images come from.
  public let source: any SceneSource
  /// The split.
  public let split: SceneSplit
  private let batches: ArrayBatches
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "tessera.scene-batches", qos: .userInitiated)

  private struct State {
    var epoch = -1
    var indices: [[Int]] = []
    var ahead: Ahead?
  }

  /// A batch on its way.
  private final class Ahead: Sendable {
    let step: Int
    let done = DispatchGroup()
    let result = Mutex<Result<Tensor<Float>, DatasetError>?>(nil)

    init(step: Int) { self.step = step }
  }

  /// Batches of `batch` images in an order drawn from `random`, a new one each epoch; without it, in their own.
  ///
  /// - Throws: ``DatasetError/tooFewRows(path:expected:found:)`` if the split has fewer images than a batch.
  public init(
    of source: any SceneSource, split: SceneSplit = .train, batch: Int,
    shuffledBy random: Philox?
  ) throws(DatasetError) {
    let count = source.count(of: split)
    guard batch > 0, count >= batch else {
      throw .tooFewRows(
        path: source.name, expected: "at least \(max(batch, 1)) images to \(split), a batch",
        found: count)
    }
    self.source = source
    self.split = split
    batches = ArrayBatches(
      rowCount: count, batch: batch, remainder: .drop, shuffledBy: random)
  }

  /// The number of steps of an epoch.
  public var stepsPerEpoch: Int { batches.rowCount / batches.batch }

  /// The images of a step.
  public func indices(at step: Int) -> [Int] {
    let epoch = step / stepsPerEpoch
    return state.withLock { state in
      if state.epoch != epoch {
        state.indices = batches.indices(epoch: epoch)
        state.epoch = epoch
      }
      return state.indices[step % stepsPerEpoch]
    }
  }

  /// The batch of a step, `[batch, height, width, 3]` in [0, 1]; that of the next step is begun.
  ///
  /// - Throws: ``DatasetError`` if a file behind an image cannot be read.
  public func batch(at step: Int) throws(DatasetError) -> Tensor<Float> {
    let ahead = state.withLock { $0.ahead?.step == step ? $0.ahead : nil }
    ahead?.done.wait()
    let ready = ahead?.result.withLock { $0 }
    begin(step + 1)
    if let ready { return try ready.get() }
    return try source.images(at: indices(at: step), of: split)
  }

  private func begin(_ step: Int) {
    let ahead = Ahead(step: step)
    let indices = indices(at: step)
    queue.async(group: ahead.done) { [source, split] in
      do throws(DatasetError) {
        let images = try source.images(at: indices, of: split)
        ahead.result.withLock { $0 = .success(images) }
      } catch { ahead.result.withLock { $0 = .failure(error) } }
    }
    state.withLock { $0.ahead = ahead }
  }
}
