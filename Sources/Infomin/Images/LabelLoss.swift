import Layers
import TensorCore

/// The cross-entropy of a classifier's logits on labels, with its gradient and the share of labels that it found.
struct LabelLoss<Scalar: TensorScalar> {
  let value: Scalar
  let dLogits: Tensor<Scalar>
  let accuracy: Double

  /// The loss for labels in `0..<classes`.
  ///
  /// - Parameter doubleSoftmax: as in the authors' label head, the probabilities are taken for logits once more. With `p` the
  ///   softmax of the logits and `dp` the gradient of the cross-entropy at `p`, `dLogits = p (dp − Σ dp p)`.
  init(_ logits: Tensor<Scalar>, labels: [Int], doubleSoftmax: Bool = false) {
    if doubleSoftmax {
      let p = softmax(logits)
      let (value, dp) = SoftmaxCrossEntropy.valueAndGradient(p, labels: labels)
      self.value = value
      dLogits = p * (dp - (dp * p).sum(along: 1, keepingAxis: true))
    } else {
      (value, dLogits) = SoftmaxCrossEntropy.valueAndGradient(logits, labels: labels)
    }
    accuracy = Self.accuracy(logits, labels: labels)
  }

  /// The share of rows whose largest logit is that of their label.
  static func accuracy(_ logits: Tensor<Scalar>, labels: [Int]) -> Double {
    let found = logits.argmax()
    return Double(zip(found, labels).count { $0 == $1 }) / Double(labels.count)
  }
}

/// Ends the program unless there is a label for each image, each a class.
func checkLabels(_ labels: [Int], images: Int, classes: Int, _ name: StaticString) {
  require(
    labels.count == images,
    "\(name): wants one label an image, got \(labels.count) labels for \(images) images")
  if let row = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
    require(
      false,
      "\(name): labels must be in 0..<\(classes), got \(labels[row]) for image \(row)")
  }
}
