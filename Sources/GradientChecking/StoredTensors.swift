import Layers
import TensorCore

/// Throws unless the list of parameters names every stored tensor of a model exactly once, but for the `constants`.
///
/// Each parameter of a copy of the model is replaced, through the list, by a mark; a tensor that `Mirror` finds without a
/// mark is not listed. Parts, arrays, optionals and dictionaries are looked into.
func checkParameterList<Model: Parameterized>(of model: Model, constants: Set<String>) throws
where Model.Scalar == Double {
  var marked = model
  marked.updateParameters { index, _, tensor in tensor = mark(index) }
  var names = Set<String>()
  for (index, (name, value)) in marked.namedParameters.enumerated() {
    guard names.insert(name).inserted, value == mark(index) else {
      throw GradientCheckFailure.listedTwice(name: name)
    }
  }
  try forEachTensor(in: marked, path: "") { path, tensor in
    let isListed = tensor.rank == 0 && (0..<names.count).contains { tensor == mark($0) }
    if !isListed && !constants.contains(path) { throw GradientCheckFailure.unlisted(path: path) }
  }
}

/// A tensor that no model would hold.
private func mark(_ index: Int) -> Tensor<Double> { Tensor(0x1.5ca1ab1ep+900 * Double(index + 1)) }

private func forEachTensor(
  in value: Any, path: String, _ body: (String, Tensor<Double>) throws -> Void
) throws {
  if let tensor = value as? Tensor<Double> { return try body(path, tensor) }
  let mirror = Mirror(reflecting: value)
  for (index, child) in mirror.children.enumerated() {
    // The payload of an optional is not a step of the path.
    let name = mirror.displayStyle == .optional ? nil : child.label ?? "\(index)"
    let inner = [path, name ?? ""].filter { !$0.isEmpty }.joined(separator: ".")
    try forEachTensor(in: child.value, path: inner, body)
  }
}
