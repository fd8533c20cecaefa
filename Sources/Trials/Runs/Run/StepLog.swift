/// The values that one step logs, by name, in the order in which they were first set.
///
/// ```swift
/// log["loss/train"] = 0.41
/// ```
/// Pictures are added by ``add(image:_:caption:)``. Names are paths with `/`, as TensorBoard groups them. A value under a name that begins with `loss` must be finite;
/// the runner stops the run otherwise.
public struct StepLog: Sendable, Equatable {
  /// The step, counted from 0.
  public let step: Int
  /// Names in the order in which they were first set.
  public private(set) var names: [String] = []
  private var values: [String: Double] = [:]
  /// The pictures of the step, in the order in which they were added.
  public private(set) var images: [Figure] = []

  /// Makes an empty log of step `step`.
  public init(step: Int) { self.step = step }

  /// The value logged under `name`; setting `nil` takes it away.
  public subscript(name: String) -> Double? {
    get { values[name] }
    set {
      if newValue == nil {
        names.removeAll { $0 == name }
      } else if values[name] == nil {
        names.append(name)
      }
      values[name] = newValue
    }
  }

  /// Adds a picture, given as the bytes of a PNG file: TensorBoard shows it at this step, and the run's `figures` folder
  /// holds it until the next one of that name takes its place.
  ///
  /// - Parameters:
  ///   - name: what it shows, such as `panels`; a path with `/` puts it among others.
  ///   - caption: a sentence for the report.
  public mutating func add(image name: String, _ png: [UInt8], caption: String = "") {
    images.removeAll { $0.name == name }
    images.append(Figure(name: name, png: png, caption: caption))
  }

  /// The logged pairs in order.
  public var entries: [(name: String, value: Double)] { names.map { ($0, values[$0]!) } }

  /// The first value under a `loss…` name that is NaN or infinite.
  public var firstNonFiniteLoss: (name: String, value: Double)? {
    entries.first { $0.name.hasPrefix("loss") && !$0.value.isFinite }
  }
}
