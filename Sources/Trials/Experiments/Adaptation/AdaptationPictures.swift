import Datasets
import TensorCore

/// The pictures of a domain adaptation run: images of both domains with what is read off them, and where `z_c` lies.
struct AdaptationPictures {
  let experiment: AdaptationExperiment

  /// Writes all pictures; nothing where none are wanted.
  func write(
    _ codes: (train: AdaptationEvaluation.Codes, test: AdaptationEvaluation.Codes),
    to figures: FigureFolder
  ) throws {
    guard experiment.configuration.evaluation.pictures > 0 else { return }
    try figures.write(
      Figure(
        name: "predictions", png: predictions().png,
        caption:
          "Test images of the source (above) and of the target, with the label read off them; × where it is wrong"
      ))
    let rows = scatterRows(codes.test)
    let plane = try CodePlane(of: codes.test.content.gather(rows: rows))
    try figures.write(
      Figure(
        name: "scatter", png: scatter(codes.test, plane, rows).canvas.png,
        caption:
          "z_c of test images \(plane.caption), by domain and by class: adapted if domains mix and classes do not"
      ))
  }

  private func predictions() -> Canvas {
    let key = experiment.configuration.data.label
    func row(_ set: ImageSet, _ caption: String) -> PanelSheet.Row {
      let rows = Array(0..<min(experiment.configuration.evaluation.pictures, set.count))
      let x = set.images(rows)
      let found = experiment.model.contentLogits(x, experiment.state).argmax()
      let names = set.labelNames[key]
      return PanelSheet.Row(
        Canvas.batch(x).map { $0.enlarged(by: 2) }, caption: caption,
        notes: zip(rows, found).map { row, value in
          (names?[value] ?? String(value)) + (value == set.labels[key]![row] ? "" : " ×")
        })
    }
    return PanelSheet(rows: [
      row(experiment.source.test, "source"), row(experiment.target.test, "target"),
    ]).canvas
  }

  /// As many of each domain, the first of each.
  private func scatterRows(_ codes: AdaptationEvaluation.Codes) -> [Int] {
    let count = min(400, codes.domains.count { $0 == 0 }, codes.domains.count { $0 == 1 })
    let second = codes.domains.firstIndex(of: 1) ?? 0
    return Array(0..<count) + Array(second..<second + count)
  }

  private func scatter(
    _ codes: AdaptationEvaluation.Codes, _ plane: CodePlane, _ rows: [Int]
  ) -> ScatterSheet {
    let key = experiment.configuration.data.label
    let names =
      experiment.source.test.labelNames[key] ?? (0..<experiment.classes).map(String.init)
    return ScatterSheet(
      points: plane.points, axes: plane.axes,
      panels: [
        .init("by domain", groups: rows.map { codes.domains[$0] }, names: ["source", "target"]),
        .init("by \(key)", groups: rows.map { codes.labels[$0] }, names: names),
      ])
  }
}
