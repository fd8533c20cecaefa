import Datasets
import TensorCore

/// The pictures of a disentanglement run: test images with their label swapped, what single numbers of Z do, and where Z lies.
struct DisentanglingPictures {
  let experiment: DisentanglingExperiment

  /// Writes all pictures; nothing where none are wanted.
  func write(to figures: FigureFolder) throws {
    let count = min(experiment.configuration.evaluation.pictures, experiment.data.test.count)
    guard count > 0 else { return }
    let rows = Array(0..<count)
    try figures.write(
      Figure(
        name: "swaps", png: swaps(rows).canvas().png,
        caption:
          "Test images, what the decoder makes of them, and the same Z drawn with every label"))
    try figures.write(
      Figure(
        name: "traversals", png: traversals().canvas().png,
        caption: "One number of the first test image's Z changed, those that vary most first"))
    let scattered = Array(0..<min(600, experiment.data.test.count))
    let plane = try CodePlane(of: codes(scattered))
    try figures.write(
      Figure(
        name: "scatter", png: scatter(plane, scattered).canvas.png,
        caption: "Z of test images \(plane.caption), by label: hidden if the colours mix"))
  }

  private func codes(_ rows: [Int]) -> Tensor<Float> {
    experiment.model.content(experiment.data.test.images(rows), experiment.state.content)
  }

  private func swaps(_ rows: [Int]) -> SwapSheet {
    let set = experiment.data.test
    let z = codes(rows)
    let labels = experiment.labels(of: set, rows)
    let names =
      set.labelNames[experiment.configuration.data.label]
      ?? (0..<experiment.classes).map(String.init)
    return SwapSheet(
      images: set.images(rows),
      reconstructions: experiment.model.decode(z, labels: labels, experiment.state),
      swapped: (0..<experiment.classes).map { value in
        experiment.model.decode(
          z, labels: .init(repeating: value, count: rows.count), experiment.state)
      }, names: names, rows: labels.map { SwapSheet.Row(value: $0) })
  }

  private func traversals() -> TraversalSheet {
    let sample = codes(Array(0..<min(200, experiment.data.test.count)))
    let mean = sample.mean(along: 0)
    let deviation = (sample - mean).map { $0 * $0 }.mean(along: 0).map { $0.squareRoot() }
    let order = (0..<deviation.count).sorted {
      (deviation.scalars[$0], $1) > (deviation.scalars[$1], $0)
    }
    let label = experiment.labels(of: experiment.data.test, [0])
    let values = TraversalSheet.values(from: -2, to: 2, count: 7)
    return TraversalSheet(
      values: values,
      rows: order.prefix(6).map { column in
        let moved = values.map { value -> Tensor<Float> in
          var z = sample.rows(0..<1)
          z[0, column] += Float(value) * deviation.scalars[column]
          return z
        }
        return TraversalSheet.Row(
          "z \(column)",
          experiment.model.decode(
            .concatenate(moved, along: 0), labels: .init(repeating: label[0], count: values.count),
            experiment.state))
      })
  }

  private func scatter(_ plane: CodePlane, _ rows: [Int]) -> ScatterSheet {
    let key = experiment.configuration.data.label
    let names =
      experiment.data.test.labelNames[key] ?? (0..<experiment.classes).map(String.init)
    return ScatterSheet(
      points: plane.points, axes: plane.axes,
      panels: [
        .init("by \(key)", groups: experiment.labels(of: experiment.data.test, rows), names: names)
      ])
  }
}
